/** The seed's samples of the other payment types and of capture, sent and answered as printed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticated, cards, createWorld, futureExpiry } from '../../harness/world.ts'
import { charge } from '../calls.ts'
import { assertLike } from '../like.ts'
import { absentBody, authorize, capture } from './calls.ts'
import * as samples from './samples.ts'

const world = await createWorld()

/** Takes the commas before a closing bracket away, and sets an expiry that is not past. */
const mended = (sample: string) =>
  JSON.parse(sample.replace(/,(\s*[\]}])/g, '$1').replace(/"(1225|0228)"/, `"${futureExpiry}"`))

/** A token of this customer's, in the place of the sample's. */
async function token(number: string = cards.challenge): Promise<string> {
  const body = absentBody('MOTO', { number })
  const card = { ...body.card, save: true }
  const answer = await charge(world, { ...body, card, customer: { id: 'CUST-0001' } })
  return answer.body.card.token
}

test('the sample of an authentication of the merchant’s own is paid', async () => {
  const body = mended(samples.ownAuthenticationSample)
  const answer = await charge(world, body)
  assert.deepEqual([answer.body.payment.status, answer.body.payment.eci], ['SUCCESS', '02'])
  assert.deepEqual(answer.body.customer, body.customer)
})

test('the MOTO sample, with number, token and save, is answered as in the sample', async () => {
  const answer = await charge(world, mended(samples.motoSample))
  const sample = JSON.parse(samples.motoAnswerSample)
  assertLike(sample, answer.body)
  assert.equal(answer.body.payment.status, 'SUCCESS')
  assert.equal(answer.body.payment.eci, sample.payment.eci)
  assert.equal(answer.body.payment.authorize_id, sample.payment.authorize_id)
})

test('the two RECURRING samples follow each other, with the id that Mandiri answered', async () => {
  const card = { token: await token('4137190000009008') }
  const first = await charge(world, { ...mended(samples.firstRecurringSample), card })
  // An additional_info that was sent is echoed; the sample shows an empty one.
  const { additional_info: _, ...sample } = JSON.parse(samples.recurringAnswerSample)
  assertLike(sample, first.body)
  const { billing_transaction_id } = first.body.billing
  assert.match(billing_transaction_id, /^[0-9]{22}$/)
  const { billing, ...body } = mended(samples.secondRecurringSample)
  const second = await charge(world, {
    ...body,
    card,
    billing: { ...billing, billing_transaction_id },
  })
  assert.equal(second.body.payment.status, 'SUCCESS')
  assert.equal(second.body.billing.number_of_payments, 2)
  const third = { ...billing, billing_transaction_id, number_of_payments: 3 }
  const wrong = { ...third, billing_transaction_id: '2023112911562800003688' }
  const order = { ...body.order, invoice_number: 'invoice_recurring_3' }
  const refused = await charge(world, { ...body, order, card, billing: wrong })
  assert.match(refused.body.error.message, /billing_transaction_id/)
})

test('the AUTHORIZE and capture samples are answered as in the samples', async () => {
  const { three_dsecure: _, card, ...body } = mended(samples.authorizeSample)
  const { amount, invoice_number: invoice } = body.order
  const authenticationId = await authenticated(world, {
    amount,
    invoice,
    number: cards.frictionless,
  })
  const held = await charge(world, {
    ...body,
    three_dsecure: { authentication_id: authenticationId },
    card: { ...card, token: undefined, number: cards.frictionless },
  })
  assertLike(JSON.parse(samples.authorizeAnswerSample), held.body)
  const { payment } = mended(samples.captureSample)
  const { authorize_id } = held.body.payment
  const captured = await capture(world, { payment: { ...payment, authorize_id } })
  const sample = JSON.parse(samples.captureAnswerSample)
  assertLike(sample, captured.body)
  assert.deepEqual(captured.body.order, sample.order)
  for (const name of ['type', 'response_message', 'status', 'eci']) {
    assert.equal(captured.body.payment[name], sample.payment[name], name)
  }
  // The sample prints 01, "refer to issuer", beside Approved: a slip (wire.md 4.5).
  assert.equal(captured.body.payment.response_code, '00')
})

test('the captured sample holds for an authorization without a customer, too', async () => {
  const held = await authorize(world)
  const { authorize_id } = held.body.payment
  assert.equal((await capture(world, { payment: { authorize_id } })).body.customer, undefined)
})
