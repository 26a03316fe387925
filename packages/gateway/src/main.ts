/**
 * The process. Without an argument it is a gateway: reads the settings, starts, prints how to begin,
 * and drains on a signal. `rotate-keys` is the command of rotate-keys.ts.
 */
import { runRotation } from './rotate-keys.ts'
import { configError, startGateway } from './start.ts'

const [, , command] = process.argv
if (command === undefined) await serve()
else if (command === 'rotate-keys') await rotate()
else {
  process.stderr.write(`No such command: ${command}. There is rotate-keys.\n`)
  process.exitCode = 1
}

async function serve(): Promise<void> {
  const isTerminal = Boolean(process.stdout.isTTY)
  const gateway = await startGateway(process.env, isTerminal).catch(configError)

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
}

async function rotate(): Promise<void> {
  // Nothing needs to be finished; an embedded PostgreSQL of its own is told to stop.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => process.exit(130))
  await runRotation(process.env, process.stdout).catch(configError)
}
