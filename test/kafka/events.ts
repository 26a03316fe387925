/** Events as the tests compare them: what the gateway's log has, and what a consumer reads. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../packages/gateway/src/config.ts'
import { eventFamilies } from '../../packages/gateway/src/events/index.ts'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'
import type { Broker, ConsumedMessage } from './broker.ts'

export const families = Object.keys(eventFamilies) as (keyof typeof eventFamilies)[]

export type Published = {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly sequence: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of many shapes.
  readonly data: any
}

/** The settings of a gateway that publishes to a broker, in topics of its own. */
export function kafkaConfig(broker: Broker, topicPrefix: string): NonNullable<Config['kafka']> {
  return {
    brokers: [broker.address],
    clientId: 'gerbang-test',
    topicPrefix,
    tls: undefined,
    sasl: undefined,
  }
}

/** Waits until Kafka has acknowledged everything that happened. */
export async function untilPublished(database: Database): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    const [row] = await database<{ isDone: boolean }[]>`
      select not exists (select from events where published_number is null)
        and p.last_number = n.last_number as "isDone"
      from event_publishing p, event_numbering n`
    if (row?.isDone) return
    assert.ok(Date.now() < end, 'events wait for a minute')
    await sleep(100)
  }
}

/** What the consumer reads of each family. */
export async function consumeAll(broker: Broker, topicPrefix: string) {
  const consumed = await Promise.all(
    families.map(async (family) => [family, await broker.consume(topicPrefix + family)] as const),
  )
  return Object.fromEntries(consumed) as Record<(typeof families)[number], ConsumedMessage[]>
}

/**
 * Asserts that a consumer who dedupes by the id has every event of the gateway's log, and those of a
 * subject in their order.
 * @returns how many messages came twice
 */
export async function assertComplete(
  database: Database,
  messages: Readonly<Record<string, readonly ConsumedMessage[]>>,
): Promise<number> {
  const seen = new Set<string>()
  let repeated = 0
  for (const [family, consumed] of Object.entries(messages)) {
    const lastOf = new Map<string, string>()
    for (const { key, value } of consumed) {
      const event: Published = JSON.parse(value)
      assert.equal(key, event.subject)
      if (seen.has(event.id)) {
        repeated += 1
        continue
      }
      seen.add(event.id)
      const last = lastOf.get(key) ?? ''
      assert.ok(last <= event.sequence, `${family}: ${event.id} of ${key} came too late`)
      lastOf.set(key, event.sequence)
    }
  }
  const kept = await database<{ id: string }[]>`select event_id as id from events`
  assert.deepEqual([...seen].toSorted(), kept.map(({ id }) => id).toSorted())
  return repeated
}
