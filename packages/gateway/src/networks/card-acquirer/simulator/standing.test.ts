/** What stands in the book of each original after whatever was sent about it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { type Approved, createDesk, percent, whole } from '../conformance/world.ts'
import { createAcquirerSimulator } from './index.ts'
import { worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const simulator = createAcquirerSimulator({
  database: testDatabase.connect(2),
  clock: systemClock(),
  random: systemRandom,
})
const desk = createDesk(worldOf(simulator, 'BNI'))
const { approved, first, follow, reverse } = desk

const standing = ({ command }: Approved) =>
  simulator.standing(command.subMerchantId, command.invoiceNumber)

/** Held, taken and given back, in hundredths of what was authorized first. */
async function hundredths(original: Approved): Promise<bigint[]> {
  const [row] = await standing(original)
  assert.ok(row)
  return [row.authorized, row.captured, row.refunded].map((minor) => (minor * 100n) / whole.minor)
}

test('a sale is held and taken, an authorization is held', async () => {
  assert.deepEqual(await hundredths(await approved(first('sale'))), [100n, 100n, 0n])
  assert.deepEqual(await hundredths(await approved(first('authorize'))), [100n, 0n, 0n])
})

test('captures, refunds and their reversals count', async () => {
  const hold = await approved(first('authorize'))
  const capture = await approved(follow('capture', hold, percent(60n)))
  assert.deepEqual(await hundredths(hold), [100n, 60n, 0n])
  const refund = await approved(follow('refund', capture, percent(20n)))
  await approved(follow('refund', capture, percent(30n)))
  assert.deepEqual(await hundredths(hold), [100n, 60n, 50n])
  await reverse(refund)
  assert.deepEqual(await hundredths(hold), [100n, 60n, 30n])
  await reverse(capture)
  assert.deepEqual(await hundredths(hold), [100n, 0n, 0n])
  await approved(follow('capture', hold, percent(90n)))
  assert.deepEqual(await hundredths(hold), [100n, 90n, 0n])
})

test('nothing stands of what was voided or reversed, and a reversed void never was', async () => {
  const sale = await approved(first('sale'))
  const voided = await approved(follow('void', sale))
  assert.deepEqual(await hundredths(sale), [0n, 0n, 0n])
  await reverse(voided)
  assert.deepEqual(await hundredths(sale), [100n, 100n, 0n])
  await reverse(sale)
  assert.deepEqual(await hundredths(sale), [0n, 0n, 0n])
})

test('a reversal in part releases what it names, and never what was captured', async () => {
  const hold = await approved(first('authorize'))
  await reverse(hold, percent(30n))
  assert.deepEqual(await hundredths(hold), [70n, 0n, 0n])
  await approved(follow('capture', hold, percent(60n)))
  await reverse(hold, percent(30n))
  assert.deepEqual(await hundredths(hold), [60n, 60n, 0n])
})

test('each original of an invoice stands for itself, in the order in which they came', async () => {
  const sale = await approved(first('sale'))
  const { invoiceNumber, references } = sale.command
  const hold = await approved(first('authorize', percent(10n), { invoiceNumber }))
  const undone = await approved(first('sale', percent(20n), { invoiceNumber }))
  await reverse(undone)
  const { minor } = percent(10n)
  assert.deepEqual(
    [...(await standing(sale))],
    [
      {
        kind: 'sale',
        rrn: references.rrn,
        authorized: whole.minor,
        captured: whole.minor,
        refunded: 0n,
      },
      {
        kind: 'authorize',
        rrn: hold.command.references.rrn,
        authorized: minor,
        captured: 0n,
        refunded: 0n,
      },
      {
        kind: 'sale',
        rrn: undone.command.references.rrn,
        authorized: 0n,
        captured: 0n,
        refunded: 0n,
      },
    ],
  )
})

test('what was refused stands with nothing, and what never came is not there', async () => {
  const refused = first('sale')
  await simulator.steerNext('MCH-1', { responseCode: '51' })
  assert.equal((await refused.send()).kind, 'refused')
  const asIfApproved = { ...refused, approvalCode: undefined }
  assert.deepEqual(await hundredths(asIfApproved), [0n, 0n, 0n])
  const never = { ...first('sale'), approvalCode: undefined }
  await reverse(never)
  assert.deepEqual([...(await standing(never))], [])
})
