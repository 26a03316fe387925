/**
 * `npm run kafka [port]`: the broker of these tests, to try events with. It keeps what it has in
 * .gerbang/kafka, and ends on Ctrl-C. Not for production: one broker, and nobody is asked for a password.
 */
import { join, resolve } from 'node:path'
import { freePorts, isListening, javaOptions, prepareBroker } from './broker-process.ts'
import { java, missingKafka } from './install.ts'

const usualPort = 9_092
const folder = resolve(import.meta.dirname, '../../.gerbang/kafka')

await main()

async function main(): Promise<void> {
  const [, , given = String(usualPort)] = process.argv
  const port = Number(given)
  if (!/^\d{1,5}$/.test(given) || port < 1 || port > 65_535) return fail(`no port: ${given}`)
  if (await isListening(port)) {
    return fail(`something listens on port ${port} already; for another: npm run kafka 9192`)
  }
  process.stdout.write('Starting Kafka. The first time its jars are fetched (28 MB).\n')
  const missing = await missingKafka()
  if (missing !== undefined) return fail(missing)
  const [controllerPort = 0] = await freePorts(1)
  const broker = await prepareBroker({
    folder,
    listeners: [{ protocol: 'PLAINTEXT', host: '127.0.0.1', port }],
    controllerPort,
  })
  const stop = async () => {
    await broker.end('SIGTERM')
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  await broker.start().catch((error: Error) => fail(`${error.message}; see ${broker.logFile}`))
  process.once('beforeExit', () => fail(`the broker ended by itself; see ${broker.logFile}`))
  process.stdout.write(welcome(`127.0.0.1:${port}`))
}

function welcome(address: string): string {
  const consumer = [
    java,
    ...javaOptions.map((option) => (option.includes('*') ? `'${option}'` : option)),
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    `--bootstrap-server ${address} --include 'gerbang\\..*' --from-beginning`,
    // A topic that the gateway makes later is otherwise found after five minutes.
    '--consumer-property metadata.max.age.ms=1000',
  ].join(' ')
  return `
A Kafka broker listens on ${address}; Ctrl-C ends it. What it has is in ${join(folder, 'data')}.

The gateway, in another terminal:

  KAFKA_BROKERS=${address} npm start

What arrives, in a third:

  ${consumer}

`
}

function fail(reason: string): void {
  process.stderr.write(`\nKafka cannot be started: ${reason}\n\n`)
  process.exit(1)
}
