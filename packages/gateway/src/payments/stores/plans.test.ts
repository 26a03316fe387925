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
import { rowsRead } from '../../../../../test/harness/rows-read.ts'
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

const tables = ['requests', 'authentications', 'payments', 'operations']

test('a charge reads as many rows among 600 charges as among none', async () => {
  await chargeAtOnce(1)
  const before = await rowsRead(database, tables)
  await chargeAtOnce(1)
  const alone = (await rowsRead(database, tables)) - before
  for (let i = 0; i < 12; i++) await chargeAtOnce(50)
  const crowded = await rowsRead(database, tables)
  await chargeAtOnce(1)
  const among600 = (await rowsRead(database, tables)) - crowded
  // Two versions more of a page's neighbours may be passed on the way; never the table.
  assert.ok(among600 <= alone + 10, `${alone} rows alone, ${among600} among 600`)
})
