/** Each statement of the book reads by key: what it reads does not grow with the book. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { assertReadsByKey, eachOf, rowsRead } from '../../../../../../test/harness/rows-read.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { createDesk, percent } from '../conformance/world.ts'
import { createAcquirerSimulator } from './index.ts'
import { worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
const database = testDatabase.connect(1)
const simulator = createAcquirerSimulator({
  database,
  clock: systemClock(),
  random: systemRandom,
})
const desk = createDesk(worldOf(simulator, 'BNI'))
const { approved, first, follow } = desk

const tables = ['sandbox.acquirer_messages']

/** What each kind of work with the book reads, with what it is about already there. */
const works: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
  'a sale': async () => first('sale').send,
  'an authorization': async () => first('authorize').send,
  'a repeated sale': async () => (await approved(first('sale'))).send,
  'a capture': async () => follow('capture', await approved(first('authorize'))).send,
  'a void': async () => follow('void', await approved(first('sale'))).send,
  'a refund': async () => follow('refund', await approved(first('sale')), percent(10n)).send,
  'a repeated refund': async () => {
    return (await approved(follow('refund', await approved(first('sale'))))).send
  },
  'an inquiry': async () => {
    const sale = await approved(first('sale'))
    return () => desk.inquire(sale)
  },
  'a reversal of a sale': async () => {
    const sale = await approved(first('sale'))
    return () => desk.reverse(sale)
  },
  'a reversal of a refund': async () => {
    const refund = await approved(follow('refund', await approved(first('sale'))))
    return () => desk.reverse(refund)
  },
  'a reversal of what never came': async () => {
    const never = first('sale')
    return () => desk.reverse(never)
  },
  'a reversal in part': async () => {
    const hold = await approved(first('authorize'))
    return () => desk.reverse(hold, percent(40n))
  },
  'a look at the messages': async () => {
    const { command } = await approved(first('sale'))
    return () => simulator.messages(command.subMerchantId, command.invoiceNumber)
  },
  'a look at what stands': async () => {
    const { command } = await approved(first('sale'))
    return () => simulator.standing(command.subMerchantId, command.invoiceNumber)
  },
}

test('every message reads as many rows among 1,000 as among none', async () => {
  await assertReadsByKey(database, tables, {
    life: eachOf(works),
    crowd: async () => {
      for (let i = 0; i < 10; i++) {
        await Promise.all(Array.from({ length: 100 }, () => first('sale').send()))
      }
    },
    // Versions of a row that were not vacuumed yet may be passed on the way; never the book.
    slack: 5,
  })
})

test('closing a batch reads no messages of other accounts', async () => {
  const cimb = createDesk(worldOf(simulator, 'BANK_CIMB'))
  const sale = await cimb.approved(cimb.first('sale'))
  const before = await rowsRead(database, tables)
  await cimb.closeBatch(sale, 'bat_of_cimb')
  assert.ok((await rowsRead(database, tables)) - before <= 5)
})
