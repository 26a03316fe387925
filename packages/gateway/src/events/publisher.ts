/**
 * Publishes the log to Kafka: in its order, so that the events of a subject reach their partition in
 * theirs; at least once, none skipped. One process publishes at a time (a lease), and sends the next
 * events only when the broker has acknowledged the last. What it then forgets to mark, because it
 * dies, is sent again; a second publisher that begins too early sends what is being sent, also in the
 * order of the log. So the first delivery of each event is always in order. While Kafka is away the
 * events wait in the database, and nobody else waits.
 */
import type { Database } from '../platform/database/index.ts'
import {
  KafkaError,
  type KafkaMessage,
  type KafkaSender,
  sendDeadlineMs,
} from '../platform/kafka/index.ts'
import type { Log } from '../platform/log/index.ts'
import { type Clock, later, sleep } from '../primitives/clock.ts'
import type { Random } from '../primitives/random.ts'
import { eventCatalogue } from './catalogue.ts'
import { toCloudEvent } from './cloud-event.ts'
import { numberEvents, readEvents, type StoredEvent } from './events.store.ts'
import { claimPublishing, markPublished, releasePublishing } from './publishing.store.ts'

export type PublisherDeps = {
  readonly database: Database
  readonly sender: KafkaSender
  readonly topicPrefix: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: {
    eventsPublished(topic: string, count: number): void
    publishingFailed(): void
    /** The age of the oldest event that waits for this process to bring it to Kafka. */
    eventsWaiting(seconds: number): void
  }
}

export type Publisher = {
  start(): void
  /** Ends after the send at hand, which gets 2 s. */
  stop(): Promise<void>
}

/** Some 300 KiB: below what a broker takes at once (message.max.bytes, 1 MiB). */
const mostAtOnce = 300

/** How soon an event is published that is alone. */
const lookEveryMs = 200

/** How long a stop waits for an acknowledgement. */
const stopWithinMs = 2_000

/** The longest pause between two tries. */
const longestBackOffMs = 5_000

/**
 * How soon a process takes over from one that died. A broker that hangs costs a whole try and a pause:
 * who waits for it keeps the lease, and renews it in time by the seconds that are added.
 */
const leaseMs = sendDeadlineMs + longestBackOffMs + 5_000

export function createPublisher(deps: PublisherDeps): Publisher {
  const { clock, log, metrics } = deps
  const publisher = deps.random.bytes(16).toString('hex')
  let stopping = new AbortController()
  let givingUp = new AbortController()
  let loop: Promise<void> | undefined
  let failures = 0

  const run = async () => {
    while (!stopping.signal.aborted) {
      let pauseMs = lookEveryMs
      try {
        const count = await publishNext(deps, publisher, givingUp.signal)
        if (count > 0 && failures > 0) {
          log.info({ failures }, 'events are published again')
          failures = 0
        }
        if (count >= mostAtOnce) continue
      } catch (error) {
        if (stopping.signal.aborted) break
        metrics.publishingFailed()
        // Once for an outage, however long it is.
        if (failures === 0) log.warn(reasonOf(error), 'events cannot be published, they wait')
        pauseMs = backOffMs(failures)
        failures += 1
      }
      await sleep(clock, pauseMs, stopping.signal).catch(() => {})
    }
  }
  return {
    start: () => {
      stopping = new AbortController()
      givingUp = new AbortController()
      loop ??= run()
    },
    stop: async () => {
      stopping.abort()
      const cancel = clock.startTimer(stopWithinMs, () => givingUp.abort())
      await loop
      cancel()
      loop = undefined
      await releasePublishing(deps.database, publisher).catch(() => {})
      await deps.sender.close()
    },
  }
}

/** Publishes what comes next in the log; how many, none where another process publishes. */
async function publishNext(
  deps: PublisherDeps,
  publisher: string,
  giveUp: AbortSignal,
): Promise<number> {
  const { database, clock, metrics } = deps
  const now = clock.realNow()
  const lease = { publisher, now, until: later(now, leaseMs) }
  const published = await claimPublishing(database, lease)
  if (published === undefined) {
    // What waits is another's to tell.
    metrics.eventsWaiting(0)
    return 0
  }
  await numberEvents(database, mostAtOnce)
  const events = await readEvents(database, published, mostAtOnce)
  const [first] = events
  const last = events.at(-1)
  metrics.eventsWaiting(first ? ageOf(first, clock) : 0)
  if (!last) return 0
  const messages = events.map((event) => toMessage(event, deps.topicPrefix))
  await deps.sender.send(messages, giveUp)
  await markPublished(database, publisher, last.number)
  for (const { topic } of messages) metrics.eventsPublished(topic, 1)
  return events.length
}

/** A CloudEvent in the structured content mode of its Kafka protocol binding. */
function toMessage(event: StoredEvent, topicPrefix: string): KafkaMessage {
  return {
    topic: topicPrefix + eventCatalogue[event.type].family,
    key: event.subject,
    value: JSON.stringify(toCloudEvent(event)),
    headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
  }
}

function ageOf({ occurredAt }: StoredEvent, clock: Clock): number {
  return Math.max(0, clock.now().getTime() - occurredAt.getTime()) / 1_000
}

/** Kafka's own words; of a database that is down the error itself. */
function reasonOf(error: unknown) {
  return error instanceof KafkaError ? { reason: error.message } : { err: error }
}

/** 200 ms after the first try, doubling to 5 s: so long does Kafka wait for us when it is back. */
function backOffMs(failures: number): number {
  return Math.min(200 * 2 ** failures, longestBackOffMs)
}
