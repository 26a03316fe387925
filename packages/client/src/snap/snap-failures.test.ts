/** What a call of SNAP throws, by what the merchant has to do next. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import {
  createSnapClient,
  GerbangConnectionError,
  GerbangSnapError,
  type SnapClient,
} from '../index.ts'
import { approvedSnapAnswer, type StubAnswer, startStubSnapGateway } from '../testing.ts'

const merchant = {
  clientId: 'MCH-0001-10791114622547',
  secretKey: 'SK-exampleSecretKey00001',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
}
const amount = { value: '11500.00', currency: 'IDR' } as const
const payment = {
  partnerReferenceNo: 'INV-0001',
  chargeToken: '9360001609987000000',
  otp: '12345678',
  amount,
}

const calls: Record<string, (client: SnapClient, signal?: AbortSignal) => Promise<unknown>> = {
  pay: (client, signal) =>
    client.payByKki(payment, { externalId: 'mine-1', ...(signal && { signal }) }),
  refund: (client) =>
    client.refund({
      originalPartnerReferenceNo: 'INV-0001',
      partnerRefundNo: 'REF-1',
      refundAmount: amount,
    }),
  bind: (client) =>
    client.bindCard({
      card: { cpan: '9360001609987000000', ott: '12345678' },
      custIdMerchant: 'CUST0001',
    }),
  otp: (client) => client.verifyOtp({ otp: '123456', authCode: 'auth-1' }),
  unbind: (client) => client.unbindCard({ bankCardToken: 'de52e5820f4c381db88a1cf91d57b73e' }),
  status: (client) => client.paymentStatus({ originalPartnerReferenceNo: 'INV-0001' }),
}

/** The error of a call whose answer is this one; tokens are had. */
async function failing(
  t: TestContext,
  answer: StubAnswer | 'silence' | 'hang-up',
  settings: {
    call?: string
    timeoutMs?: number
    signal?: AbortSignal
    onCall?: () => void
  } = {},
): Promise<unknown> {
  const gateway = await startStubSnapGateway({
    ...merchant,
    answer: (request) => {
      if (request.service === 'b2b-token') return approvedSnapAnswer(request)
      settings.onCall?.()
      return answer
    },
  })
  t.after(() => gateway.close())
  const { call = 'pay', timeoutMs = 5_000, signal } = settings
  const client = createSnapClient({ ...merchant, baseUrl: gateway.url, timeoutMs })
  try {
    await calls[call]?.(client, signal)
  } catch (error) {
    const secrets = /9360001609987000000|12345678|123456\b|de52e58|SK-example|PRIVATE KEY/
    assert.doesNotMatch(inspect(error, { depth: 9 }), secrets)
    return error
  }
  assert.fail('The call did not fail')
}

for (const [status, responseCode, responseMessage, hint] of [
  [404, '4045411', 'Invalid Card/Account/Customer', /listTokens/],
  [404, '4045411', 'Invalid Card/Account/Customer bankCardToken', /listTokens/],
  [400, '4005402', 'Invalid OTT', /new OTT/],
  [400, '4005402', 'Invalid Mandatory Field amount', undefined],
  [403, '4035412', 'OTT Expired', /new OTT/],
  [403, '4035414', 'Insufficient Funds', undefined],
  [409, '4095400', 'Conflict', /new one/],
  [409, '4095401', 'Duplicate partnerReferenceNo', /paymentStatus/],
  [401, '4015400', 'Unauthorized. Invalid Signature', /NTP/],
  [503, '5035400', 'Service Unavailable', /paymentStatus/],
] as const) {
  test(`${responseCode} ${responseMessage} is thrown as it came${hint ? ', with a hint' : ''}`, async (t) => {
    const error = await failing(t, { status, json: { responseCode, responseMessage, more: 1 } })
    assert.ok(error instanceof GerbangSnapError)
    assert.equal(error.httpStatus, status)
    assert.equal(error.responseCode, responseCode)
    assert.equal(error.responseMessage, responseMessage)
    assert.equal(error.message, responseMessage)
    assert.equal(error.externalId, 'mine-1')
    assert.equal(error.body['more'], 1)
    if (hint) assert.match(error.hint ?? '', hint)
    else assert.equal(error.hint, undefined)
  })
}

test('a code that is a JSON number is read as the text that it stands for', async (t) => {
  const json = { responseCode: 4045411, responseMessage: 'Invalid Card/Account/Customer' }
  const error = await failing(t, { status: 404, json })
  assert.ok(error instanceof GerbangSnapError)
  assert.equal(error.responseCode, '4045411')
})

test('a refusal that comes with HTTP 200 is a refusal', async (t) => {
  const json = { responseCode: '4035405', responseMessage: 'Do Not Honor' }
  assert.ok((await failing(t, { json })) instanceof GerbangSnapError)
})

for (const [what, answer] of [
  ['a proxy’s page', { status: 502, text: '<h1>Bad gateway</h1>' }],
  ['a page with 200', { text: '<p>' }],
  ['nothing', { text: '' }],
  ['an array', { json: [] }],
  ['JSON without a code', { json: { error: 'x' } }],
  ['a redirect', { status: 307, json: {}, headers: { Location: 'http://127.0.0.1:1/' } }],
] as const) {
  test(`${what} is no answer of the gateway: the outcome is unknown`, async (t) => {
    const error = await failing(t, answer)
    assert.ok(error instanceof GerbangConnectionError)
    assert.deepEqual([error.reason, error.sent, error.requestId], ['unreadable', true, 'mine-1'])
    assert.match(error.message, /outcome is unknown.*originalExternalId: 'mine-1'/)
  })
}

for (const [call, advice] of [
  ['pay', /may have paid.*paymentStatus\(\{ originalExternalId: 'mine-1' \}\)/],
  ['refund', /Send the same refund again/],
  ['bind', /bind the card again/],
  ['otp', /may be bound/],
  ['unbind', /Unbind the token again/],
  ['status', /is safe/],
] as const) {
  test(`after a lost answer to ${call} the error says what to do`, async (t) => {
    const error = await failing(t, 'hang-up', { call })
    assert.ok(error instanceof GerbangConnectionError)
    assert.deepEqual([error.reason, error.sent], ['network', true])
    assert.match(error.message, advice)
  })
}

test('a timeout says that the outcome is unknown and what to ask', async (t) => {
  const error = await failing(t, 'silence', { timeoutMs: 1_000 })
  assert.ok(error instanceof GerbangConnectionError)
  assert.equal(error.reason, 'timeout')
  assert.match(error.message, /within 1000 ms.*outcome is unknown/)
})

test('a caller who gives up after sending is told that the outcome is unknown', async (t) => {
  const leaving = new AbortController()
  const error = await failing(t, 'silence', {
    signal: leaving.signal,
    onCall: () => leaving.abort(),
  })
  assert.ok(error instanceof GerbangConnectionError)
  assert.deepEqual([error.reason, error.sent], ['aborted', true])
})

test('a caller who gave up before gets the own reason back, and nothing is sent', async (t) => {
  const reason = new Error('no longer wanted')
  assert.equal(await failing(t, 'silence', { signal: AbortSignal.abort(reason) }), reason)
})

test('where nobody listens, nothing was sent', async () => {
  const gateway = await startStubSnapGateway(merchant)
  await gateway.close()
  const client = createSnapClient({ ...merchant, baseUrl: gateway.url })
  await assert.rejects(client.payByKki(payment), (error) => {
    assert.ok(error instanceof GerbangConnectionError)
    assert.equal(error.sent, false)
    assert.match(error.message, /ECONNREFUSED.*was not sent/)
    return true
  })
})
