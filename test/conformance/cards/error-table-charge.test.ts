/** Every charge row of the seed's error table that headers and members alone can raise. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { authenticated, chargeBody, createWorld, newInvoice } from '../../harness/world.ts'
import {
  assertRefused,
  charge,
  messagesOf,
  orderStatus,
  refusals,
  type SeenOptions,
} from '../calls.ts'
import { chargeRows, rowOf } from './error-table.ts'

const world = await createWorld()

type Body = ReturnType<typeof chargeBody>
type Wrong = (body: Body) => unknown

/** The row is answered; nobody was asked, and the corrected request may use the same Request-Id. */
function refuses(explanation: string, wrong: Wrong, options: () => SeenOptions = () => ({})) {
  const row = rowOf(chargeRows, explanation)
  test(`charge: ${row.message} (${explanation})`, async () => {
    const requestId = randomUUID()
    const invoice = newInvoice()
    const authenticationId = await authenticated(world, { invoice })
    const body = chargeBody({ invoice, authenticationId })
    assertRefused(await charge(world, wrong(body), { requestId, ...options() }), row)
    assert.deepEqual(await messagesOf(world, invoice), [])
    assertRefused(await orderStatus(world, invoice), refusals.notFound)
    assertRefused(await orderStatus(world, requestId), refusals.notFound)
    const corrected = await charge(world, body, { requestId })
    assert.equal(corrected.body.payment?.status, 'SUCCESS', corrected.text)
  })
}

const asItIs: Wrong = (body) => body
const withCard =
  (card: object): Wrong =>
  (body) => ({ ...body, card: { ...body.card, ...card } })
const withCustomer =
  (customer: object): Wrong =>
  (body) => ({ ...body, customer })
const withAmount =
  (text: string): Wrong =>
  (body) =>
    JSON.stringify(body).replace('"amount":90000', `"amount":${text}`)
const secondsFromNow = (seconds: number) => formatTimestamp(new Date(Date.now() + seconds * 1_000))
/** The two last digits of a year that is not over. */
const year = String((new Date().getUTCFullYear() + 3) % 100)

refuses('Invalid Client ID', asItIs, () => ({ clientId: 'MCH-0000-unknown', answerKey: null }))
refuses('empty client id', asItIs, () => ({ headers: { 'Client-Id': '' }, answerKey: null }))
refuses('Payment charge with client id length more than max', asItIs, () => ({
  clientId: 'M'.repeat(129),
  answerKey: null,
}))
refuses('Payment charge with invalid format request timestamp', asItIs, () => ({
  timestamp: secondsFromNow(0).replace('T', ' ').replace('Z', ''),
}))
refuses('Payment charge with request timestamp < now', asItIs, () => ({
  timestamp: secondsFromNow(-12),
}))
refuses('Payment charge with request timestamp > now', asItIs, () => ({
  timestamp: secondsFromNow(12),
}))
refuses('Payment charge with invalid signature', asItIs, () => ({
  headers: { Signature: `HMACSHA256=${Buffer.alloc(32, 1).toString('base64')}` },
}))
refuses('Payment charge with invalid format email', withCustomer({ email: 'alisa@gmail' }))
refuses('Payment charge with amount contain comma', withAmount('"90,000"'))
refuses('Payment charge with amount contain dot', withAmount('90000.00'))
refuses('Payment charge with format expiry is YYMM', withCard({ expiry: `${year}12` }))
refuses('Payment charge with expiry date is expired', withCard({ expiry: '1225' }))
refuses('invalid authentication_id', (body) => ({
  ...body,
  three_dsecure: { authentication_id: 'not-an-id' },
}))
refuses('Payment charge with invalid country', withCustomer({ country: 'XX' }))
refuses('Invalid CC Number LENGTH', withCard({ number: '41111111111111' }))
refuses('Card number not valid', withCard({ number: '4111111111111112' }))
refuses('Invalid Authentication Id', (body) => ({
  ...body,
  three_dsecure: { authentication_id: 'eb7e72313b491cd7'.repeat(4) },
}))
refuses('Different amount check 3ds & charge', withAmount('90001'))
refuses('Invalid line item (quantity is null)', (body) => ({
  ...body,
  order: {
    ...body.order,
    line_items: [{ name: 'T-Shirt Red', price: 90000, quantity: null }],
  },
}))
