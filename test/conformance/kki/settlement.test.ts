/** KKI payments in batches and reports, and beside card payments with the same numbers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportOf, settleNow } from '../../harness/settlements.ts'
import { control, get, newInvoice, paths, pay, post } from '../../harness/world.ts'
import { changeSettings } from '../calls.ts'
import {
  advance,
  anotherKkiMerchant,
  callKki,
  channel,
  createKkiMerchant,
  type KkiMerchant,
  newReference,
  payBody,
  refundBody,
  served,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { world } = merchant

async function paid(value: string, of: KkiMerchant = merchant): Promise<string> {
  const body = payBody({ value })
  await served(of, 'pay', body)
  return body.partnerReferenceNo
}

/** What a report says of a payment: its lines, with their amounts. */
async function linesOf(batchId: string, number: string, clientId = merchant.clientId) {
  const { rows } = await reportOf(world, batchId, clientId)
  const lines = rows.filter((row) => row['invoice_number'] === number)
  return lines.map((row) =>
    ['line', 'captured_amount', 'refunded_amount', 'net_amount'].map((name) => row[name]),
  )
}

test('a batch and its report have the amounts to the sen, with the refunds', async () => {
  const number = await paid('11500.50')
  await served(merchant, 'refund', refundBody(number, '1500.25'))
  const [batch, ...others] = await settleNow(world)
  assert.deepEqual(others, [])
  const { acquirerId, payments, captured, refunds, refunded, net } = batch ?? assert.fail()
  assert.deepEqual(
    { acquirerId, payments, captured, refunds, refunded, net },
    {
      acquirerId: 'ALTO',
      payments: 1,
      captured: 11500.5,
      refunds: 1,
      refunded: 1500.25,
      net: 10000.25,
    },
  )
  assert.deepEqual(await linesOf(batch?.batchId ?? '', number), [
    ['CAPTURE', '11500.50', '0', '11500.50'],
    ['PARTIAL_REFUND', '0', '1500.25', '-1500.25'],
  ])
})

test('an amount that no JS number holds loses no digit', async () => {
  const number = await paid('9007199254740993.01')
  const [batch] = await settleNow(world)
  assert.deepEqual(await linesOf(batch?.batchId ?? '', number), [
    ['CAPTURE', '9007199254740993.01', '0', '9007199254740993.01'],
  ])
  const answer = await control(world, 'GET', '/sandbox/settlements')
  assert.match(answer.text, /"captured":9007199254740993\.01,/)
})

test('a refund that comes after the batch is a line of the next one', async () => {
  const number = await paid('11500.00')
  await settleNow(world)
  await served(merchant, 'refund', refundBody(number, '11500.00'))
  const [batch] = await settleNow(world)
  assert.deepEqual(await linesOf(batch?.batchId ?? '', number), [
    ['FULL_REFUND', '0', '11500', '-11500'],
  ])
})

test('what waits for its cardholder is in no batch before he has decided', async () => {
  const body = payBody({ value: '19002.00' })
  const { referenceNo } = (await callKki(merchant, 'pay', body)).body
  assert.deepEqual(await settleNow(world), [])
  await control(world, 'POST', `/sandbox/kki/confirmations/${referenceNo}`, { approve: true })
  await advance(merchant, 301_000)
  const [batch] = await settleNow(world)
  assert.equal(batch?.captured, 19_002)
})

test('a report has what is its merchant’s, though the account at the switch is shared', async () => {
  const other = await anotherKkiMerchant(merchant)
  const [ours, theirs] = [await paid('100.00'), await paid('200.00', other)]
  const [batch, ...others] = await settleNow(world)
  assert.deepEqual([batch?.payments, others], [2, []])
  const { batchId } = batch ?? assert.fail()
  assert.equal((await linesOf(batchId, ours)).length, 1)
  assert.deepEqual(await linesOf(batchId, theirs), [])
  assert.equal((await linesOf(batchId, theirs, other.clientId)).length, 1)
})

test('calls about cards do not see a KKI payment, whatever number names it', async () => {
  const externalId = newReference('EXT')
  const body = { ...payBody(), partnerReferenceNo: newInvoice() }
  const { referenceNo } = await served(merchant, 'pay', body, { externalId })
  for (const number of [body.partnerReferenceNo, externalId, referenceNo]) {
    const status = await get(world, paths.status(number))
    assert.equal(status.body.error?.code, 'TRANSACTION_NOT_FOUND', status.text)
    const refund = await post(world, '/cancellation/credit-card/refund', {
      order: { invoice_number: body.partnerReferenceNo },
      payment: { original_request_id: number },
      refund: { amount: 11_500 },
    })
    assert.notEqual(refund.status, 200, refund.text)
    const capture = await post(world, '/credit-card/capture', {
      payment: { authorize_id: number, capture_amount: 11_500 },
    })
    assert.notEqual(capture.status, 200, capture.text)
  }
})

test('a number is paid by card and by KKI, each for itself, also where paid invoices are refused', async () => {
  await changeSettings(world, { refusePaidInvoice: true })
  const invoice = newInvoice()
  await served(merchant, 'pay', { ...payBody({ value: '11500.00' }), partnerReferenceNo: invoice })
  const card = await pay(world, { invoice, amount: 90_000 })
  assert.equal(card.body.payment?.status, 'SUCCESS', card.text)
  const other = newInvoice()
  assert.equal((await pay(world, { invoice: other })).status, 200)
  await served(merchant, 'pay', { ...payBody(), partnerReferenceNo: other })
  await changeSettings(world, { refusePaidInvoice: false })

  assert.equal((await get(world, paths.status(invoice))).body.order.amount, 90_000)
  const status = await served(merchant, 'payment-status', {
    originalPartnerReferenceNo: invoice,
    serviceCode: '55',
    additionalInfo: { channel },
  })
  assert.deepEqual(status.transAmount, { value: '11500.00', currency: 'IDR' })
})

test('a batch of more than a bigint of PostgreSQL holds is closed', async () => {
  for (let i = 0; i < 10; i++) await paid('9999999999999999.99')
  const batches = await settleNow(world)
  assert.ok(batches.every(({ state }) => state === 'closed'))
  // With what the tests before left, and to the sen: no double holds it.
  const { text } = await control(world, 'GET', '/sandbox/settlements')
  assert.match(text, /"captured":1000000000000\d{5}\.90,/)
})
