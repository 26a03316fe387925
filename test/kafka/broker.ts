/**
 * A real Apache Kafka broker (KRaft: broker and controller in one) as a child process, which can be
 * killed and started again on its data; and Kafka's own console consumer, to read what it has.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { classPath, java } from './install.ts'

export type ConsumedMessage = {
  readonly partition: number
  readonly offset: number
  readonly headers: string
  readonly key: string
  readonly value: string
}

export type Broker = {
  /** For KAFKA_BROKERS. */
  readonly address: string
  /** The same broker, where it speaks TLS and wants a name and a password (PLAIN). */
  readonly saslAddress: string
  /** SIGKILL: nothing is tidied up. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Everything that a topic holds, each partition in its order, by Kafka's console consumer. */
  consume(topic: string): Promise<ConsumedMessage[]>
}

/** Protect nothing. */
export const saslUser = { username: 'gerbang', password: 'gerbang-at-the-broker' } as const

/** A quarter of what a broker takes by itself, and a compiler that is soon ready. */
const javaOptions = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath]

/** How long the console consumer waits for more, before it takes a topic for read. */
const nothingMoreMs = 3_000

/** Starts a broker; it ends with the tests of the file. */
export async function startBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-kafka-'))
  const ports = await freePorts(3)
  const [port, saslPort] = ports as [number, number, number]
  const properties = join(folder, 'server.properties')
  writeFileSync(properties, settingsOf(folder, ports))
  await promisify(execFile)(java, [
    ...javaOptions,
    'kafka.tools.StorageTool',
    'format',
    ...['-t', '4L6g3nShT-eMCtK--X86sw', '-c', properties],
  ])
  let child: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null) return
    const ended = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill(signal)
    await ended
  }
  after(() => end('SIGKILL'))
  const start = async () => {
    const started = spawn(java, [...javaOptions, 'kafka.Kafka', properties], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const log = createWriteStream(join(folder, 'broker.log'), { flags: 'a' })
    started.stdout.pipe(log)
    started.stderr.pipe(log)
    child = started
    while (!(await isListening(port))) {
      if (started.exitCode !== null) throw new Error(`the broker ended: ${started.exitCode}`)
      await sleep(50)
    }
  }
  await start()
  const address = `127.0.0.1:${port}`
  return {
    address,
    saslAddress: `localhost:${saslPort}`,
    kill: () => end('SIGKILL'),
    start,
    consume: (topic) => consume(address, topic),
  }
}

function settingsOf(folder: string, [port, saslPort, controllerPort]: readonly number[]): string {
  const keyStore = join(folder, 'key-store.pem')
  writeFileSync(keyStore, `${readTls('key.pem')}${readTls('certificate.pem')}`)
  const { username, password } = saslUser
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`
  return `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${saslPort},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},SASL_SSL://localhost:${saslPort}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=${login}
ssl.keystore.type=PEM
ssl.keystore.location=${keyStore}
log.dirs=${join(folder, 'data')}
# Until then a broker that was killed counts as living, and cannot come back.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
num.partitions=3
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
`
}

/** Protects nothing; made for localhost. */
export function readTls(name: string): string {
  return readFileSync(new URL(`../harness/tls/${name}`, import.meta.url), 'utf8')
}

async function consume(address: string, topic: string): Promise<ConsumedMessage[]> {
  const printed = ['partition', 'offset', 'headers', 'key'].flatMap((what) => [
    '--property',
    `print.${what}=true`,
  ])
  const { stdout } = await promisify(execFile)(
    java,
    [
      ...javaOptions,
      'org.apache.kafka.tools.consumer.ConsoleConsumer',
      ...['--bootstrap-server', address, '--topic', topic, '--from-beginning'],
      ...['--timeout-ms', String(nothingMoreMs)],
      ...printed,
    ],
    { maxBuffer: 1 << 28 },
  )
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('Partition:'))
    .map((line) => {
      const [partition = '', offset = '', headers = '', key = '', ...value] = line.split('\t')
      return {
        partition: Number(partition.slice('Partition:'.length)),
        offset: Number(offset.slice('Offset:'.length)),
        headers,
        key,
        value: value.join('\t'),
      }
    })
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
}

async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer()
      await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
      return probe
    }),
  )
  const ports = probes.map((probe) => (probe.address() as { port: number }).port)
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))))
  return ports
}
