/** POST /authorization/v1/access-token/b2b on the real app (wire.md 6.1, 11). */
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { b2bTokenResponse } from '@gerbang/wire/schemas'
import {
  accessToken,
  anotherSnapMerchant,
  type Headers,
  sandboxSnapMerchant,
  sendSnap,
  snapNow,
  snapPaths,
  tokenHeaders,
} from '../../harness/snap.ts'
import { control, createWorld } from '../../harness/world.ts'
import { assertShape } from '../calls.ts'
import { assertEnvelope, assertSnapRefusal } from './test-door.ts'

const world = await createWorld()
const { server } = world.app
const merchant = await sandboxSnapMerchant(world)
const path = snapPaths.b2b
const right = { grantType: 'client_credentials' }

const ask = (
  options: { change?: Headers; timestamp?: string; body?: unknown; as?: typeof merchant } = {},
) => {
  const { as = merchant, body = right, ...signing } = options
  return sendSnap(server, path, { headers: tokenHeaders(as, signing), body })
}
const refused = async (
  options: Parameters<typeof ask>[0],
  status: number,
  rest: string,
  message?: string,
) => assertSnapRefusal(await ask(options), status, rest, path, message)

test('a signed request gets a token for 900 seconds', async () => {
  const answer = await ask()
  assert.equal(answer.status, 200, answer.text)
  assertEnvelope(answer)
  assertShape(b2bTokenResponse, answer.body)
  const { accessToken: token, ...rest } = answer.body
  assert.deepEqual(rest, {
    responseCode: '2007300',
    responseMessage: 'Successful',
    tokenType: 'Bearer',
    expiresIn: 900,
    additionalInfo: '',
  })
  assert.equal(answer.headers['x-client-key'], merchant.clientId)
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
})

test("the token is a JWT by the gateway's key, with DOKU's members, in real time", async () => {
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 7_200_000 })
  const token = await accessToken(server, merchant)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  assert.deepEqual(decode(header), { alg: 'RS256', typ: 'JWT' })
  const { exp, iat, iss, clientId } = decode(payload)
  assert.deepEqual([iss, clientId, exp - iat], ['DOKU', merchant.clientId, 900])
  assert.ok(Math.abs(iat - Date.now() / 1_000) < 30)
  const { gatewayPublicKey } = (await control(world, 'GET', '/sandbox/credentials')).body
  const signed = Buffer.from(`${header}.${payload}`)
  const key = createPublicKey(gatewayPublicKey)
  assert.ok(verify('sha256', signed, key, Buffer.from(signature, 'base64url')))
})

test('the same request twice at once, and again, is served each time', async () => {
  const headers = tokenHeaders(merchant)
  const send = () => sendSnap(server, path, { headers, body: right })
  const answers = [...(await Promise.all([send(), send()])), await send()]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
})

for (const [what, text] of [
  ['Jakarta time', snapNow()],
  ['seven seconds ago', snapNow(-7_000)],
  ['just inside of the window', snapNow(-295_000)],
  ['just inside of the window ahead', snapNow(295_000)],
  ['Z', snapNow(-7 * 3_600_000).replace('+07:00', 'Z')],
  ['+00:00', snapNow(-7 * 3_600_000).replace('+07:00', '+00:00')],
  ['-00:00', snapNow(-7 * 3_600_000).replace('+07:00', '-00:00')],
  ['milliseconds', new Date().toISOString()],
] as const) {
  test(`a timestamp is taken: ${what}`, async () => {
    assert.equal((await ask({ timestamp: text })).status, 200)
  })
}

const outside = 'Unauthorized. X-TIMESTAMP is not in +- 300 second of now'
test('a timestamp outside of the window is refused, either way', async () => {
  for (const offset of [-310_000, 310_000, -86_400_000]) {
    await refused({ timestamp: snapNow(offset) }, 401, '00', outside)
  }
})

test('a malformed timestamp is refused, though signed', async () => {
  for (const timestamp of [
    '2026-09-21T03:30:00+5.5:30',
    'now',
    '2026-09-21T03:30:00',
    '1790000000',
  ]) {
    await refused({ timestamp }, 400, '01', 'Invalid Field Format X-TIMESTAMP')
  }
})

for (const name of ['X-CLIENT-KEY', 'X-TIMESTAMP', 'X-SIGNATURE']) {
  test(`${name} must be there`, async () => {
    for (const value of [undefined, '']) {
      await refused({ change: { [name]: value } }, 400, '02', `Invalid Mandatory Field ${name}`)
    }
  })
}

test('a client key that is too long or unprintable is malformed', async () => {
  for (const value of ['M'.repeat(129), 'MCH\xff']) {
    const change = { 'X-CLIENT-KEY': value }
    await refused({ change }, 400, '01', 'Invalid Field Format X-CLIENT-KEY')
  }
})

test('a wrong signature and an unknown client are told the same', async () => {
  const other = await anotherSnapMerchant(world)
  const { clientId } = merchant
  const wrong = [
    { change: { 'X-SIGNATURE': 'x' } },
    { change: { 'X-SIGNATURE': 'A'.repeat(344) } },
    { change: { 'X-TIMESTAMP': snapNow(60_000) } },
    { change: { 'X-CLIENT-KEY': other.clientId } },
    { as: { ...other, clientId } },
    { change: { 'X-CLIENT-KEY': 'MCH-nobody' } },
    { as: { ...merchant, clientId: 'MCH-nobody' } },
  ]
  for (const options of wrong) {
    await refused(options, 401, '00', 'Unauthorized. Invalid Signature')
  }
})

test("a merchant without a public key is not let in by the gateway's", async () => {
  const other = await anotherSnapMerchant(world)
  await world.database`update merchants set public_key = null where client_id = ${other.clientId}`
  await refused({ as: other }, 401, '00')
  const { testGatewayKeys } = await import('../../harness/world.ts')
  const privateKey = testGatewayKeys.privateKey.reveal((pem) => pem)
  await refused({ as: { ...other, privateKey } }, 401, '00')
  await refused({ as: { ...other, clientId: 'MCH-nobody', privateKey } }, 401, '00')
  await world.database`update merchants set public_key = 'rubbish' where client_id = ${other.clientId}`
  await refused({ as: other }, 401, '00')
})

for (const extra of [
  { additionalInfo: [] },
  { additionalInfo: '' },
  { additionalInfo: null },
  { additionalInfo: { a: 1 } },
  { refreshToken: '', unknown: {} },
]) {
  test(`members beside the grant type are ignored: ${JSON.stringify(extra)}`, async () => {
    assert.equal((await ask({ body: { ...right, ...extra } })).status, 200)
  })
}

test('the grant type must be there and be client_credentials', async () => {
  for (const body of ['', '{}', { grantType: '' }, { grantType: null }]) {
    await refused({ body }, 400, '02', 'Invalid Mandatory Field grantType')
  }
  for (const grantType of ['password', 1, {}, ['client_credentials']]) {
    await refused({ body: { grantType } }, 400, '01', 'Invalid Field Format grantType')
  }
})

test('a body is not read before the signature is right', async () => {
  const change = { 'X-SIGNATURE': 'wrong' }
  for (const body of ['{', '[]', '{"grantType":"password"}']) {
    await refused({ body, change }, 401, '00')
    assert.equal((await ask({ body })).status, 400)
  }
})
