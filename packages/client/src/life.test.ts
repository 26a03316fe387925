/** The calls after a first charge: capture, refund, tokens; and what the stub answers to all. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { cardErrorBody } from '@gerbang/wire'
import {
  captureResponse,
  chargeResponse,
  checkThreeDSecureResponse,
  deleteTokenResponse,
  getTokensResponse,
  refundResponse,
  transactionReport,
} from '@gerbang/wire/schemas'
import { Value } from 'typebox/value'
import {
  type CaptureRequest,
  type ChargeRequest,
  type Client,
  createClient,
  GerbangConnectionError,
  GerbangError,
  type RefundRequest,
} from './index.ts'
import { approvedAnswer, type StubAnswer, type StubRequest, startStubGateway } from './testing.ts'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-exampleSecretKey00001' }

type Answers = (request: StubRequest) => StubAnswer | 'silence' | 'hang-up'

async function world(t: TestContext, answer?: Answers) {
  const gateway = await startStubGateway({ ...merchant, ...(answer && { answer }) })
  t.after(() => gateway.close())
  return { gateway, client: createClient({ ...merchant, baseUrl: gateway.url }) }
}

const captureRequest: CaptureRequest = {
  payment: { authorize_id: '56789012345678901', capture_amount: 75000 },
}
const refundRequest: RefundRequest = {
  order: { invoice_number: 'INV-1' },
  payment: { original_request_id: 'charge-1' },
  refund: { amount: 75000 },
}
const recurring: ChargeRequest = {
  order: { invoice_number: 'INV-1', amount: 90000 },
  customer: { id: 'CUST-1' },
  payment: { type: 'RECURRING' },
  card: { number: '5573381011111101', expiry: '1228', save: true },
  billing: { billing_number: 'gym-1', number_of_payments: 2, amount_variability: 'FIXED' },
}
const checkRequest = {
  order: { amount: 90000 },
  card: { number: '5573381011111101', expiry: '1228' },
  three_dsecure: { callback_url_success: 'https://a.example', callback_url_failed: 'https://b' },
}

const calls = [
  {
    path: '/credit-card/check-three-d-secure',
    schema: checkThreeDSecureResponse,
    sent: checkRequest,
    call: (client: Client) => client.checkThreeDSecure(checkRequest),
  },
  {
    path: '/credit-card/charge',
    schema: chargeResponse,
    sent: recurring,
    call: (client: Client) => client.charge(recurring),
  },
  {
    path: '/credit-card/capture',
    schema: captureResponse,
    sent: captureRequest,
    call: (client: Client) => client.capture(captureRequest),
  },
  {
    path: '/cancellation/credit-card/refund',
    schema: refundResponse,
    sent: refundRequest,
    call: (client: Client) => client.refund(refundRequest),
  },
  {
    path: '/tokenization/v2/get-token',
    schema: getTokensResponse,
    sent: { customer: { id: 'CUST-1' } },
    call: (client: Client) => client.listTokens({ customer: { id: 'CUST-1' } }),
  },
  {
    path: '/tokenization/v2/delete-token',
    schema: deleteTokenResponse,
    sent: { token: { id: 'de52' } },
    call: (client: Client) => client.deleteToken({ token: { id: 'de52' } }),
  },
] as const

for (const { path, schema, sent, call } of calls) {
  test(`${path} is called, signed, and the stub approves it in the gateway's shape`, async (t) => {
    const { gateway, client } = await world(t)
    const answer = await call(client)
    const [request] = gateway.requests
    assert.deepEqual([request?.method, request?.path, request?.isSigned], ['POST', path, true])
    assert.deepEqual(JSON.parse(request?.text ?? ''), sent)
    assert.equal(request?.headers['request-id'], answer.requestId)
    assert.deepEqual([...Value.Errors(schema, answer.body)], [])
  })
}

test('the stub tells back what was asked for', async (t) => {
  const { client } = await world(t)
  const charge = await client.charge(recurring, { requestId: 'charge-1' })
  assert.equal(charge.body.order.amount, 90000)
  assert.equal(charge.body.payment.request_id, 'charge-1')
  assert.equal(charge.body.billing?.number_of_payments, 2)
  assert.match(charge.body.card.token ?? '', /^[0-9a-f]{32}$/)
  const capture = await client.capture(captureRequest)
  assert.deepEqual([capture.body.payment.type, capture.body.order.amount], ['CAPTURE', 75000])
  const refund = await client.refund(refundRequest)
  assert.deepEqual([refund.body.refund.status, refund.body.refund.amount], ['SUCCESS', 75000])
  const status = await client.orderStatus('INV/1')
  assert.equal(status.body.order.invoice_number, 'INV/1')
  assert.deepEqual([...Value.Errors(transactionReport, status.body)], [])
})

test('a test may spoil one call and have the others approved', async (t) => {
  const { client } = await world(t, (request) =>
    request.path.endsWith('/capture') ? 'hang-up' : approvedAnswer(request),
  )
  assert.equal((await client.charge(recurring)).body.payment.status, 'SUCCESS')
  await assert.rejects(client.capture(captureRequest), GerbangConnectionError)
})

for (const [name, call] of [
  ['capture', (client: Client) => client.capture(captureRequest, { requestId: 'follow-1' })],
  ['refund', (client: Client) => client.refund(refundRequest, { requestId: 'follow-1' })],
] as const) {
  test(`after a lost answer to a ${name} the same request is to be sent again`, async (t) => {
    const { client } = await world(t, () => 'hang-up')
    await assert.rejects(call(client), (error) => {
      assert(error instanceof GerbangConnectionError)
      assert.match(error.message, /Send the same body again with the Request-Id 'follow-1'/)
      return true
    })
  })
}

test('calls about tokens may be repeated after a lost answer', async (t) => {
  const { client } = await world(t, () => 'hang-up')
  const message = /may be repeated/
  await assert.rejects(client.listTokens({ customer: { id: 'CUST-1' } }), { message })
  await assert.rejects(client.deleteToken({ token: { id: 'de52' } }), { message })
})

test('the 409 of a repeated refund carries the stored answer', async (t) => {
  const json = {
    refund: { amount: 75000, type: 'VOID', status: 'PENDING', message: 'PENDING' },
    error: cardErrorBody('conflict'),
  }
  const { client } = await world(t, () => ({ status: 409, json }))
  await assert.rejects(client.refund(refundRequest), (error) => {
    assert(error instanceof GerbangError)
    assert.equal(error.body?.refund?.status, 'PENDING')
    return true
  })
})

const hints = [
  ['feature_not_active', { feature: 'MOTO' }, /PATCH \/sandbox\/merchant/],
  ['card_token', {}, /listTokens\(\)/],
  ['save_without_customer', {}, /customer\.id/],
  ['installment_plan', {}, /1232131/],
  ['authentication_twice', {}, /MPI/],
  ['authentication_reused', {}, /anew/],
  ['billing_unknown', {}, /number_of_payments 1/],
  ['billing_mismatch', { field: 'order.amount' }, /FIXED/],
  ['billing_ordinal', {}, /next number/],
  ['authorize_id_blank', {}, /AUTHORIZE/],
  ['capture_amount', {}, /up to the authorized amount/],
  ['already_captured', {}, /captured once/],
  ['authorization_expired', {}, /7 days/],
  ['authorization_voided', {}, /given back/],
  ['unknown_member', { field: 'payment.amount' }, /misspelt/],
  ['refund_invalid', {}, /refund\.amount/],
  ['not_refundable', {}, /orderStatus/],
  ['void_in_part', {}, /settlement/],
  ['refund_above_captured', {}, /All refunds/],
  ['double_request', {}, /capture or refund/],
  ['transaction_not_found', {}, /authorize id/],
] as const
for (const [row, values, hint] of hints) {
  test(`the refusal ${row} says what to do about it`, async (t) => {
    const error = cardErrorBody(row, values)
    const { client } = await world(t, () => ({ status: 400, json: { error } }))
    await assert.rejects(client.refund(refundRequest), (thrown) => {
      assert(thrown instanceof GerbangError)
      assert.equal(thrown.message, error.message)
      assert.match(thrown.hint ?? '', hint)
      return true
    })
  })
}

test('a misspelt amount is refused by the compiler, as it is by the gateway', () => {
  // @ts-expect-error The whole authorization would be captured.
  const capture: CaptureRequest = { payment: { authorize_id: '5', amount: 1 } }
  // @ts-expect-error
  const refund: RefundRequest = { ...refundRequest, refund: { amount: 1, ammount: 2 } }
  const open: RefundRequest = { ...refundRequest, additional_info: { why: 'returned' } }
  assert.ok(capture && refund && open)
})
