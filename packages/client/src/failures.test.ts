import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import {
  type ChargeRequest,
  createClient,
  GerbangConnectionError,
  GerbangError,
  GerbangSignatureError,
} from './index.ts'
import { type StubAnswer, startStubGateway } from './testing.ts'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-exampleSecretKey00001' }
const request: ChargeRequest = {
  order: { amount: 90000, invoice_number: 'INV-1' },
  payment: { type: 'SALE' },
  card: { number: '5573381011111101', expiry: '1228', cvv: '987' },
}
const refusal = (code: string, message: string, type = 'Invalid Parameter') => ({
  error: { code, message, type },
})

/** Charges against a stub that answers so, and gives the error that is thrown. */
async function chargeFails(
  t: TestContext,
  answer: StubAnswer | 'silence' | 'hang-up',
  settings: { secretKey?: string; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<unknown> {
  const gateway = await startStubGateway({ ...merchant, answer: () => answer })
  t.after(() => gateway.close())
  const { signal, ...others } = settings
  const client = createClient({ ...merchant, baseUrl: gateway.url, ...others })
  try {
    await client.charge(request, { requestId: 'charge-1', ...(signal && { signal }) })
  } catch (error) {
    assert.doesNotMatch(inspect(error, { depth: 9 }), /5573381011111101|987|SK-example/)
    return error
  }
  assert.fail('The call did not fail')
}

const refusals = [
  [400, 'invalid_signature', 'Invalid Header Signature', /secretKey/],
  [400, 'invalid_header_request', 'Header Request-Timestamp is not in +- 10 second of now', /NTP/],
  [400, 'invalid_header_request', 'Header Client-Id is required', undefined],
  [412, 'INVALID_PARAMETER', 'Precondition failed', /another body/],
  [400, 'INVALID_PARAMETER', 'Invalid Authentication Id', /15 minutes/],
  [400, 'INVALID_PARAMETER', 'Invalid AuthenticationId.', /as it came/],
  [503, 'SERVICE_UNAVAILABLE', 'The service is temporarily unavailable, please try again', /Ask/],
] as const
for (const [status, code, message, hint] of refusals) {
  test(`${status} ${message} is thrown as it came${hint ? ', with a hint' : ''}`, async (t) => {
    const error = await chargeFails(t, { status, json: refusal(code, message, 'some type') })
    assert(error instanceof GerbangError)
    assert.equal(error.httpStatus, status)
    assert.equal(error.code, code)
    assert.equal(error.message, message)
    assert.equal(error.type, 'some type')
    assert.equal(error.requestId, 'charge-1')
    assert.equal(error.signatureVerified, true)
    if (hint) assert.match(error.hint ?? '', hint)
    else assert.equal(error.hint, undefined)
  })
}

test('a refused expiry is explained by the clock of a sandbox that was moved', async (t) => {
  const json = refusal('INVALID_PARAMETER', 'Expiry Date Validation')
  const hintWith = async (clock?: string) => {
    const error = await chargeFails(t, { status: 400, json, headers: { 'Gerbang-Clock': clock } })
    assert(error instanceof GerbangError)
    assert.equal(error.message, 'Expiry Date Validation')
    return error.hint ?? ''
  }
  const moved = await hintWith('2035-03-19T10:30:00+07:00')
  assert.match(moved, /^MMYY, and not in the past \(the sandbox’s clock says 2035-03-19\)\./)
  assert.match(moved, /POST \/sandbox\/reset/)
  for (const none of [undefined, 'tomorrow', '<b>2035-03-19T10:30:00+07:00']) {
    assert.equal(await hintWith(none), 'MMYY, and not in the past.')
  }
})

test('the 409 of a repeated charge carries the stored answer', async (t) => {
  const json = { payment: { status: 'SUCCESS' }, ...refusal('INVALID_PARAMETER', 'Conflict') }
  const error = await chargeFails(t, { status: 409, json })
  assert(error instanceof GerbangError)
  assert.equal(error.body?.payment?.status, 'SUCCESS')
  assert.match(error.hint ?? '', /error\.body/)
})

test('an unknown client is told so, marked as unsigned', async (t) => {
  const json = refusal('invalid_client_id', 'Invalid Client-Id', 'invalid_request_error')
  const headers = { Signature: undefined }
  const error = await chargeFails(t, { status: 400, json, headers })
  assert(error instanceof GerbangError)
  assert.equal(error.code, 'invalid_client_id')
  assert.equal(error.signatureVerified, false)
})

const good = { json: { payment: { status: 'SUCCESS' } } }
const untrusted: [string, StubAnswer, string][] = [
  [
    'a changed body',
    { ...good, tamper: (text) => text.replace('SUCC', 'succ') },
    'wrong-signature',
  ],
  ['an added space', { ...good, tamper: (text) => `${text} ` }, 'wrong-signature'],
  ['a malformed signature', { ...good, headers: { Signature: 'no' } }, 'wrong-signature'],
  [
    'another time than the signed one',
    { ...good, headers: { 'Response-Timestamp': '2020-01-01T00:00:00Z' } },
    'wrong-signature',
  ],
  ['no signature', { ...good, headers: { Signature: undefined } }, 'unsigned'],
  ['no time', { ...good, headers: { 'Response-Timestamp': undefined } }, 'no-response-timestamp'],
  ['another Request-Id', { ...good, headers: { 'Request-Id': 'charge-2' } }, 'other-request-id'],
  ['another Client-Id', { ...good, headers: { 'Client-Id': 'MCH-2' } }, 'other-client-id'],
  [
    'a proxy’s page',
    { status: 502, text: '<h1>Bad gateway</h1>', headers: { Signature: undefined } },
    'unsigned',
  ],
  [
    'an unsigned decline',
    { status: 400, json: refusal('INVALID_PARAMETER', 'x'), headers: { Signature: undefined } },
    'unsigned',
  ],
  [
    'an unknown client, signed wrongly',
    { status: 400, json: refusal('invalid_client_id', 'x'), headers: { Signature: 'no' } },
    'wrong-signature',
  ],
]
for (const [name, answer, reason] of untrusted) {
  test(`an answer with ${name} is not believed`, async (t) => {
    const error = await chargeFails(t, answer)
    assert(error instanceof GerbangSignatureError)
    assert.equal(error.reason, reason)
    assert.equal(error.httpStatus, answer.status ?? 200)
    assert.match(error.message, /orderStatus\('charge-1'\) before trying again/)
  })
}

test('an answer signed with another secret is not believed', async (t) => {
  const error = await chargeFails(t, good, { secretKey: 'SK-exampleAnother' })
  assert(error instanceof GerbangSignatureError)
  assert.equal(error.reason, 'wrong-signature')
})

for (const [name, text, status] of [
  ['HTML', '<p>', 500],
  ['an array', '[]', 400],
  ['nothing', '', 500],
  ['HTML with 200', '<p>', 200],
] as const) {
  test(`a signed answer that is ${name} is an unreadable answer`, async (t) => {
    const error = await chargeFails(t, { status, text })
    assert(error instanceof GerbangError)
    assert.equal(error.code, 'UNREADABLE_ANSWER')
    assert.equal(error.httpStatus, status)
    assert.equal(error.body, undefined)
  })
}

test('a redirect is not followed', async (t) => {
  const headers = { Location: 'http://127.0.0.1:1/', Signature: undefined }
  const error = await chargeFails(t, { status: 307, json: {}, headers })
  assert(error instanceof GerbangSignatureError)
  assert.equal(error.httpStatus, 307)
})

test('a timeout says that the outcome is unknown and what to ask', async (t) => {
  const error = await chargeFails(t, 'silence', { timeoutMs: 50 })
  assert(error instanceof GerbangConnectionError)
  assert.equal(error.reason, 'timeout')
  assert.equal(error.sent, true)
  assert.match(error.message, /within 50 ms.*outcome is unknown.*orderStatus\('charge-1'\)/)
})

test('a connection that breaks says so too', async (t) => {
  const error = await chargeFails(t, 'hang-up')
  assert(error instanceof GerbangConnectionError)
  assert.equal(error.reason, 'network')
  assert.equal(error.sent, true)
  assert.match(error.message, /outcome is unknown/)
})

test('a caller who gives up after sending is told that the outcome is unknown', async (t) => {
  const error = await chargeFails(t, 'silence', { signal: AbortSignal.timeout(50) })
  assert(error instanceof GerbangConnectionError)
  assert.equal(error.reason, 'aborted')
})

test('a caller who gave up before gets the own reason back', async (t) => {
  const reason = new Error('no longer wanted')
  assert.equal(await chargeFails(t, 'silence', { signal: AbortSignal.abort(reason) }), reason)
})

test('where nobody listens, nothing was sent', async () => {
  const gateway = await startStubGateway({ ...merchant, answer: () => 'silence' })
  await gateway.close()
  const client = createClient({ ...merchant, baseUrl: gateway.url })
  await assert.rejects(client.charge(request), (error) => {
    assert(error instanceof GerbangConnectionError)
    assert.equal(error.sent, false)
    assert.match(error.message, /ECONNREFUSED.*Nothing was sent/)
    return true
  })
})
