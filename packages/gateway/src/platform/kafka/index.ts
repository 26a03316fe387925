/**
 * Messages to Apache Kafka, and nothing about payments. A send is over once every replica that is in
 * sync has the messages, or it has failed; messages of one topic and key stand in the order of the
 * sends that succeeded. After a failure nobody knows which of them the broker has: who sends them
 * again sends some twice.
 */
import { isIP } from 'node:net'
import { compatibilityPartitioner, type MessageToProduce, Producer } from '@platformatic/kafka'
import { type Clock, sleep } from '../../primitives/clock.ts'
import type { Secret } from '../../primitives/secret.ts'

export type KafkaSettings = {
  /** `host:port` */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Undefined: no TLS. Without `ca` the authorities that Node knows are believed. */
  readonly tls: { readonly ca: Buffer | undefined } | undefined
  readonly sasl:
    | {
        readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
        readonly username: string
        readonly password: Secret<string>
      }
    | undefined
}

export type KafkaMessage = {
  readonly topic: string
  /** Messages of one key are in one partition, and so in order. */
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

export type KafkaSender = {
  /**
   * @param giveUp ends the waiting for the acknowledgement
   * @throws KafkaError
   */
  send(messages: readonly KafkaMessage[], giveUp: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Why messages were not acknowledged, in a sentence that may be logged. */
export class KafkaError extends Error {}

/** A broker that lives answers in milliseconds, one that elects a leader in seconds. */
const requestTimeoutMs = 5_000

/** All tries of one send. */
const sendDeadlineMs = 15_000

/** Connects with the first send. Topics that do not exist are made where the broker allows it. */
export function createKafkaSender(settings: KafkaSettings, clock: Clock): KafkaSender {
  let producer: TextProducer | undefined

  const discard = async () => {
    const old = producer
    producer = undefined
    await old?.close().catch(() => {})
  }
  return {
    send: async (messages, giveUp) => {
      const over = new AbortController()
      try {
        producer ??= newProducer(settings)
        const sent = producer.send({ messages: messages.map((one) => ({ ...one })) })
        const either = AbortSignal.any([giveUp, over.signal])
        await Promise.race([sent, failAfter(clock, either)])
      } catch (error) {
        // A producer counts its messages; after a failure it and the broker may count differently.
        void discard()
        throw new KafkaError(reasonOf(error))
      } finally {
        over.abort()
      }
    },
    close: discard,
  }
}

type TextProducer = Producer<string, string, string, string>

function newProducer({ brokers, clientId, tls, sasl }: KafkaSettings): TextProducer {
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
    ...(tls ? { tls: tls.ca ? { ca: tls.ca } : {}, tlsServerName: !brokers.some(isAddress) } : {}),
    ...(sasl
      ? {
          sasl: {
            mechanism: sasl.mechanism,
            username: sasl.username,
            password: () => sasl.password.reveal((value) => value),
          },
        }
      : {}),
  })
  return producer
}

/** TLS names no address to a server (RFC 6066, section 3); the certificate is checked all the same. */
function isAddress(broker: string): boolean {
  return isIP(broker.slice(0, broker.lastIndexOf(':'))) !== 0
}

async function failAfter(clock: Clock, signal: AbortSignal): Promise<never> {
  await sleep(clock, sendDeadlineMs, signal).catch(() => {
    throw new Error('the waiting was ended')
  })
  throw new Error(`no acknowledgement within ${sendDeadlineMs / 1_000} s`)
}

/** The innermost cause; the library's errors carry more than may be logged. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return reasonOf(error.errors.at(-1))
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof Error ? `${error.message} ${reasonOf(error.cause)}` : error.message
}
