/** The tokens of merchants, had from a real server that answers as it likes. */
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { parseSnapTimestamp, verifySnapToken } from '@gerbang/wire'
import { makeRsaKeyPair } from '../platform/generated-keys/index.ts'
import { createOutboundHttp } from '../platform/outbound-http/index.ts'
import { systemClock } from '../primitives/clock.ts'
import type { MerchantId } from '../primitives/id.ts'
import { createMerchantTokens } from './merchant-tokens.ts'

type Call = { url: string; method: string; headers: IncomingHttpHeaders; body: string }
let calls: Call[] = []
let answer: (response: ServerResponse) => void

const server = createServer(async (request, response) => {
  const { url = '', method = '', headers } = request
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  calls.push({ url, method, headers, body: Buffer.concat(chunks).toString() })
  answer(response)
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const { port } = server.address() as AddressInfo
after(() => {
  server.closeAllConnections()
  server.close()
})

/** As DOKU's libraries answer; each token is another one. */
const token = (members: object = {}) => ({
  responseCode: '2007300',
  responseMessage: 'Successful',
  accessToken: `token-${calls.length}`,
  tokenType: 'Bearer',
  expiresIn: 900,
  additionalInfo: '',
  ...members,
})
const json = (body: () => unknown, status = 200) => {
  answer = (response) => response.writeHead(status).end(JSON.stringify(body()))
}
const text = (body: string | Buffer, status = 200) => {
  answer = (response) => response.writeHead(status).end(body)
}

const keys = await makeRsaKeyPair()
let aheadMs = 0
const clock = { ...systemClock(), realNow: () => new Date(Date.now() + aheadMs) }
const source = {
  merchantId: 'mer_1' as MerchantId,
  clientId: 'MCH-1',
  tokenUrl: `http://127.0.0.1:${port}/token?shop=1`,
}
const usual = { timeoutMs: 5_000 }
let tokens: ReturnType<typeof createMerchantTokens>

beforeEach(() => {
  calls = []
  aheadMs = 0
  json(token)
  tokens = createMerchantTokens({
    keys,
    outboundHttp: createOutboundHttp({ clock, targets: 'any' }),
    clock,
  })
})

const had = (text: string) => ({ kind: 'token', token: text })

test('a token is asked for as we are asked for ours, signed with the gateway’s key', async () => {
  assert.deepEqual(await tokens.get(source, usual), had('token-1'))
  const [call] = calls
  assert.ok(call)
  assert.deepEqual([call.method, call.url], ['POST', '/token?shop=1'])
  assert.equal(call.body, '{"grantType":"client_credentials"}')
  assert.match(String(call.headers['content-type']), /^application\/json/)
  assert.equal(call.headers['x-client-key'], 'MCH-1')
  const timestamp = String(call.headers['x-timestamp'])
  assert.match(timestamp, /\+07:00$/)
  assert.ok(Math.abs((parseSnapTimestamp(timestamp)?.getTime() ?? 0) - Date.now()) < 5_000)
  const parts = { clientId: 'MCH-1', timestamp }
  assert.ok(verifySnapToken(parts, String(call.headers['x-signature']), keys.publicKey))
})

for (const [what, expiresIn] of [
  ['a number', 900],
  ['a text', '900'],
] as const) {
  test(`a token whose expiresIn is ${what} is used until shortly before its end`, async () => {
    json(() => token({ expiresIn }))
    assert.deepEqual(await tokens.get(source, usual), had('token-1'))
    aheadMs = 860_000
    assert.deepEqual(await tokens.get(source, usual), had('token-1'))
    aheadMs = 880_000
    assert.deepEqual(await tokens.get(source, usual), had('token-2'))
    assert.equal(calls.length, 2)
  })
}

test('a token that lives only for seconds is used once', async () => {
  json(() => token({ expiresIn: 10 }))
  assert.deepEqual(await tokens.get(source, usual), had('token-1'))
  assert.deepEqual(await tokens.get(source, usual), had('token-2'))
})

test('whoever needs a token while it is asked for waits for the same one', async () => {
  answer = (response) => {
    setTimeout(() => response.end(JSON.stringify(token())), 50)
  }
  const all = await Promise.all(Array.from({ length: 20 }, () => tokens.get(source, usual)))
  assert.deepEqual(all, Array(20).fill(had('token-1')))
  assert.equal(calls.length, 1)
})

test('a token of another URL, or of another merchant, is another one', async () => {
  await tokens.get(source, usual)
  const moved = { ...source, tokenUrl: `http://127.0.0.1:${port}/moved` }
  assert.deepEqual(await tokens.get(moved, usual), had('token-2'))
  assert.deepEqual(await tokens.get(moved, usual), had('token-2'))
  const other = { ...source, merchantId: 'mer_2' as MerchantId, clientId: 'MCH-2' }
  assert.deepEqual(await tokens.get(other, usual), had('token-3'))
  assert.deepEqual(await tokens.get(moved, usual), had('token-2'))
  assert.deepEqual(
    calls.map(({ url, headers }) => [url, headers['x-client-key']]),
    [
      ['/token?shop=1', 'MCH-1'],
      ['/moved', 'MCH-1'],
      ['/token?shop=1', 'MCH-2'],
    ],
  )
})

test('a refused token is asked for anew, once for all that were refused with it', async () => {
  await tokens.get(source, usual)
  const refused = { ...usual, refused: 'token-1' }
  const all = await Promise.all([tokens.get(source, refused), tokens.get(source, refused)])
  assert.deepEqual(all, [had('token-2'), had('token-2')])
  // Who was refused with the old one late takes the new one.
  assert.deepEqual(await tokens.get(source, refused), had('token-2'))
  assert.equal(calls.length, 2)
})

test('what could not be had is asked for again by the next', async () => {
  text('', 503)
  assert.equal((await tokens.get(source, usual)).kind, 'failed')
  json(token)
  assert.deepEqual(await tokens.get(source, usual), had('token-2'))
})

test('who can wait no longer goes; the call goes on for the next', async () => {
  let release = () => {}
  answer = (response) => {
    release = () => response.end(JSON.stringify(token()))
  }
  const late = await tokens.get(source, { timeoutMs: 50 })
  assert.deepEqual(late, { kind: 'failed', error: 'no access token: no answer within 50 ms' })
  const next = tokens.get(source, usual)
  release()
  assert.deepEqual(await next, had('token-1'))
  assert.equal(calls.length, 1)
})

test('a server that is not there is told without its URL', async () => {
  const away = { ...source, tokenUrl: 'http://user-secret.invalid/token?key=of-the-merchant' }
  const answered = await tokens.get(away, usual)
  assert.ok(answered.kind === 'failed')
  assert.match(answered.error, /^no access token: (ENOTFOUND|EAI_AGAIN)$/)
})

const unusable = 'no access token: answered 200 without a usable accessToken'
const successful = `${unusable} (2007300)`
const noSeconds = 'no access token: expiresIn is no number of seconds'
const hostile: readonly (readonly [what: string, answer: () => void, error: string])[] = [
  ['an error', () => text('sk-secret', 500), 'no access token: answered 500'],
  ['a redirect', () => text('', 302), 'no access token: answered 302'],
  [
    'a refusal of our signature',
    () => json(() => ({ responseCode: '4017300' }), 401),
    'no access token: answered 401 (4017300)',
  ],
  [
    'a refusal of a library, under status 200',
    () => json(() => token({ responseCode: '4017300', accessToken: null, expiresIn: null })),
    `${unusable} (4017300)`,
  ],
  [
    'a code that is none',
    () => json(() => token({ responseCode: 'sk-secret', accessToken: '' })),
    unusable,
  ],
  ['nothing', () => text(''), unusable],
  ['no JSON', () => text('<html>sk-secret</html>'), unusable],
  ['null', () => text('null'), unusable],
  ['a list', () => json(() => [token()]), unusable],
  ['a text', () => text('"sk-secret"'), unusable],
  ['no UTF-8', () => text(Buffer.from('{"accessToken":"\xff"}', 'latin1')), unusable],
  ['deep brackets', () => text('['.repeat(60_000)), unusable],
  ['a number as a token', () => json(() => token({ accessToken: 7 })), successful],
  [
    'a token with a line break',
    () => json(() => token({ accessToken: 'a\r\nX-A: b' })),
    successful,
  ],
  ['a token with a space', () => json(() => token({ accessToken: 'Bearer a' })), successful],
  ['a token beyond ASCII', () => json(() => token({ accessToken: 'tökèn' })), successful],
  [
    'a token that no header holds',
    () => json(() => token({ accessToken: 'a'.repeat(20_000) })),
    successful,
  ],
  [
    'more than 64 KiB',
    () => json(() => token({ additionalInfo: 'x'.repeat(70_000) })),
    'no access token: the answer is larger than 65536 bytes',
  ],
  ['no expiresIn', () => json(() => token({ expiresIn: undefined })), noSeconds],
  ['an empty expiresIn', () => json(() => token({ expiresIn: '' })), noSeconds],
  ['a negative expiresIn', () => json(() => token({ expiresIn: -900 })), noSeconds],
  ['an endless expiresIn', () => json(() => token({ expiresIn: 1e300 })), noSeconds],
  ['an expiresIn in words', () => json(() => token({ expiresIn: 'soon' })), noSeconds],
  ['an expiresIn in a list', () => json(() => token({ expiresIn: [900] })), noSeconds],
]
for (const [what, answerSo, error] of hostile) {
  test(`${what} is no token, and is not repeated in the error`, async () => {
    answerSo()
    assert.deepEqual(await tokens.get(source, usual), { kind: 'failed', error })
    json(token)
    assert.deepEqual(await tokens.get(source, usual), had('token-2'))
  })
}
