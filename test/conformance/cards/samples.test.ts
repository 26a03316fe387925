/** The seed's own samples, sent as they are printed and answered as they are printed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cards, chargeBody, createWorld, futureExpiry, newInvoice } from '../../harness/world.ts'
import { answerChallenge, assertRefused, charge, check, parameter } from '../calls.ts'
import { assertLike } from '../like.ts'
import {
  chargeAnswerSample,
  chargeRefusalSample,
  chargeSample,
  checkAnswerSample,
  checkRefusalSample,
  checkSample,
  checkSampleOfAuthorize,
  declineSample,
} from './samples.ts'

const world = await createWorld()
const headerSample = { requestId: '6d0bffbd-9246-455e-a1f1-44c1f76ad589' }

/** Takes the commas before a closing bracket away, and sets an expiry that is not past. */
const mended = (sample: string) =>
  sample.replace(/,(\s*[\]}])/g, '$1').replace('"1225"', `"${futureExpiry}"`)

async function pass(answer: Awaited<ReturnType<typeof check>>): Promise<string> {
  const { authentication_id, authentication_url } = answer.body.three_dsecure
  assert.equal((await answerChallenge(world, authentication_url, 'otp=123456')).statusCode, 303)
  return authentication_id
}

test('the samples of the seed are broken as printed, and refused so', async () => {
  const notJson = parameter('Invalid request: the body is not valid JSON')
  assertRefused(await check(world, checkSample), notJson)
  assertRefused(await charge(world, chargeSample), notJson)
  const past = checkSampleOfAuthorize
  assertRefused(await check(world, past), parameter('Expiry Date Validation'))
})

test('the check samples are answered as in the sample', async () => {
  for (const sample of [checkSample, checkSampleOfAuthorize]) {
    const answer = await check(world, mended(sample))
    assert.equal(answer.status, 200, answer.text)
    assertLike(checkAnswerSample, answer.body)
    assert.deepEqual(Object.keys(answer.body), Object.keys(checkAnswerSample))
    const { three_dsecure } = answer.body
    assert.deepEqual(Object.keys(three_dsecure), Object.keys(checkAnswerSample.three_dsecure))
    assert.equal(three_dsecure.enrollment_status, true)
    assert.match(three_dsecure.authentication_id, /^[0-9a-f]{64}$/)
  }
})

test('the failed check of the sample is answered to the letter', async () => {
  const tooShort = mended(checkSample).replace('5573381011111101', '55733810111111')
  assert.deepEqual((await check(world, tooShort)).body, checkRefusalSample)
})

test('the charge sample, as a SALE, is answered as in the sample', async () => {
  const checked = await check(world, mended(checkSample), headerSample)
  const authenticationId = await pass(checked)
  const body = mended(chargeSample)
    .replace(/[0-9a-f]{64}/, authenticationId)
    .replace('INSTALLMENT', 'SALE')
    .replace('"save": true', '"save": false')
  const requestId = 'b154c582-4501-436a-8012-0346f2a46b47'
  const answer = await charge(world, body, { requestId })
  assert.equal(answer.status, 200, answer.text)
  assertLike(chargeAnswerSample, answer.body)
  const { payment, order, customer } = answer.body
  assert.equal(payment.status, 'SUCCESS')
  assert.equal(payment.request_id, requestId)
  assert.deepEqual(order, { invoice_number: 'INV-20210118-0001', amount: 90000 })
  assert.deepEqual(customer, JSON.parse(body).customer)
  const values = payment.identifier.map(({ value }: { value: string }) => value)
  assert.deepEqual(values, ['BANK_MANDIRI', '71003372992', '73120903'])
})

test('the answer of a charge without customer.id has the customer that was sent', async () => {
  const invoice = newInvoice()
  const checked = await check(world, mended(checkSampleOfAuthorize))
  const authenticationId = await pass(checked)
  const number = cards.challenge
  const { customer } = chargeAnswerSample
  const body = { ...chargeBody({ number, invoice, authenticationId }), customer }
  const answer = await charge(world, body)
  assert.deepEqual(answer.body.customer, customer)
})

test('the bank’s decline is answered as in the sample', async () => {
  const number = cards.declined51
  const amount = 300_000
  const invoice = declineSample.order.invoice_number
  const checked = await check(world, {
    ...JSON.parse(mended(checkSampleOfAuthorize)),
    order: { amount, invoice_number: invoice },
    card: { number, expiry: futureExpiry },
  })
  const authenticationId = await pass(checked)
  const body = { ...chargeBody({ number, amount, invoice, authenticationId }), additional_info: '' }
  const answer = await charge(world, body, { requestId: declineSample.payment.request_id })
  assert.equal(answer.status, 200)
  // An empty additional_info counts as absent, so there is none to show.
  const { additional_info: _, ...sample } = declineSample
  assertLike(sample, answer.body)
  assert.deepEqual(answer.body.error, sample.error)
  assert.deepEqual(answer.body.order, sample.order)
  const { payment } = answer.body
  for (const name of ['type', 'response_code', 'response_message', 'status', 'eci'] as const) {
    assert.equal(payment[name], sample.payment[name])
  }
  assert.equal(payment.approval_code, undefined)
})

test('the refused charge of the sample is answered to the letter', async () => {
  const body = mended(chargeSample).replace('INSTALLMENT', 'SALE')
  assert.deepEqual((await charge(world, body)).body, chargeRefusalSample)
})
