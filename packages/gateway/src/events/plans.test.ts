/** Plans are made once, for an empty table; what a reader costs must not grow with the log. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../test/harness/database.ts'
import { createEvents } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
const database = testDatabase.connect(1)
const events = createEvents({ database })

let last = 0

async function keep(count: number): Promise<void> {
  await database`
    insert into events (merchant_id, event_id, type, subject, sequence, data, occurred_at)
    select 'mer_1', 'evt_' || n, 'kki.card.bound', 'bnd_' || n, 1, '{}', now() + n * interval '1 second'
    from generate_series(${last + 1}::integer, ${last + count}::integer) as n`
  last += count
}

/**
 * Rows that scans of the log have read so far. Not entries of indexes: those of rows that are dead stay
 * for as long as any transaction of the database might see them, such as that of an autovacuum.
 */
async function rowsRead(): Promise<number> {
  await database`select pg_stat_force_next_flush()`
  const [row] = await database<{ read: bigint }[]>`
    select seq_tup_read + idx_tup_fetch as read from pg_stat_user_tables where relname = 'events'`
  return Number(row?.read)
}

let cursor: string | undefined

async function readPage(limit: number): Promise<number> {
  const page = await events.read({ after: cursor, limit })
  cursor = page?.cursor
  return page?.events.length ?? 0
}

/** Rows that one new event costs who follows the log. */
async function follow(): Promise<number> {
  await keep(1)
  const before = await rowsRead()
  assert.equal(await readPage(100), 1)
  return (await rowsRead()) - before
}

test('one event more costs who follows the log as many rows after 3,000 as after none', async () => {
  const alone = await follow()
  await keep(3_000)
  while ((await readPage(500)) > 0);
  const among = await follow()
  assert.ok(among <= alone + 10, `${alone} rows alone, ${among} after 3,000`)
})

test('a page costs by its own length, not by that of the backlog', async () => {
  await keep(3_000)
  const before = await rowsRead()
  assert.equal(await readPage(10), 10)
  const read = (await rowsRead()) - before
  assert.ok(read <= 50, `${read} rows for a page of 10`)
})
