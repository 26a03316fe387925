/**
 * A broker of the tests, which can be killed and started again on its data; and Kafka's own console
 * consumer, to read what it has.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'
import { Admin } from '@platformatic/kafka'
import { freePorts, javaOptions, prepareBroker } from './broker-process.ts'
import { java } from './install.ts'

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
  /** The same broker, where it wants them (SCRAM-SHA-512) without TLS. */
  readonly scramPort: number
  /** SIGKILL: nothing is tidied up. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Everything that a topic holds, each partition in its order, by Kafka's console consumer. */
  consume(topic: string): Promise<ConsumedMessage[]>
  changeTopics(change: (admin: Admin) => Promise<unknown>): Promise<void>
}

/** Protect nothing. */
export const saslUser = { username: 'gerbang', password: 'gerbang-at-the-broker' } as const

/** How long the console consumer waits for more, before it takes a topic for read. */
const nothingMoreMs = 3_000

/** Starts a broker; it ends with the tests of the file. */
export async function startBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-kafka-'))
  const ports = await freePorts(4)
  const [port, saslPort, scramPort, controllerPort] = ports as [number, number, number, number]
  const { username, password } = saslUser
  const broker = await prepareBroker({
    folder,
    listeners: [
      { protocol: 'PLAINTEXT', host: '127.0.0.1', port },
      { protocol: 'SASL_SSL', host: 'localhost', port: saslPort },
      { protocol: 'SASL_PLAINTEXT', host: '127.0.0.1', port: scramPort },
    ],
    controllerPort,
    settings: loginSettings(folder),
    scram: `SCRAM-SHA-512=[name=${username},password=${password}]`,
  })
  after(() => broker.end('SIGKILL'))
  await broker.start()
  const address = `127.0.0.1:${port}`
  return {
    address,
    saslAddress: `localhost:${saslPort}`,
    scramPort,
    kill: () => broker.end('SIGKILL'),
    start: broker.start,
    consume: (topic) => consume(address, topic),
    changeTopics: async (change) => {
      const admin = new Admin({ clientId: 'gerbang-tests', bootstrapBrokers: [address] })
      await change(admin).finally(() => admin.close())
    },
  }
}

function loginSettings(folder: string): string {
  const keyStore = join(folder, 'key-store.pem')
  writeFileSync(keyStore, `${readTls('key.pem')}${readTls('certificate.pem')}`)
  const { username, password } = saslUser
  const modules = 'org.apache.kafka.common.security'
  return `
listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=${modules}.plain.PlainLoginModule required user_${username}="${password}";
listener.name.sasl_plaintext.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=${modules}.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location=${keyStore}
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
