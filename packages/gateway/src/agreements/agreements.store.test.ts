/** Agreements on a real database: who makes one, what it keeps, and one payment for each ordinal. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import {
  beginCharge,
  newBegin,
  settlementOf,
  settleOperation,
} from '../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../test/harness/database.ts'
import type { MerchantId, OperationId } from '../primitives/id.ts'
import { rupiah } from '../primitives/money.ts'
import {
  type AgreedPayment,
  type Billing,
  findAgreement,
  keepAgreements,
  ordinalConstraint,
  ordinalKey,
} from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(8)

const merchantId = 'mer_school' as MerchantId
type Wish = Partial<Omit<AgreedPayment, 'billing'>> & { billing?: Partial<Billing> }
const payment = ({ billing, ...change }: Wish = {}): AgreedPayment => ({
  operationId: `op_${randomUUID()}` as OperationId,
  merchantId,
  amount: rupiah(1_144_917n),
  billingTransactionId: undefined,
  settledAt: new Date('2026-03-01T05:00:00Z'),
  ...change,
  billing: {
    billingNumber: randomUUID(),
    ordinal: 1,
    variability: 'FIXED',
    frequency: 'MONTHLY',
    isMigration: false,
    ...billing,
  },
})
/** Settles as settle does: `settled` has the operations that this statement moved. */
const settle = (payments: readonly AgreedPayment[], moved = payments) => database`
  with settled as (
    select jsonb_array_elements_text(
      ${JSON.stringify(moved.map(({ operationId }) => operationId))}::text::jsonb) as operation_id
  ),
  agreements as (${keepAgreements(database, payments, database`settled`)})
  select 1`
const find = (number: string, of = merchantId) => findAgreement(database, of, number)

test('an approved first payment makes the agreement as it was asked and answered', async () => {
  const first = payment({ billingTransactionId: '2023112911562800003688' })
  const { billingNumber } = first.billing
  await settle([first])
  assert.deepEqual(await find(billingNumber), {
    billingNumber,
    variability: 'FIXED',
    frequency: 'MONTHLY',
    amount: first.amount,
    billingTransactionId: '2023112911562800003688',
  })
})

test('another merchant has no such agreement, and may make his own', async () => {
  const first = payment()
  const { billingNumber } = first.billing
  await settle([first])
  const stranger = 'mer_stranger' as MerchantId
  assert.equal(await find(billingNumber, stranger), undefined)
  await settle([payment({ merchantId: stranger, amount: rupiah(1n), billing: { billingNumber } })])
  assert.equal((await find(billingNumber, stranger))?.amount.minor, 100n)
  assert.equal((await find(billingNumber))?.amount.minor, first.amount.minor)
})

test('who loses the settling makes no agreement', async () => {
  const [won, lost] = [payment(), payment()]
  await settle([won, lost], [won])
  assert.ok(await find(won.billing.billingNumber))
  assert.equal(await find(lost.billing.billingNumber), undefined)
})

test('a following payment changes nothing of the agreement', async () => {
  const first = payment({ billingTransactionId: 'A', billing: { variability: 'VARIABLE' } })
  const { billingNumber } = first.billing
  await settle([first])
  const made = await find(billingNumber)
  await settle([
    payment({
      amount: rupiah(5n),
      billingTransactionId: 'B',
      billing: { billingNumber, ordinal: 2, variability: 'VARIABLE' },
    }),
  ])
  assert.deepEqual(await find(billingNumber), made)
})

test('a first payment that is made again brings the acquirer’s new id, and keeps the terms', async () => {
  const first = payment({ billingTransactionId: 'A' })
  const { billingNumber } = first.billing
  await settle([first])
  await settle([payment({ billingTransactionId: 'B', billing: { billingNumber } })])
  const agreement = await find(billingNumber)
  assert.equal(agreement?.billingTransactionId, 'B')
  assert.equal(agreement?.amount.minor, first.amount.minor)
})

test('a migrated payment makes the agreement with the id that the merchant knows', async () => {
  const migrated = payment({
    billing: { ordinal: 5, isMigration: true, billingTransactionId: 'elsewhere' },
  })
  await settle([migrated])
  const agreement = await find(migrated.billing.billingNumber)
  assert.equal(agreement?.billingTransactionId, 'elsewhere')
})

test('what a merchant sends of an id with a first payment is not the acquirer’s', async () => {
  const first = payment({ billing: { billingTransactionId: 'made up' } })
  await settle([first])
  assert.equal((await find(first.billing.billingNumber))?.billingTransactionId, undefined)
})

test('two payments of one agreement in one statement: the lower ordinal makes it', async () => {
  const billing = { billingNumber: randomUUID(), isMigration: true }
  const third = payment({ amount: rupiah(3n), billing: { ...billing, ordinal: 3 } })
  const second = payment({ amount: rupiah(2n), billing: { ...billing, ordinal: 2 } })
  await settle([third, second])
  assert.equal((await find(billing.billingNumber))?.amount.minor, 200n)
})

test('the same settling twice, and settlings at once, leave one agreement', async () => {
  const first = payment()
  const { billingNumber } = first.billing
  await Promise.all([settle([first]), settle([first]), settle([first])])
  const rows = await database`
    select from billing_agreements where billing_number = ${billingNumber}`
  assert.equal(rows.length, 1)
})

/** A begun payment of an ordinal, as begin writes it. */
async function takeOrdinal(billingNumber: string, ordinal: number) {
  const begin = newBegin()
  await beginCharge(database, begin)
  const terms = { kind: 'recurring', billingNumber, ordinal, variability: 'FIXED' }
  await database`
    update payments set type = 'RECURRING', terms = ${database.json(terms)}
    where payment_id = ${begin.payment.paymentId}`
  return begin
}
const taken = { constraint_name: ordinalConstraint }

test('of 8 payments of one ordinal at once one begins', async () => {
  for (let round = 0; round < 5; round++) {
    const number = randomUUID()
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => takeOrdinal(number, 1)))
    const lost = ends.filter((end) => end.status === 'rejected')
    assert.equal(lost.length, 7)
    for (const { reason } of lost) assert.equal(reason.constraint_name, ordinalConstraint)
  }
})

test('a paid ordinal stays taken, the next one is free', async () => {
  const number = randomUUID()
  const first = await takeOrdinal(number, 1)
  await settleOperation(database, settlementOf(first, 'approve'))
  await assert.rejects(takeOrdinal(number, 1), taken)
  await takeOrdinal(number, 2)
})

test('a refused payment leaves its ordinal free', async () => {
  const number = randomUUID()
  const first = await takeOrdinal(number, 1)
  await settleOperation(database, settlementOf(first, 'refuse'))
  await takeOrdinal(number, 1)
})

test('what was voided or given back in full leaves its ordinal free, in part it does not', async () => {
  for (const [change, isFree] of [
    [database`state = 'voided'`, true],
    [database`state = 'refunded', refunded_minor = captured_minor`, true],
    [database`refunded_minor = 1`, false],
  ] as const) {
    const number = randomUUID()
    const first = await takeOrdinal(number, 1)
    await settleOperation(database, settlementOf(first, 'approve'))
    await database`update payments set ${change} where payment_id = ${first.payment.paymentId}`
    if (isFree) await takeOrdinal(number, 1)
    else await assert.rejects(takeOrdinal(number, 1), taken)
  }
})

test('a payment’s billing must name its agreement and ordinal', async () => {
  const begin = newBegin()
  await beginCharge(database, begin)
  for (const billing of [
    {},
    { billingNumber: 'A' },
    { ordinal: 1 },
    { billingNumber: 'A', ordinal: 0 },
  ]) {
    const write = database`
      update payments set type = 'RECURRING', terms = ${database.json({ kind: 'recurring', ...billing })}
      where payment_id = ${begin.payment.paymentId}`
    await assert.rejects(write, { constraint_name: 'payments_billing_numbered' })
  }
})

test('payments of one ordinal share a key, others do not', () => {
  assert.equal(ordinalKey('m', 'A', 1), ordinalKey('m', 'A', 1))
  const keys = [ordinalKey('m', 'A', 1), ordinalKey('m', 'A', 2), ordinalKey('m', 'B', 1)]
  assert.equal(new Set([...keys, ordinalKey('n', 'A', 1)]).size, 4)
})
