/** The publisher on real PostgreSQL, with a Kafka that fails, stalls and dies as the test wants. */
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase } from '../../../../test/harness/database.ts'
import { KafkaError, type KafkaMessage } from '../platform/kafka/index.ts'
import { createLog } from '../platform/log/index.ts'
import { systemClock } from '../primitives/clock.ts'
import { systemRandom } from '../primitives/random.ts'
import { createPublisher, type Publisher } from './publisher.ts'
import { eventPurgeWork } from './purge.ts'

const testDatabase = await createTestDatabase()
const database = testDatabase.connect(6)
const running: Publisher[] = []
after(async () => {
  await Promise.all(running.map((publisher) => publisher.stop()))
  await testDatabase.drop()
})

let last = 0
const lines: string[] = []
const log = createLog({ level: 'info', destination: { write: (line) => lines.push(line) } })

beforeEach(async () => {
  await Promise.all(running.splice(0).map((publisher) => publisher.stop()))
  await database`truncate events`
  await database`update event_publishing set publisher = null, leased_until = null`
  lines.length = 0
})

/** Bound cards, of so many subjects in turn. */
async function happen(count: number, subjects = 3): Promise<string[]> {
  const rows = await database<{ id: string }[]>`
    insert into events (merchant_id, event_id, type, subject, sequence, data, occurred_at)
    select 'mer_1', 'evt_' || lpad(n::text, 12, '0'), 'kki.card.bound', 'card_' || n % ${subjects}, n,
      '{}', now() + n * interval '1 microsecond'
    from generate_series(${last + 1}::integer, ${last + count}::integer) as n
    returning event_id as id`
  last += count
  return rows.map(({ id }) => id)
}

/** A Kafka that takes messages as `take` does. */
function kafka(take: (messages: readonly KafkaMessage[]) => Promise<void> = async () => {}) {
  const taken: KafkaMessage[] = []
  const sizes: number[] = []
  const metrics = { published: 0, failed: 0, waiting: 0 }
  const publisher = createPublisher({
    database,
    sender: {
      send: async (messages, giveUp) => {
        await Promise.race([
          take(messages),
          new Promise((_, reject) =>
            giveUp.addEventListener('abort', () => reject(new KafkaError('ended'))),
          ),
        ])
        taken.push(...messages)
        sizes.push(messages.length)
      },
      close: async () => {},
    },
    topicPrefix: 'test.',
    clock: systemClock(),
    random: systemRandom,
    log,
    metrics: {
      eventsPublished: (_, count) => {
        metrics.published += count
      },
      publishingFailed: () => {
        metrics.failed += 1
      },
      eventsWaiting: (seconds) => {
        metrics.waiting = seconds
      },
    },
  })
  running.push(publisher)
  publisher.start()
  const ids = () => taken.map(({ value }) => JSON.parse(value).id as string)
  return { publisher, taken, sizes, metrics, ids }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; !(await isSo()); await sleep(10)) {
    assert.ok(Date.now() < end, 'not within 15 s')
  }
}

test('events are CloudEvents in a message with their subject as key, in the topic of their family', async () => {
  const [id] = await happen(1)
  const { taken, metrics } = kafka()
  await until(() => taken.length === 1)
  const [message] = taken
  const { id: told, specversion, type, subject } = JSON.parse(message?.value ?? '')
  assert.deepEqual([told, specversion, type], [id, '1.0', 'kki.card.bound'])
  assert.deepEqual([message?.topic, message?.key], ['test.bindings', subject])
  assert.deepEqual(message?.headers, {
    'content-type': 'application/cloudevents+json; charset=UTF-8',
  })
  await until(() => metrics.published === 1 && metrics.waiting === 0)
})

test('what waits is sent in the order of the log, in batches, each once', async () => {
  const happened = await happen(1_000)
  const { ids, sizes } = kafka()
  await until(() => ids().length >= 1_000)
  assert.deepEqual(ids(), happened)
  assert.ok(Math.max(...sizes) <= 300, sizes.join())
  happened.push(...(await happen(5)))
  await until(() => ids().length >= 1_005)
  assert.deepEqual(ids(), happened)
})

test('what was not acknowledged is sent again, nothing is skipped, and an outage is logged once', async () => {
  let isDown = true
  const { ids, metrics } = kafka(async () => {
    if (isDown) throw new KafkaError('no broker answers')
  })
  const happened = await happen(10)
  await until(() => metrics.failed >= 3)
  happened.push(...(await happen(10)))
  assert.deepEqual(ids(), [])
  isDown = false
  await until(() => ids().length === 20 && lines.length >= 2)
  assert.deepEqual(ids(), happened)
  const messages = lines.map((line) => JSON.parse(line))
  assert.deepEqual(
    messages.map(({ msg }) => msg),
    ['events cannot be published, they wait', 'events are published again'],
  )
  assert.equal(messages[0].reason, 'no broker answers')
})

test('one of two publishes, and the other takes over once it has stopped', async () => {
  const first = kafka()
  const happened = await happen(20)
  await until(() => first.taken.length === 20)
  const second = kafka()
  happened.push(...(await happen(20)))
  await until(() => first.taken.length === 40)
  assert.deepEqual(second.ids(), [])
  await first.publisher.stop()
  happened.push(...(await happen(20)))
  await until(() => second.taken.length === 20)
  assert.deepEqual([...first.ids(), ...second.ids()], happened)
})

test('who began to send and slept over its lease sends twice at most, and skips nothing', async () => {
  const wake = Promise.withResolvers<void>()
  let isFirst = true
  const sleeper = kafka(async () => {
    if (!isFirst) return
    isFirst = false
    await wake.promise
  })
  const happened = await happen(20)
  await until(() => !isFirst)
  await database`update event_publishing set leased_until = now() - interval '1 second'`
  const other = kafka()
  await until(() => other.taken.length === 20)
  happened.push(...(await happen(20)))
  await until(() => other.taken.length === 40)
  wake.resolve()
  await until(() => sleeper.taken.length === 20)
  assert.deepEqual(other.ids(), happened)
  happened.push(...(await happen(5)))
  await until(() => other.taken.length === 45)
  assert.deepEqual(other.ids(), happened)
})

test('a lease outlasts a try that is never answered and the pause after it', async () => {
  let isSending = false
  kafka(() => {
    isSending = true
    return new Promise(() => {})
  })
  await happen(1)
  await until(() => isSending)
  const [row] = await database`
    select extract(epoch from leased_until - now())::float8 as seconds from event_publishing`
  // 15 s until the sender gives up, and 5 s at most until the next try.
  assert.ok(row?.['seconds'] > 15 + 5 + 2, `${row?.['seconds']} s`)
})

test('who loses the lease has no event that waits', async () => {
  const { metrics } = kafka(async () => {
    throw new KafkaError('no broker answers')
  })
  await happen(1)
  await sleep(50)
  await until(() => metrics.waiting > 0)
  await database`
    update event_publishing set publisher = 'other', leased_until = now() + interval '1 hour'`
  await until(() => metrics.waiting === 0)
})

test('a stop does not wait for a Kafka that stalls', async () => {
  let isSending = false
  const { publisher } = kafka(() => {
    isSending = true
    return new Promise(() => {})
  })
  await happen(1)
  await until(() => isSending)
  const start = performance.now()
  await publisher.stop()
  assert.ok(performance.now() - start < 5_000)
  const [row] = await database`select publisher from event_publishing`
  assert.equal(row?.['publisher'], null)
})

const dayMs = 86_400_000

/** Purges as a process would whose clock says so many days from now. */
function purge(days: number, isPublished: boolean): Promise<void> {
  const clock = { ...systemClock(), realNow: () => new Date(Date.now() + days * dayMs) }
  const work = eventPurgeWork({ database, clock, keptMs: 30 * dayMs, isPublished })
  return work.runDue(clock.realNow())
}

/** Events whose ids have the time of now. */
async function happenNow(count: number): Promise<void> {
  const time = Date.now().toString(16).padStart(12, '0')
  await database`
    insert into events (merchant_id, event_id, type, subject, sequence, data, occurred_at)
    select 'mer_1', 'evt_' || ${time}::text || n, 'kki.card.bound', 'card_' || n, n, '{}', now()
    from generate_series(1, ${count}::integer) as n`
}

async function count(): Promise<number> {
  const [row] = await database<{ count: bigint }[]>`select count(*) from events`
  return Number(row?.count)
}

test('old events are deleted, young ones stay; without Kafka also those that nobody read', async () => {
  await happenNow(5)
  await purge(29, false)
  assert.equal(await count(), 5)
  await purge(31, false)
  assert.equal(await count(), 0)
})

test('what Kafka has yet to get is never deleted, however old it is', async () => {
  const { publisher, taken } = kafka()
  await happenNow(5)
  await until(() => taken.length === 5)
  await publisher.stop()
  await database`
    insert into events (merchant_id, event_id, type, subject, sequence, data, occurred_at)
    values ('mer_1', 'evt_0', 'kki.card.bound', 'card_of_old', 1, '{}', '2020-01-01')`
  await purge(29, true)
  assert.equal(await count(), 6)
  await purge(31, true)
  assert.equal(await count(), 1)
})
