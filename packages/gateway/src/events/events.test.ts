/** The outbox and its log on real PostgreSQL: what is kept, which place it gets, what a reader sees. */
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { Value } from 'typebox/value'
import { createTestDatabase } from '../../../../test/harness/database.ts'
import type { Database } from '../platform/database/index.ts'
import { systemClock } from '../primitives/clock.ts'
import { createIds, type MerchantId } from '../primitives/id.ts'
import { systemRandom } from '../primitives/random.ts'
import { eventCatalogue } from './catalogue.ts'
import { createEvents, eventTables, keepEvents, type NewEvent } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(8)
const events = createEvents({ database })
const ids = createIds(systemClock(), systemRandom)
const start = Date.parse('2026-09-21T03:30:00Z')
const channelOfKki = 'KARTU_KREDIT_INDONESIA' as const

beforeEach(async () => {
  await database`truncate ${database(eventTables)}`
})

type BoundCard = Extract<NewEvent, { type: 'kki.card.bound' }>

/** A card bound so many seconds after the start. */
function bound(second: number, subject = ids.next('binding') as string): BoundCard {
  return {
    operationId: ids.next('bindingMessage'),
    merchantId: 'mer_of_the_events' as MerchantId,
    eventId: ids.next('event'),
    type: 'kki.card.bound',
    subject,
    data: {
      referenceNo: ids.next('reference'),
      custIdMerchant: 'CUST1',
      maskedCpan: '936000******0000',
      issuer: 'Bank Rakyat Indonesia',
      channel: channelOfKki,
    },
    occurredAt: new Date(start + second * 1_000),
  }
}

/** Settles all that is given, but for what lost its compare-and-set, in one statement with its events. */
async function settle(
  within: Database,
  given: readonly NewEvent[],
  {
    lost = [] as readonly NewEvent[],
    eventData = null as object | null,
    subject = null as string | null,
    sequence = 1,
  } = {},
): Promise<void> {
  const settled = given.filter((event) => !lost.includes(event)).map((e) => e.operationId)
  await within`
    with settled as (
      select operation_id, ${subject}::text as subject, ${sequence}::integer as sequence,
        ${eventData && JSON.stringify(eventData)}::text::jsonb as event_data
      from unnest(${settled}::text[]) as operation_id
    )
    ${keepEvents(within, given, within`settled`)}`
}

async function readAll(from?: string, limit = 1_000) {
  const page = await events.read({ after: from, limit })
  assert.ok(page)
  return { ...page, ids: page.events.map(({ id }) => id) }
}

const idsOf = (given: readonly NewEvent[]) => given.map(({ eventId }) => eventId)

test('an event is read as a CloudEvent, with data as the catalogue has it', async () => {
  const event = bound(1, 'bnd_1')
  await settle(database, [event])
  const [read] = (await readAll()).events
  assert.deepEqual(read, {
    specversion: '1.0',
    id: event.eventId,
    source: '/gerbang',
    type: 'kki.card.bound',
    subject: 'bnd_1',
    time: '2026-09-21T03:30:01.000Z',
    datacontenttype: 'application/json',
    sequence: '0000000001',
    merchantid: 'mer_of_the_events',
    data: event.data,
  })
  assert.ok(Value.Check(eventCatalogue['kki.card.bound'].data, read.data))
})

test('what only the statement knows is added to the data', async () => {
  const { subject: _, ...known } = bound(1)
  const data = { maskedCpan: '936000******0000', issuer: 'BRI', channel: channelOfKki }
  const event: NewEvent = { ...known, type: 'kki.card.unbound', data }
  const eventData = { referenceNo: 'ref_1', custIdMerchants: ['CUST1', 'CUST2'] }
  await settle(database, [event], { eventData, subject: 'card_1', sequence: 7 })
  const [read] = (await readAll()).events
  assert.deepEqual(read?.data, { ...data, ...eventData })
  assert.deepEqual([read?.subject, read?.sequence], ['card_1', '0000000007'])
  assert.ok(Value.Check(eventCatalogue['kki.card.unbound'].data, read.data))
})

test('what did not settle tells nothing', async () => {
  const [won, lost] = [bound(1), bound(2)]
  await settle(database, [won, lost], { lost: [lost] })
  assert.deepEqual((await readAll()).ids, [won.eventId])
})

test('a statement that is repeated after a lost connection tells once', async () => {
  const event = bound(1)
  await settle(database, [event])
  await settle(database, [event])
  const first = await readAll()
  assert.deepEqual(first.ids, [event.eventId])
  await settle(database, [event])
  assert.deepEqual((await readAll(first.cursor)).ids, [])
})

test('events that wait for a place get theirs in the order of their time', async () => {
  const given = [bound(3), bound(1), bound(2)]
  for (const event of given) await settle(database, [event])
  const [third, first, second] = idsOf(given)
  assert.deepEqual((await readAll()).ids, [first, second, third])
})

test('events of a subject are in its own order, whatever the clocks of those who wrote them say', async () => {
  const byClock = [bound(30, 'bnd_1'), bound(10, 'bnd_1'), bound(20, 'bnd_1')]
  for (const [i, event] of byClock.entries()) await settle(database, [event], { sequence: i + 1 })
  const other = bound(15)
  await settle(database, [other])
  // The page has room for two: what comes before the second of its subject comes with it.
  const [first, second, third] = idsOf(byClock)
  const read = []
  for (let cursor: string | undefined; ; ) {
    const page = await readAll(cursor, 2)
    if (page.ids.length === 0) break
    read.push(...page.ids)
    cursor = page.cursor
  }
  assert.deepEqual(
    read.filter((id) => id !== other.eventId),
    [first, second, third],
  )
  assert.equal(read.length, 4)
})

test('an event whose statement commits late is read after those that were there, not skipped', async () => {
  const [early, late] = [bound(1), bound(2)]
  const commit = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const slow = database.begin(async (transaction) => {
    await settle(transaction as unknown as Database, [early])
    written.resolve()
    await commit.promise
  })
  await written.promise
  await settle(database, [late])
  const before = await readAll()
  assert.deepEqual(before.ids, [late.eventId])
  commit.resolve()
  await slow
  assert.deepEqual((await readAll(before.cursor)).ids, [early.eventId])
  assert.deepEqual((await readAll()).ids, [late.eventId, early.eventId])
})

test('readers that number at the same moment give each event one place, without a gap', async () => {
  const given = Array.from({ length: 300 }, (_, second) => bound(second))
  const before = Number((await readNumbers()).last)
  const release = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const holder = database.begin(async (transaction) => {
    await transaction`select from event_numbering for update`
    held.resolve()
    await release.promise
  })
  await held.promise
  const readers: ReturnType<typeof readAll>[] = []
  // Before each reader comes what belongs before all that the others would number.
  for (const from of [200, 100, 0]) {
    await settle(database, given.slice(from, from + 100))
    readers.push(readAll())
    await untilWaiting(readers.length)
  }
  release.resolve()
  await holder
  for (const reader of await Promise.all(readers)) assert.deepEqual(reader.ids, idsOf(given))
  const { numbers, last } = await readNumbers()
  assert.deepEqual(
    numbers,
    given.map((_, i) => before + i + 1),
  )
  assert.equal(Number(last), before + given.length)
})

test('who follows a busy log sees every event once, and those of a subject in order', async () => {
  const subjects = Array.from({ length: 4 }, () => ids.next('binding'))
  const given = subjects.map((subject) =>
    Array.from({ length: 25 }, (_, second) => bound(second, subject)),
  )
  let isBusy = true
  const writing = Promise.all(
    given.map(async (ofSubject, writer) => {
      for (const [i, event] of ofSubject.entries()) {
        await database.begin(async (transaction) => {
          await settle(transaction as unknown as Database, [event], { sequence: i + 1 })
          // Others commit meanwhile; how long it takes must not matter.
          for (let i = 0; i < writer; i++) await transaction`select 1`
        })
      }
    }),
  ).then(() => {
    isBusy = false
  })
  const seen: { id: string; subject: string }[] = []
  let cursor: string | undefined
  for (;;) {
    const wasBusy = isBusy
    const page = await readAll(cursor, 7)
    seen.push(...page.events)
    cursor = page.cursor
    if (!wasBusy && page.events.length === 0) break
  }
  await writing
  assert.equal(seen.length, 100)
  for (const [i, subject] of subjects.entries()) {
    const told = seen.filter((event) => event.subject === subject).map(({ id }) => id)
    assert.deepEqual(told, idsOf(given[i] ?? []))
  }
})

test('a page holds no more than was asked for, and its cursor leads to the rest', async () => {
  const given = Array.from({ length: 5 }, (_, second) => bound(second))
  await settle(database, given)
  const first = await readAll(undefined, 3)
  assert.deepEqual(first.ids, idsOf(given).slice(0, 3))
  const second = await readAll(first.cursor, 3)
  assert.deepEqual(second.ids, idsOf(given).slice(3))
  const third = await readAll(second.cursor, 3)
  assert.deepEqual([third.ids, third.cursor], [[], second.cursor])
})

test('a cursor of before a reset skips nothing of what comes after it', async () => {
  await settle(database, [bound(1), bound(2)])
  const { cursor } = await readAll()
  await database`truncate ${database(eventTables)}`
  const event = bound(3)
  await settle(database, [event])
  assert.deepEqual((await readAll(cursor)).ids, [event.eventId])
})

test('a text that this log never gave out is no cursor', async () => {
  await settle(database, [bound(1)])
  const { cursor } = await readAll()
  const future = String(BigInt(cursor) + 1n)
  for (const text of ['', 'x', '-1', '01', '1.0', ' 1', '9'.repeat(18), '9'.repeat(40), future]) {
    assert.equal(await events.read({ after: text, limit: 10 }), undefined, text)
  }
})

async function readNumbers() {
  const rows = await database<{ number: bigint }[]>`
    select published_number as number from events order by occurred_at`
  const [row] = await database<{ last: bigint }[]>`
    select last_number as last from event_numbering`
  return { numbers: rows.map(({ number }) => Number(number)), last: row?.last ?? 0n }
}

async function untilWaiting(count: number): Promise<void> {
  for (;;) {
    const [row] = await database<{ waiting: number }[]>`
      select count(*)::integer as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    if (row && row.waiting >= count) return
  }
}
