/** GET /orders/v1/status/{invoice number or Request-Id} (wire.md 4.9). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { cards, chargeBody, checkBody, createWorld, newInvoice, pay } from '../../harness/world.ts'
import {
  anotherMerchant,
  assertRefused,
  charge,
  check,
  orderStatus,
  refusals,
  statusAt,
} from '../calls.ts'

const world = await createWorld()

test('a paid invoice is reported with everything that a merchant books', async () => {
  const requestId = randomUUID()
  const invoice = newInvoice()
  const number = cards.frictionlessMaster
  const checked = await check(world, checkBody({ number, invoice }))
  const authenticationId = checked.body.three_dsecure.authentication_id
  const customer = { id: 'CUST-1', name: 'Alisa', email: 'a@b.co', phone: '62811', country: 'ID' }
  const additional_info = { integration: { name: 'x' } }
  const body = { ...chargeBody({ number, invoice, authenticationId }), customer, additional_info }
  const paid = await charge(world, body, { requestId })
  const { body: report } = await orderStatus(world, invoice)
  assert.match(report.transaction.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.deepEqual(report, {
    order: { invoice_number: invoice, amount: 90000 },
    customer: { id: 'CUST-1', name: 'Alisa', email: 'a@b.co' },
    transaction: {
      type: 'SALE',
      status: 'SUCCESS',
      date: report.transaction.date,
      original_request_id: requestId,
    },
    service: { id: 'CREDIT_CARD' },
    acquirer: { id: 'BNI' },
    channel: { id: 'CREDIT_CARD', name: 'Credit Card' },
    additional_info,
    card_payment: {
      masked_card_number: '520000******1005',
      approval_code: paid.body.payment.approval_code,
      response_code: '00',
      response_message: 'PAYMENT APPROVED',
      issuer: 'Unknown Issuer',
      identifier: paid.body.payment.identifier,
      brand: 'MASTER',
      authentication_id: authenticationId,
      three_d_secure_status: 'TRUE',
    },
    verification: { status: 'APPROVE', reason: 'Decision No Rules Triggered' },
  })
})

test('invoice number and Request-Id lead to the same report', async () => {
  const requestId = randomUUID()
  const invoice = newInvoice()
  await pay(world, { invoice }, { requestId })
  const [byInvoice, byRequest] = [
    await orderStatus(world, invoice),
    await orderStatus(world, requestId),
  ]
  assert.deepEqual(byInvoice.body, byRequest.body)
})

for (const name of [
  'a/b?c=d&e#f',
  'INV 2026 ü 🙂',
  '100%',
  '..',
  '%2F',
  'a+b',
  '-',
  '*',
  "'; --",
]) {
  test(`an invoice called ${name} is found under its encoded name`, async () => {
    const invoice = `${name}-${newInvoice()}`
    await pay(world, { invoice })
    assert.equal((await orderStatus(world, invoice)).body.order?.invoice_number, invoice)
  })
}

test('a slash in the name need not be encoded', async () => {
  const invoice = `2026/08/${newInvoice()}`
  await pay(world, { invoice })
  const answer = await statusAt(world, `/orders/v1/status/${invoice}`)
  assert.equal(answer.body.order.invoice_number, invoice)
})

test('what was never charged is TRANSACTION_NOT_FOUND', async () => {
  const invoice = newInvoice()
  const checked = randomUUID()
  await check(world, checkBody({ invoice }), { requestId: checked })
  const names = ['INV-nobody', randomUUID(), invoice, checked, 'x'.repeat(129), 'x'.repeat(2_000)]
  for (const name of names) assertRefused(await orderStatus(world, name), refusals.notFound)
})

test('hostile names find nothing and break nothing', async () => {
  for (const path of ['%00', 'a%00b', '%F0%9F%99%82', "'%20or%20'1'='1", '%5C', '__proto__', '']) {
    assertRefused(await statusAt(world, `/orders/v1/status/${path}`), refusals.notFound)
  }
})

test('another merchant’s invoice and Request-Id are not found', async () => {
  const merchant = await anotherMerchant(world)
  const requestId = randomUUID()
  const invoice = newInvoice()
  await pay(world, { invoice }, { requestId })
  assertRefused(await orderStatus(world, invoice, merchant), refusals.notFound)
  assertRefused(await orderStatus(world, requestId, merchant), refusals.notFound)
  assert.equal((await orderStatus(world, invoice)).status, 200)
})

test('of several charges of an invoice the paid one is shown, also after a later failure', async () => {
  const merchant = await anotherMerchant(world, { threeDSecure: false })
  const invoice = newInvoice()
  const ids = { failed: randomUUID(), paid: randomUUID(), later: randomUUID() }
  const tryToPay = (amount: number, requestId: string) =>
    charge(world, chargeBody({ invoice, amount }), { ...merchant, requestId })
  const shown = async (name: string) => {
    const { transaction } = (await orderStatus(world, name, merchant)).body
    return [transaction.status, transaction.original_request_id]
  }
  await tryToPay(19_051, ids.failed)
  assert.deepEqual(await shown(invoice), ['FAILED', ids.failed])
  await tryToPay(19_000, ids.paid)
  assert.deepEqual(await shown(invoice), ['SUCCESS', ids.paid])
  await tryToPay(19_043, ids.later)
  assert.deepEqual(await shown(invoice), ['SUCCESS', ids.paid])
  // Each try has its own report under its Request-Id.
  assert.deepEqual(await shown(ids.failed), ['FAILED', ids.failed])
  assert.deepEqual(await shown(ids.later), ['FAILED', ids.later])
})

test('a declined charge is reported with the bank’s code and without an approval', async () => {
  const { body } = await pay(world, { amount: 19_051 })
  const { body: report } = await orderStatus(world, body.order.invoice_number)
  assert.equal(report.transaction.status, 'FAILED')
  const { response_code, response_message, approval_code } = report.card_payment
  assert.deepEqual([response_code, response_message, approval_code], ['51', 'DECLINED', undefined])
})

test('order status claims nothing: its Request-Id and signature may come again', async () => {
  const { body } = await pay(world)
  const options = { requestId: body.payment.request_id, timestamp: new Date().toISOString() }
  const same = { ...options, timestamp: `${options.timestamp.slice(0, 19)}Z` }
  for (const _ of [1, 2, 3]) {
    assert.equal((await orderStatus(world, body.order.invoice_number, same)).status, 200)
  }
})
