/** The process: reads the settings, starts, prints how to begin, and drains on a signal. */
import { configError, startGateway } from './start.ts'

const gateway = await startGateway(process.env, Boolean(process.stdout.isTTY)).catch(configError)

let isStopping = false
const stop = async (signal: string) => {
  if (isStopping) return
  isStopping = true
  gateway.log.info({ signal }, 'stopping')
  // Promised in sandbox.md: out within 10 s, drained or not.
  setTimeout(() => process.exit(0), 9_000).unref()
  await gateway.stop()
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void stop(signal))
process.on('unhandledRejection', (err) => {
  gateway.log.fatal({ err }, 'unhandled rejection')
  process.exit(1)
})
