/**
 * The thread in which the Kafka library lives. It holds one producer, sends what it is told and
 * answers each command. What the library throws in a callback of its own ends this thread, and only
 * this: worker-thread.ts tells that to who waits.
 */
import { isIP } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { compatibilityPartitioner, type MessageToProduce, Producer } from '@platformatic/kafka'
import type { SendAnswer, SendCommand, SendOutcome, WorkerSettings } from './contract.ts'
import { reasonOf } from './reason.ts'

/** A broker that lives answers in milliseconds, one that elects a leader in seconds. */
const requestTimeoutMs = 5_000

type TextProducer = Producer<string, string, string, string>

const settings: WorkerSettings = workerData
let producer: TextProducer | undefined

parentPort?.on('message', async ({ id, messages }: SendCommand) => {
  const outcome = await send(messages)
  parentPort?.postMessage({ id, outcome } satisfies SendAnswer)
})

async function send(messages: SendCommand['messages']): Promise<SendOutcome> {
  try {
    producer ??= newProducer(settings)
    await producer.send({ messages: messages.map((one) => ({ ...one })) })
    return { kind: 'acknowledged' }
  } catch (error) {
    // A producer counts its messages; after a failure it and the broker may count differently.
    void producer?.close().catch(() => {})
    producer = undefined
    return { kind: 'failed', reason: reasonOf(error) }
  }
}

function newProducer({ brokers, clientId, tls, sasl }: WorkerSettings): TextProducer {
  const toBytes = (text: string | undefined) => Buffer.from(text ?? '')
  const producer: TextProducer = new Producer({
    clientId,
    bootstrapBrokers: [...brokers],
    serializers: { key: toBytes, value: toBytes, headerKey: toBytes, headerValue: toBytes },
    // Implies the acknowledgement of all replicas in sync, and one request at a time.
    idempotent: true,
    autocreateTopics: true,
    // As Kafka's own clients, so that others who write the same key find the same partition.
    partitioner: (message: MessageToProduce<string, string, string, string>, key) =>
      compatibilityPartitioner(message, key),
    connectTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    timeout: requestTimeoutMs,
    // A topic that is being made has no leader for a moment.
    retries: 4,
    retryDelay: 250,
    ...(tls ? tlsOf(tls, brokers) : {}),
    ...(sasl ? { sasl: { ...sasl } } : {}),
  })
  return producer
}

/** A proxy in front of brokers goes by the server name; an address may not be one (RFC 6066). */
function tlsOf({ ca }: NonNullable<WorkerSettings['tls']>, brokers: readonly string[]) {
  const hosts = brokers.map((broker) => broker.replace(/:[0-9]+$/, '').replace(/^\[|\]$/g, ''))
  return {
    tls: ca ? { ca: Buffer.from(ca) } : {},
    tlsServerName: hosts.some((host) => isIP(host) === 0),
  }
}
