/** Every card of sandbox.md does what its row promises, from the merchant's chair over real HTTP. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, GerbangError, verifyNotification } from '@gerbang/client'
import { sandboxClientId as clientId } from '../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { startMerchantServer } from '../conformance/merchant-server.ts'
import { createListeningWorld } from '../harness/listening.ts'
import { control, futureExpiry, newInvoice, noteSecret, secretKey } from '../harness/world.ts'

const world = await createListeningWorld()
const merchant = await startMerchantServer()
const client = createClient({ baseUrl: world.url, clientId, secretKey })
const amount = 90_000
const successUrl = 'https://www.merchant.com/success'
const failedUrl = 'https://www.merchant.com/failed'
const notificationUrl = `${merchant.url}/notifications`

/** What the page does: asks for a password, or redirects at once; or there is none. */
type Page = 'challenge' | 'to success' | 'to failed' | 'none'
type Row = readonly [number: string, brand: string, page: Page, responseCode: string, eci: string]

const answered: readonly Row[] = [
  ['5573381011111101', 'MASTER', 'challenge', '00', '02'],
  ['4137190000009008', 'VISA', 'challenge', '00', '05'],
  ['4761349999000039', 'VISA', 'challenge', '00', '05'],
  ['4512490000000907', 'VISA', 'challenge', '00', '05'],
  ['3528000000000007', 'JCB', 'challenge', '00', '05'],
  ['4000000000001900006', 'VISA', 'challenge', '00', '05'],
  ['4111111111111111', 'VISA', 'to success', '00', '05'],
  ['5200000000001005', 'MASTER', 'to success', '00', '02'],
  ['4000000000001000', 'VISA', 'to success', '00', '06'],
  ['4000000000000002', 'VISA', 'none', '00', '07'],
  ['5576920000000390', 'MASTER', 'challenge', '51', '02'],
  ['5576920000001000', 'MASTER', 'challenge', '00', '02'],
  ['4000000000043002', 'VISA', 'challenge', '43', '05'],
  // Any other valid number.
  ['4242424242424242', 'VISA', 'challenge', '00', '05'],
]
const issuers: Readonly<Record<string, readonly [RegExp, string]>> = {
  '557338': [/BANK MANDIRI/i, 'CREDIT'],
  '413719': [/BANK MANDIRI/i, 'CREDIT'],
  '557692': [/CIMB NIAGA/i, 'DEBIT'],
}
for (const [number, brand, page, responseCode, eci] of answered) {
  const outcome = responseCode === '00' ? 'SUCCESS' : 'FAILED'
  test(`…${number.slice(-4)} (${brand}, page: ${page}) ends in ${outcome} ${responseCode}`, async () => {
    await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl })
    const order = { amount, invoice_number: newInvoice() }
    const authenticationId = await authenticate(number, page, order)

    const charge = await client.charge(chargeOf(number, authenticationId, order))
    const { payment, card } = charge.body
    assert.deepEqual(
      [payment.status, payment.response_code, payment.eci, card.brand],
      [outcome, responseCode, eci, brand],
    )
    assert.equal(card.masked.slice(-4), number.slice(-4))
    const [issuer, type] = issuers[number.slice(0, 6)] ?? [/./, card.type]
    assert.match(card.issuer, issuer)
    assert.equal(card.type, type)

    const notified = await notificationOf(order.invoice_number)
    const { body: status } = await client.orderStatus(order.invoice_number)
    for (const report of [notified, status]) {
      assert.equal(report.transaction.status, outcome)
      assert.equal(report.transaction.original_request_id, charge.requestId)
      assert.equal(report.card_payment.response_code, responseCode)
      assert.equal(report.order.amount, amount)
    }
  })
}

for (const number of ['4000000000002008', '4000000000003006', '4000000000004004']) {
  test(`…${number.slice(-4)} is not authenticated, and cannot be charged`, async () => {
    const order = { amount, invoice_number: newInvoice() }
    const authenticationId = await authenticate(number, 'to failed', order)
    await assert.rejects(client.charge(chargeOf(number, authenticationId, order)), (error) => {
      assert(error instanceof GerbangError)
      assert.equal(error.message, 'Invalid Authentication Id')
      return true
    })
    await assert.rejects(client.orderStatus(order.invoice_number), {
      code: 'TRANSACTION_NOT_FOUND',
    })
  })
}

test('AMEX is authenticated, but no acquirer takes it', async () => {
  const number = '371449635398431'
  const order = { amount, invoice_number: newInvoice() }
  const authenticationId = await authenticate(number, 'challenge', order)
  const request = chargeOf(number, authenticationId, order)
  const withLongCvv = { ...request, card: { ...request.card, cvv: '9317' } }
  await assert.rejects(client.charge(withLongCvv), { code: 'MID_TID_NOT_EXIST' })
})

test('a card whose 3-D Secure server is unreachable is refused at the check', async () => {
  const order = { amount, invoice_number: newInvoice() }
  await assert.rejects(authenticate('4000000000005001', 'none', order), {
    code: 'THREE_D_SECURE_AUTHENTICATION_FAILED',
  })
})

type Order = { readonly amount: number; readonly invoice_number: string }

/** Checks the card and goes the cardholder's way through its page. */
async function authenticate(number: string, page: Page, order: Order): Promise<string> {
  noteSecret('card-number', number)
  const { body } = await client.checkThreeDSecure({
    order,
    card: { number, expiry: futureExpiry },
    three_dsecure: { callback_url_success: successUrl, callback_url_failed: failedUrl },
  })
  const { authentication_url: url, authentication_id, enrollment_status } = body.three_dsecure
  assert.equal(enrollment_status, page !== 'none')
  if (url === undefined) {
    assert.equal(page, 'none')
    return authentication_id
  }
  const opened = await fetch(url, { redirect: 'manual' })
  if (page === 'challenge') {
    assert.equal(opened.status, 200)
    const form = new URLSearchParams({ otp: '123456' })
    const entered = await fetch(url, { method: 'POST', body: form, redirect: 'manual' })
    assert.deepEqual([entered.status, entered.headers.get('location')], [303, successUrl])
  } else {
    const end = page === 'to success' ? successUrl : failedUrl
    assert.deepEqual([opened.status, opened.headers.get('location')], [303, end])
  }
  return authentication_id
}

function chargeOf(number: string, authenticationId: string, order: Order) {
  noteSecret('cvv', '931')
  return {
    order,
    three_dsecure: { authentication_id: authenticationId },
    payment: { type: 'SALE' as const },
    card: { number, expiry: futureExpiry, cvv: '931' },
  }
}

/** The notification of an invoice, once it has come; its signature is verified. */
async function notificationOf(invoiceNumber: string) {
  const find = () => merchant.received.find(({ body }) => body.includes(`"${invoiceNumber}"`))
  for (let i = 0; i < 500 && !find(); i += 1) await new Promise((done) => setTimeout(done, 10))
  const received = find()
  assert(received, 'a notification came')
  const { headers, body, url: path } = received
  const result = verifyNotification({ headers, body, path, clientId, secretKey })
  assert(result.ok)
  return result.notification
}
