import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { merchantId, newKkiBegin } from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { newBinding } from '../../../../../test/harness/new-binding.ts'
import type { BindingId } from '../../primitives/id.ts'
import { settlementOf } from '../outcome.ts'
import { type BeginKkiPayment, beginKkiPayment } from './begin-kki.store.ts'
import { settleOperations } from './settle.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(4)

const begin = (payment: BeginKkiPayment) => beginKkiPayment(database, payment)

/** Rows that a begin has left behind: claims, payments, operations, bindings. */
async function rowsOf({ payment, operation, newBinding: made }: BeginKkiPayment) {
  const { operationId } = operation
  const [row] = await database<Record<string, bigint>[]>`
    select (select count(*) from requests where operation_id = ${operationId}) as claims,
      (select count(*) from payments where payment_id = ${payment.paymentId}) as payments,
      (select count(*) from operations where operation_id = ${operationId}) as operations,
      (select count(*) from bindings
        where binding_id = ${made?.binding.bindingId ?? ''} and by_payment) as bindings`
  return Object.values(row ?? {}).map(Number)
}

/** A card that a payment has bound. */
async function bound(): Promise<BindingId> {
  const made = newBinding(merchantId, { byPayment: true })
  const payment = newKkiBegin({ newBinding: made })
  await begin(payment)
  const decision = { kind: 'approved', responseCode: '00', approvalCode: '777777' } as const
  const sealed = { sealedAccount: randomBytes(60) }
  await settleOperations(database, () => [], [settlementOf(payment, decision, new Date(), sealed)])
  return made.binding.bindingId
}

test('a begin that is repeated is begun once: by a card, that binds it, by a bound one', async () => {
  const made = newBinding(merchantId, { byPayment: true })
  for (const [payment, bindings] of [
    [newKkiBegin(), 0],
    [newKkiBegin({ newBinding: made }), 1],
    [newKkiBegin({ bindingId: await bound() }), 0],
  ] as const) {
    assert.equal(await begin(payment), 'begun')
    assert.equal(await begin(payment), 'begun')
    assert.deepEqual(await rowsOf(payment), [1, 1, 1, bindings])
  }
})

test('a begin whose answer was lost is begun, also where the card was unbound since', async () => {
  const bindingId = await bound()
  const payment = newKkiBegin({ bindingId })
  assert.equal(await begin(payment), 'begun')
  await database`update bindings set state = 'unbinding' where binding_id = ${bindingId}`
  assert.equal(await begin(payment), 'begun')
  assert.deepEqual(await rowsOf(payment), [1, 1, 1, 0])
})

test('a card that is not bound, or is another merchant’s, pays nothing and leaves nothing', async () => {
  const unbound = await bound()
  await database`update bindings set state = 'unbound' where binding_id = ${unbound}`
  const theirs = await bound()
  await database`update bindings set merchant_id = 'mer_another' where binding_id = ${theirs}`
  for (const bindingId of [unbound, theirs, 'bnd_nobody' as BindingId]) {
    const payment = newKkiBegin({ bindingId })
    await assert.rejects(begin(payment), { problem: 'bank_card_token_not_found' })
    assert.deepEqual(await rowsOf(payment), [0, 0, 0, 0])
  }
})

test('of two payments that bind a card for one customer the second is not begun', async () => {
  const made = newBinding(merchantId, { byPayment: true })
  const { cardFingerprint, custIdMerchant } = made.binding
  const again = newBinding(merchantId, { byPayment: true, cardFingerprint, custIdMerchant })
  const payments = [newKkiBegin({ newBinding: made }), newKkiBegin({ newBinding: again })]
  const results = await Promise.allSettled(payments.map(begin))
  const refused = results.find(({ status }) => status === 'rejected')
  assert.equal(refused?.status === 'rejected' && refused.reason.problem, 'already_bound')
  const rows = await Promise.all(payments.map(rowsOf))
  assert.deepEqual(rows.toSorted(), [
    [0, 0, 0, 0],
    [1, 1, 1, 1],
  ])
})

for (const [what, state, rows] of [
  ['no card before the switch has taken its unbinding', 'asked', [0, 0, 0, 0]],
  ['a card once the switch has taken its unbinding', 'unknown', [1, 1, 1, 1]],
] as const) {
  test(`a payment binds ${what}`, async () => {
    const made = newBinding(merchantId, { byPayment: true })
    const { cardFingerprint, custIdMerchant, bindingId } = made.binding
    await begin(newKkiBegin({ newBinding: made }))
    // The switch gives the card's account out again until it has taken the unbinding.
    await database`update bindings set state = 'unbinding' where binding_id = ${bindingId}`
    await database`
      insert into binding_messages (
        merchant_id, message_id, binding_id, kind, state, stan, rrn, transmitted_at, ask_until,
        look_at, created_at
      )
      values (${merchantId}, ${bindingId}, ${bindingId}, 'unbind', ${state}, '000001',
        '632500000001', now(), now(), now(), now())`
    const again = newBinding(merchantId, { byPayment: true, cardFingerprint, custIdMerchant })
    const payment = newKkiBegin({ newBinding: again })
    const begun = begin(payment)
    if (state === 'unknown') assert.equal(await begun, 'begun')
    else await assert.rejects(begun, { problem: 'already_bound' })
    assert.deepEqual(await rowsOf(payment), rows)
    const otherCustomer = newBinding(merchantId, { byPayment: true, cardFingerprint })
    assert.equal(await begin(newKkiBegin({ newBinding: otherCustomer })), 'begun')
  })
}

test('a partnerReferenceNo of a merchant pays once, whatever became of the first', async () => {
  const first = newKkiBegin()
  await begin(first)
  await database`update payments set state = 'refused' where payment_id = ${first.payment.paymentId}`
  const other = newKkiBegin()
  const again = {
    ...other,
    payment: { ...other.payment, invoiceNumber: first.payment.invoiceNumber },
  }
  await assert.rejects(begin(again), { problem: 'partner_reference_used' })
  assert.deepEqual(await rowsOf(again), [0, 0, 0, 0])
})
