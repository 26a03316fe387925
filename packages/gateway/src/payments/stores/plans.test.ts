/** Plans are made once, for an empty table; what they read must not grow with it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  announceWithNewIds,
  keepAuthentication,
  newBegin,
  settlementOf,
} from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { beginCharges } from './begin.store.ts'
import { settleOperations } from './settle.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
const database = testDatabase.connect(1)

async function chargeAtOnce(count: number) {
  const begins = []
  for (let i = 0; i < count; i++) {
    begins.push(newBegin({ authenticationId: await keepAuthentication(database) }))
  }
  await beginCharges(database, begins)
  const settlements = begins.map((begin) => settlementOf(begin, 'approve'))
  assert.ok((await settleOperations(database, announceWithNewIds, settlements)).every(Boolean))
}

/** Rows that scans of the hot tables have read so far. */
async function rowsRead(): Promise<number> {
  await database`select pg_stat_force_next_flush()`
  const [row] = await database<{ read: bigint }[]>`
    select sum(seq_tup_read + idx_tup_read)::bigint as read
    from pg_stat_user_tables t
    cross join lateral (
      select coalesce(sum(idx_tup_read), 0) as idx_tup_read
      from pg_stat_user_indexes i where i.relid = t.relid
    ) indexes
    where relname in ('requests', 'authentications', 'payments', 'operations')`
  return Number(row?.read)
}

test('a charge reads as many rows among 600 charges as among none', async () => {
  await chargeAtOnce(1)
  const before = await rowsRead()
  await chargeAtOnce(1)
  const alone = (await rowsRead()) - before
  for (let i = 0; i < 12; i++) await chargeAtOnce(50)
  const crowded = await rowsRead()
  await chargeAtOnce(1)
  const among600 = (await rowsRead()) - crowded
  // Two versions more of a page's neighbours may be passed on the way; never the table.
  assert.ok(among600 <= alone + 10, `${alone} rows alone, ${among600} among 600`)
})
