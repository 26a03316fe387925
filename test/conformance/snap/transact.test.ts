/** What all calls with an access token have in common (wire.md 6.3, 6.4, 11.1). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  accessToken,
  anotherSnapMerchant,
  callHeaders,
  type SnapCallOptions,
  sandboxSnapMerchant,
  sendSnap,
  snapNow,
  snapPaths,
  tokenHeaders,
} from '../../harness/snap.ts'
import { control, createWorld } from '../../harness/world.ts'
import { assertEnvelope, assertSnapRefusal, openTestDoor, testAuthCode } from './test-door.ts'

const world = await createWorld()
const server = await openTestDoor(world)
const merchant = await sandboxSnapMerchant(world)
const other = await anotherSnapMerchant(world)
const token = await accessToken(server, merchant)
const path = snapPaths.pay
const right = JSON.stringify({ partnerReferenceNo: 'INV-0001' })

type PayOptions = Partial<SnapCallOptions> & {
  readonly body?: string | Buffer
  readonly sent?: string | Buffer
  readonly as?: typeof merchant
  readonly url?: string
}

const pay = ({ body = right, as = merchant, sent, url = path, ...options }: PayOptions = {}) => {
  const headers = callHeaders(as, url, body, { token, ...options })
  return sendSnap(server, url, { headers, body: sent ?? body })
}
const served = async (options: PayOptions = {}) => {
  const answer = await pay(options)
  assert.equal(answer.status, 200, answer.text)
  assertEnvelope(answer)
  return answer.body
}
const refused = async (options: PayOptions, status: number, rest: string, message?: string) =>
  assertSnapRefusal(await pay(options), status, rest, path, message)
const invalid = 'Unauthorized. Invalid Signature'

test('a call is answered with the code of its service and the members of the route', async () => {
  const { responseCode, responseMessage, channel, referenceNo } = await served()
  assert.deepEqual([responseCode, responseMessage, channel], ['2005400', 'Successful', 'DH'])
  assert.match(referenceNo, /^op_/)
})

test('an outcome that is not known yet is a 202, a refusal of the route its own code', async () => {
  const body = (reference: string) => JSON.stringify({ partnerReferenceNo: reference })
  const pending = await pay({ body: body('PENDING') })
  assert.deepEqual([pending.status, pending.body.responseCode], [202, '2025400'])
  await refused({ body: body('REFUSED') }, 403, '05', 'Do Not Honor')
  await refused({ body: body('DEFECT') }, 500, '00', 'General Error')
})

for (const timestamp of [
  snapNow(),
  snapNow(-290_000),
  snapNow(-7 * 3_600_000).replace('+07:00', 'Z'),
  snapNow(-7 * 3_600_000).replace('+07:00', '+00:00'),
  snapNow(-7 * 3_600_000).replace('+07:00', '-00:00'),
  new Date().toISOString(),
]) {
  test(`X-TIMESTAMP is taken as ${timestamp}`, () => served({ timestamp }))
}

test('X-TIMESTAMP is refused where it is malformed or outside of the window', async () => {
  const format = 'Invalid Field Format X-TIMESTAMP'
  await refused({ timestamp: '2026-09-21T03:30:00+5.5:30' }, 400, '01', format)
  const outside = 'Unauthorized. X-TIMESTAMP is not in +- 300 second of now'
  for (const offset of [-310_000, 310_000]) {
    await refused({ timestamp: snapNow(offset) }, 401, '00', outside)
  }
})

for (const externalId of [
  '1790000000',
  '1790000000123',
  '12345678901234567890123456',
  randomUUID(),
  `${randomUUID()}-1790000000123`,
  `${'0f'.repeat(16)}2026-09-21T10:30:00+07:00`,
  'x'.repeat(128),
]) {
  test(`X-EXTERNAL-ID is taken as ${externalId.length} characters`, () => served({ externalId }))
}

for (const [value, channel] of [
  ['DH', 'DH'],
  ['H2H', 'H2H'],
  ['h2h', 'H2H'],
  [undefined, 'DH'],
  ['', 'DH'],
  ['SDK', 'DH'],
] as const) {
  test(`CHANNEL-ID ${value} means ${channel}`, async () => {
    const change = { 'CHANNEL-ID': value, 'X-CHANNEL-ID': 'H2H' }
    assert.equal((await served({ change })).channel, channel)
  })
}

test('X-IP-ADDRESS and X-DEVICE-ID may be anything', async () => {
  for (const value of ['', '127.0.0.1', '::1', 'x'.repeat(500), "' or 1=1 --"]) {
    await served({ change: { 'X-IP-ADDRESS': value, 'X-DEVICE-ID': value } })
  }
})

test('the scheme of Authorization may be written in any case', async () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    await served({ change: { Authorization: `${scheme} ${token}` } })
  }
})

for (const name of [
  'X-PARTNER-ID',
  'X-EXTERNAL-ID',
  'X-TIMESTAMP',
  'X-SIGNATURE',
  'Authorization',
]) {
  test(`${name} must be there`, async () => {
    for (const value of [undefined, '']) {
      const change = { [name]: value }
      await refused({ change }, 400, '02', `Invalid Mandatory Field ${name}`)
    }
  })
}

test('identifiers that are too long or unprintable are malformed', async () => {
  for (const name of ['X-PARTNER-ID', 'X-EXTERNAL-ID']) {
    for (const value of ['x'.repeat(129), 'x\xffy']) {
      await refused({ change: { [name]: value } }, 400, '01', `Invalid Field Format ${name}`)
    }
  }
})

test('Authorization without a bearer token has its own code', async () => {
  for (const value of ['Bearer', 'Bearer ', token, `Basic ${token}`, 'Bearer a b']) {
    await refused({ change: { Authorization: value } }, 401, '03', 'Token Not Found (B2B)')
  }
})

test('a token that is not ours, or not of this client, is refused though signed', async () => {
  const [header, payload, signature = ''] = token.split('.')
  const theirs = await accessToken(server, other)
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
  const longer = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 900 }))
  const changed = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`
  for (const wrong of [
    'x',
    theirs,
    `${unsigned}.${payload}.`,
    `${unsigned}.${payload}.${signature}`,
    `${header}.${longer.toString('base64url')}.${signature}`,
    `${header}.${payload}.${changed}`,
    `${header}.${payload}`,
    `${token}.x`,
    'a.b.c',
    'x'.repeat(5_000),
  ]) {
    await refused({ token: wrong }, 401, '01', 'Invalid Token (B2B)')
  }
  await refused({ as: { ...merchant, clientId: other.clientId } }, 401, '01')
  await refused({ as: { ...merchant, clientId: 'MCH-nobody' } }, 401, '01')
})

test('a customer token or refresh token is no access token', async () => {
  const body = { grantType: 'authorization_code', authCode: testAuthCode }
  const answer = await sendSnap(server, snapPaths.b2b2c, { headers: tokenHeaders(merchant), body })
  for (const wrong of [answer.body.accessToken, answer.body.refreshToken]) {
    await refused({ token: wrong }, 401, '01')
  }
})

test("a customer's token is optional, with or without Bearer, and checked where it is sent", async () => {
  const body = { grantType: 'authorization_code', authCode: testAuthCode }
  const ask = (as: typeof merchant) =>
    sendSnap(server, snapPaths.b2b2c, { headers: tokenHeaders(as), body })
  const { accessToken: customer, refreshToken } = (await ask(merchant)).body
  const foreign = (await ask(other)).body.accessToken
  const withCustomer = (value: string) => ({ change: { 'Authorization-Customer': value } })
  for (const value of [customer, `Bearer ${customer}`, `bearer ${customer}`]) {
    assert.equal((await served(withCustomer(value))).customerId, 'CUST1')
  }
  for (const value of ['', ' ', 'Bearer ']) {
    assert.equal((await served(withCustomer(value))).customerId, undefined)
  }
  for (const value of ['x', token, refreshToken, foreign, `Bearer ${foreign}`]) {
    await refused(withCustomer(value), 401, '02', 'Invalid Customer Token')
  }
})

const formatted = JSON.stringify({ partnerReferenceNo: 'INV 1' }, null, 2)
const escaped = '{ "partnerReferenceNo": "https:\\/\\/m.example\\/caf\\u00e9 \\u0026 \\u003d" }'
for (const [what, body, hashed] of [
  ['the sent bytes, formatted', formatted, formatted],
  ['formatted bytes without whitespace', formatted, '{"partnerReferenceNo":"INV 1"}'],
  [
    'escapes kept, without whitespace',
    escaped,
    '{"partnerReferenceNo":"https:\\/\\/m.example\\/caf\\u00e9 \\u0026 \\u003d"}',
  ],
  ['escapes undone', escaped, '{"partnerReferenceNo":"https://m.example/café & ="}'],
] as const) {
  test(`a body may be hashed as ${what}; one changed byte is refused`, async () => {
    await served({ body, hashed })
    const bytes = Buffer.from(body)
    for (const at of bytes.keys()) {
      const sent = Buffer.from(bytes)
      sent[at] = (sent[at] as number) ^ 1
      await refused({ body, hashed, sent }, 401, '00', invalid)
    }
  })
}

test('each other part is signed, and the key is the Secret Key of this merchant', async () => {
  for (const change of [
    { 'X-TIMESTAMP': snapNow(2_000) },
    { Authorization: `Bearer ${await laterToken()}` },
    { 'X-SIGNATURE': 'A'.repeat(88) },
    { 'X-SIGNATURE': `${'A'.repeat(86)}==` },
    { 'X-SIGNATURE': tokenHeaders(merchant)['X-SIGNATURE'] },
  ]) {
    await refused({ change }, 401, '00', invalid)
  }
  await refused({ signedPath: `${path}/` }, 401, '00', invalid)
  await refused({ as: { ...merchant, secretKey: other.secretKey } }, 401, '00', invalid)
})

/** Two tokens of one second are the same text. */
async function laterToken(): Promise<string> {
  for (;;) {
    const another = await accessToken(server, merchant)
    if (another !== token) return another
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('a query is part of the path that is signed', async () => {
  await served({ url: `${path}?a=1%2F2` })
  await served({ url: `${path}?a=1%2F2`, signedPath: `${path}?a=1/2` })
  await refused({ url: `${path}?a=1`, signedPath: path }, 401, '00', invalid)
})

test('an X-EXTERNAL-ID is used once, whatever comes with it', async () => {
  const externalId = randomUUID()
  await served({ externalId })
  await refused({ externalId }, 409, '00', 'Conflict')
  await refused({ externalId, body: '{"partnerReferenceNo":"INV-2"}' }, 409, '00', 'Conflict')
  await refused({ externalId, body: '{' }, 409, '00', 'Conflict')
})

test('of many calls at once with one X-EXTERNAL-ID one is served', async () => {
  const externalId = randomUUID()
  const answers = await Promise.all(Array.from({ length: 12 }, () => pay({ externalId })))
  const codes = answers.map(({ body }) => body.responseCode).sort()
  assert.deepEqual(codes, ['2005400', ...Array(11).fill('4095400')])
})

test('another merchant may use the same X-EXTERNAL-ID', async () => {
  const externalId = randomUUID()
  await served({ externalId })
  await served({ externalId, as: other, token: await accessToken(server, other) })
})

test('a refused call claims nothing', async () => {
  const externalId = randomUUID()
  for (const body of ['{}', '{"partnerReferenceNo":1}', '[]', '{']) {
    assert.equal((await pay({ externalId, body })).status, 400)
  }
  await served({ externalId })
})

test('a body is read only after the signature: what is wrong with it has its own refusal', async () => {
  for (const [body, rest, message] of [
    ['', '02', 'Invalid Mandatory Field partnerReferenceNo'],
    ['{}', '02', 'Invalid Mandatory Field partnerReferenceNo'],
    ['{"partnerReferenceNo":null}', '02', 'Invalid Mandatory Field partnerReferenceNo'],
    ['{"partnerReferenceNo":[]}', '01', 'Invalid Field Format partnerReferenceNo'],
    ['{', '00', 'Bad Request. the body is not valid JSON'],
    ['1', '00', 'Bad Request. the body is not an object'],
    ['"\\u0000"', '00', 'Bad Request. the body has a NUL character'],
    ['['.repeat(40), '00', 'Bad Request. the body is nested too deeply'],
    [Buffer.from([0x22, 0xff, 0x22]), '00', 'Bad Request. the body is not UTF-8'],
  ] as const) {
    await refused({ body }, 400, rest, message)
    await refused({ body, change: { 'X-SIGNATURE': 'wrong' } }, 401, '00', invalid)
  }
  await refused({ change: { 'Content-Type': 'text/html' } }, 415, '00')
  await refused({ body: `"${'x'.repeat(65_536)}"` }, 413, '00')
})

test('a token ends when the business clock has moved on; the day begins anew in Jakarta', async () => {
  const externalId = randomUUID()
  await served({ externalId })
  const advance = (advanceMs: number) => control(world, 'POST', '/sandbox/clock', { advanceMs })
  await advance(899_000 - 60_000)
  await served()
  await advance(120_000)
  await refused({}, 401, '01', 'Invalid Token (B2B)')
  await advance(86_400_000)
  await served({ externalId, token: await accessToken(server, merchant) })
})
