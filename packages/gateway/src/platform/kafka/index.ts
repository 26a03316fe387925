/**
 * Messages to Apache Kafka, and nothing about payments. A send is over once every replica that is in
 * sync has the messages, or it has failed; messages of one topic and key stand in the order of the
 * sends that succeeded. After a failure nobody knows which of them the broker has: who sends them
 * again sends some twice. The library that speaks to brokers lives in a thread of its own, so that
 * whatever a broker makes of it is a send that failed (docs/decisions/0016-kafka.md).
 */
import { type Clock, sleep } from '../../primitives/clock.ts'
import type { KafkaMessage, KafkaSettings } from './contract.ts'
import { startWorkerThread, type WorkerThread } from './worker-thread.ts'

export type { KafkaMessage, KafkaSettings } from './contract.ts'

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

/** All tries of one send, and the start of the thread. */
export const sendDeadlineMs = 15_000

/** Connects with the first send. Topics that do not exist are made where the broker allows it. */
export function createKafkaSender(settings: KafkaSettings, clock: Clock): KafkaSender {
  let thread: WorkerThread | undefined

  const close = async () => {
    const old = thread
    thread = undefined
    await old?.end()
  }
  return {
    send: async (messages, giveUp) => {
      if (thread === undefined || thread.isDead()) thread = startWorkerThread(settings)
      const over = new AbortController()
      const either = AbortSignal.any([giveUp, over.signal])
      const outcome = await Promise.race([thread.send(messages), noAnswer(clock, either)])
      over.abort()
      // It may answer never, or send these messages long after others.
      if (outcome.kind === 'unanswered') await close()
      if (outcome.kind !== 'acknowledged') throw new KafkaError(outcome.reason)
    },
    close,
  }
}

type Unanswered = { readonly kind: 'unanswered'; readonly reason: string }

async function noAnswer(clock: Clock, signal: AbortSignal): Promise<Unanswered> {
  const reason = await sleep(clock, sendDeadlineMs, signal).then(
    () => `no acknowledgement within ${sendDeadlineMs / 1_000} s`,
    () => 'the waiting was ended',
  )
  return { kind: 'unanswered', reason }
}
