/**
 * Why was I refused, in the cards dialect: each mistake is really made, by a client that signs by
 * hand, and its explanation is read.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  type Answer,
  checkBody,
  control,
  createWorld,
  noteSecretsOf,
  paths,
  secretKey,
} from '../../harness/world.ts'
import { anotherMerchant } from '../calls.ts'
import { type Explained, explanationOf, logLineOf } from './explained.ts'

const world = await createWorld()
const stranger = await anotherMerchant(world)
const clientId = 'MCH-0001-10791114622547'

type Lines = {
  clientId: string
  requestId: string
  timestamp: string
  target: string
  digest: string | undefined
}

/** How a client goes about it, where it does not do as the documents say. */
type Client = {
  readonly method?: 'GET'
  readonly path?: string
  readonly body?: string
  /** Headers as they are sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly timestamp?: string
  readonly clientId?: string
  /** What stands in the text, in another way than it should. */
  readonly signs?: (lines: Lines, body: string) => Partial<Lines>
  readonly joins?: (lines: readonly string[]) => string
  readonly key?: string
  readonly hash?: string
  readonly writes?: (mac: Buffer) => string
}

const usualBody = () => JSON.stringify(checkBody())
const sha256 = (text: string) => createHash('sha256').update(text)
const digest = (text: string) => sha256(text).digest('base64')
const base64 = (mac: Buffer) => `HMACSHA256=${mac.toString('base64')}`
const utc = (offsetMs = 0) => `${new Date(Date.now() + offsetMs).toISOString().slice(0, 19)}Z`

async function send(client: Client): Promise<Answer & { requestId: string }> {
  const { method = 'POST', path = paths.check } = client
  const body = method === 'POST' ? (client.body ?? usualBody()) : ''
  noteSecretsOf(Buffer.from(body))
  const right: Lines = {
    clientId: client.clientId ?? clientId,
    requestId: randomUUID(),
    timestamp: client.timestamp ?? utc(),
    target: path.split('?')[0] ?? '',
    digest: method === 'POST' ? digest(body) : undefined,
  }
  const signed = { ...right, ...client.signs?.(right, body) }
  const lines = [
    `Client-Id:${signed.clientId}`,
    `Request-Id:${signed.requestId}`,
    `Request-Timestamp:${signed.timestamp}`,
    `Request-Target:${signed.target}`,
    ...(signed.digest === undefined ? [] : [`Digest:${signed.digest}`]),
  ]
  const text = client.joins ? client.joins(lines) : lines.join('\n')
  const mac = createHmac(client.hash ?? 'sha256', client.key ?? secretKey)
    .update(text)
    .digest()
  const headers = {
    'Client-Id': right.clientId,
    'Request-Id': right.requestId,
    'Request-Timestamp': right.timestamp,
    Signature: (client.writes ?? base64)(mac),
    ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
    ...client.headers,
  }
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  const response = await world.app.server.inject({
    method,
    url: path,
    headers: Object.fromEntries(given) as Record<string, string>,
    ...(method === 'POST' ? { payload: body } : {}),
  })
  const answer = { status: response.statusCode, body: response.json(), text: response.body }
  return { ...answer, headers: response.headers, requestId: right.requestId }
}

/** Of a signature that has a character by which the two alphabets differ. */
async function sendUntil(client: Client, isWanted: (signature: string) => boolean) {
  for (;;) {
    let signature = ''
    const writes = (mac: Buffer) => (signature = (client.writes ?? base64)(mac))
    const answer = await send({ ...client, writes })
    if (isWanted(signature)) return answer
  }
}

const get = { method: 'GET', path: '/orders/v1/status/INV-NONE' } as const
const pretty = (body: string) => JSON.stringify(JSON.parse(body), null, 2)
const sorted = (body: string) => {
  const members = Object.entries(JSON.parse(body)).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify(Object.fromEntries(members))
}

const reversed = (body: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).toReversed()))

const signatureMistakes: readonly (readonly [string, string, Client])[] = [
  ['a wrong secret', 'wrong-secret', { key: 'SK-WrongWrongWrong' }],
  ['the secret of another merchant', 'secret-of-another-merchant', { key: stranger.secretKey }],
  ['a secret that ends in a newline', 'altered-secret', { key: `${secretKey}\n` }],
  ['a trailing newline', 'trailing-newline', { joins: (lines) => `${lines.join('\n')}\n` }],
  ['CRLF between the lines', 'crlf', { joins: (lines) => lines.join('\r\n') }],
  ['CRLF after each line', 'crlf', { joins: (lines) => `${lines.join('\r\n')}\r\n` }],
  ['a literal \\n', 'lines-not-joined-by-newline', { joins: (lines) => lines.join('\\n') }],
  [
    'a space after each colon',
    'space-after-colon',
    { joins: (lines) => lines.map((line) => line.replace(':', ': ')).join('\n') },
  ],
  ['no Digest line', 'missing-digest', { signs: () => ({ digest: undefined }) }],
  ['a Digest line on GET', 'digest-on-get', { ...get, signs: () => ({ digest: digest('') }) }],
  ['an empty Digest line on GET', 'digest-on-get', { ...get, signs: () => ({ digest: '' }) }],
  [
    'the digest of an indented body that was sent compact',
    'digest-of-reserialised-body',
    { signs: (_lines, body) => ({ digest: digest(pretty(body)) }) },
  ],
  [
    'the digest of a compact body that was sent indented',
    'digest-of-reserialised-body',
    {
      body: pretty(usualBody()),
      signs: (_lines, body) => ({ digest: digest(JSON.stringify(JSON.parse(body))) }),
    },
  ],
  [
    'the digest of a body with its members in another order',
    'digest-of-reserialised-body',
    { signs: (_lines, body) => ({ digest: digest(sorted(body)) }) },
  ],
  [
    'the digest of a body with a newline at its end',
    'digest-of-other-ends',
    { signs: (_lines, body) => ({ digest: digest(`${body}\n`) }) },
  ],
  [
    'the digest of a body with its members in yet another order',
    'digest-of-reserialised-body',
    { signs: (_lines, body) => ({ digest: digest(reversed(body)) }) },
  ],
  ['the digest of nothing', 'digest-of-nothing', { signs: () => ({ digest: digest('') }) }],
  [
    'a digest in hexadecimal',
    'digest-in-other-form',
    { signs: (_lines, body) => ({ digest: sha256(body).digest('hex') }) },
  ],
  [
    'hexadecimal instead of base64',
    'hex-instead-of-base64',
    { writes: (mac) => `HMACSHA256=${mac.toString('hex')}` },
  ],
  [
    'base64 of hexadecimal',
    'base64-of-hex',
    { writes: (mac) => `HMACSHA256=${Buffer.from(mac.toString('hex')).toString('base64')}` },
  ],
  ['a missing prefix', 'missing-prefix', { writes: (mac) => mac.toString('base64') }],
  ['a double prefix', 'double-prefix', { writes: (mac) => `HMACSHA256=${base64(mac)}` }],
  [
    'a prefix in lower case',
    'wrong-prefix',
    { writes: (mac) => base64(mac).replace('HMACSHA', 'hmacsha') },
  ],
  ['no signature at all', 'signature-malformed', { writes: () => 'HMACSHA256=secret' }],
  ['another path of the API', 'wrong-path', { signs: () => ({ target: paths.charge }) }],
  [
    'a path that the Request-Target header names',
    'wrong-path',
    { headers: { 'Request-Target': '/v9/pay' }, signs: () => ({ target: '/v9/pay' }) },
  ],
  [
    'a path with its host',
    'path-with-host',
    { signs: ({ target }) => ({ target: `https://api.doku.com${target}` }) },
  ],
  [
    'a path with its query',
    'path-with-query',
    { path: `${paths.check}?a=1`, signs: ({ target }) => ({ target: `${target}?a=1` }) },
  ],
  ['a trailing slash', 'trailing-slash', { signs: ({ target }) => ({ target: `${target}/` }) }],
  ['lines in another order', 'header-order', { joins: (lines) => lines.toSorted().join('\n') }],
  [
    'names in lower case',
    'names-of-lines',
    {
      joins: (lines) =>
        lines.map((line) => line.replace(/^[\w-]+/, (name) => name.toLowerCase())).join('\n'),
    },
  ],
  [
    'a timestamp in the text that differs from the header',
    'timestamp-differs',
    { signs: () => ({ timestamp: utc(-3_000) }) },
  ],
  [
    'a timestamp with milliseconds in the text only',
    'timestamp-differs',
    { signs: ({ timestamp }) => ({ timestamp: timestamp.replace('Z', '.000Z') }) },
  ],
  ['HMAC by SHA-512', 'wrong-hash', { hash: 'sha512' }],
]

for (const [what, cause, client] of signatureMistakes) {
  test(`${what} is named ${cause}`, async () => {
    const answer = await send(client)
    assert.deepEqual(
      [answer.status, answer.body.error.code, answer.body.error.message],
      [400, 'invalid_signature', 'Invalid Header Signature'],
    )
    const explained = await explanationOf(world, answer)
    assert.equal(explained.cause, cause, JSON.stringify(explained))
    assert.deepEqual(explained.alsoWrong, [])
    assertWhole(explained)
    assert.equal((await logLineOf(world, answer.requestId))['cause'], cause)
  })
}

/** A hint to act on; and where the text is at fault, both texts and the place where they part. */
function assertWhole({ hint, expected, received, firstDifference }: Explained): void {
  assert.match(hint, /^[A-Z].{30,}\.$/s)
  assert.ok(expected.stringToSign.startsWith(`Client-Id:${clientId}\nRequest-Id:`))
  if (received.stringToSign === null || received.stringToSign === expected.stringToSign) return
  assert.ok(firstDifference)
  const { position } = firstDifference
  const before = expected.stringToSign.slice(0, position)
  assert.equal(received.stringToSign.slice(0, position), before)
  assert.notEqual(received.stringToSign[position], expected.stringToSign[position])
}

test('the base64 of URLs is named base64url', async () => {
  const writes = (mac: Buffer) => `HMACSHA256=${mac.toString('base64url')}`
  const answer = await sendUntil({ writes }, (signature) => /[-_]/.test(signature))
  assert.equal((await explanationOf(world, answer)).cause, 'base64url')
})

const headerMistakes: readonly (readonly [string, string, string, Client])[] = [
  [
    'milliseconds',
    'milliseconds',
    'Invalid format Header Request-Timestamp',
    { timestamp: new Date().toISOString() },
  ],
  [
    'seconds since epoch',
    'seconds-since-epoch',
    'Invalid format Header Request-Timestamp',
    { timestamp: String(Math.floor(Date.now() / 1_000)) },
  ],
  [
    'milliseconds since epoch',
    'milliseconds-since-epoch',
    'Invalid format Header Request-Timestamp',
    { timestamp: String(Date.now()) },
  ],
  [
    'an offset',
    'timestamp-with-offset',
    'Invalid format Header Request-Timestamp',
    { timestamp: utc().replace('Z', '+07:00') },
  ],
  [
    'no T',
    'timestamp-with-space',
    'Invalid format Header Request-Timestamp',
    { timestamp: utc().replace('T', ' ') },
  ],
  [
    'local time labelled Z',
    'local-time-labelled-z',
    'Header Request-Timestamp is not in +- 10 second of now',
    { timestamp: utc(7 * 3_600_000) },
  ],
  [
    'a clock that is behind',
    'clock-skew',
    'Header Request-Timestamp is not in +- 10 second of now',
    { timestamp: utc(-437_000) },
  ],
  [
    'a client id of another environment',
    'client-of-other-environment',
    'Invalid Client-Id',
    { clientId: 'MCH-0252-30791114622111' },
  ],
  ['a client id of nobody', 'unknown-client', 'Invalid Client-Id', { clientId: 'my-shop' }],
  [
    'a client id in lower case',
    'client-id-misspelt',
    'Invalid Client-Id',
    { clientId: clientId.toLowerCase() },
  ],
  [
    'a missing header',
    'missing-header',
    'Header Request-Timestamp is required',
    { headers: { 'Request-Timestamp': undefined } },
  ],
  [
    'a header that is too long',
    'header-too-long',
    'size must be between 1 and 128',
    { clientId: 'x'.repeat(129) },
  ],
  [
    'the headers of SNAP',
    'headers-of-other-dialect',
    'Header Client-Id is required',
    { headers: { 'Client-Id': undefined, 'X-PARTNER-ID': clientId } },
  ],
]

for (const [what, cause, message, client] of headerMistakes) {
  test(`${what} is named ${cause}`, async () => {
    const answer = await send(client)
    assert.deepEqual([answer.status, answer.body.error.message], [400, message])
    const explained = await explanationOf(world, answer)
    assert.equal(explained.cause, cause, JSON.stringify(explained))
    assert.match(explained.hint, /^[A-Z].{20,}\.$/s)
    assert.ok(explained.expected.stringToSign.startsWith('Client-Id:'))
    assert.equal((await logLineOf(world, answer.requestId))['cause'], cause)
  })
}

test('a clock skew is named with its size', async () => {
  const explained = await explanationOf(world, await send({ timestamp: utc(-437_000) }))
  const { skewSeconds = 0 } = explained.received
  assert.ok(skewSeconds <= -437 && skewSeconds > -450, String(skewSeconds))
  assert.match(explained.hint, /\b4[34]\d seconds behind\b/)
})

test('local time labelled Z is named with its hours', async () => {
  const { hint } = await explanationOf(world, await send({ timestamp: utc(7 * 3_600_000) }))
  assert.match(hint, /\+7 h/)
})

test('a signature that was sent before is named signature-used', async () => {
  const headers: Record<string, string | undefined> = {}
  const client: Client = {
    body: usualBody(),
    writes: (mac) => (headers['Signature'] ??= base64(mac)),
    signs: (lines) => {
      headers['Request-Id'] ??= lines.requestId
      headers['Request-Timestamp'] ??= lines.timestamp
      return {}
    },
  }
  assert.equal((await send(client)).status, 200)
  const again = await send({ ...client, headers })
  assert.equal(again.body.error.code, 'invalid_signature')
  assert.equal((await explanationOf(world, again)).cause, 'signature-used')
})

test('two mistakes at once are both named', async () => {
  const answer = await send({
    signs: () => ({ digest: undefined }),
    joins: (lines) => `${lines.join('\n')}\n`,
    writes: (mac) => `HMACSHA256=${mac.toString('hex')}`,
  })
  const { cause, alsoWrong } = await explanationOf(world, answer)
  assert.deepEqual(
    [cause, ...alsoWrong],
    ['hex-instead-of-base64', 'trailing-newline', 'missing-digest'],
  )
})

test('the secret of the client whose id was misspelt is recognised', async () => {
  const explained = await explanationOf(world, await send({ clientId: 'MCH-0252-30791114622111' }))
  assert.match(explained.hint, new RegExp(`Secret Key of ${clientId}`))
})

test('what the door takes is not refused, and explained nowhere', async () => {
  const accepted: Client[] = [
    { writes: (mac) => base64(mac).replace(/=$/, '') },
    {
      ...get,
      path: '/orders/v1/status/INV%2D1',
      signs: () => ({ target: '/orders/v1/status/INV-1' }),
    },
    { method: 'GET', path: '/tokenization/v2/get-token' },
  ]
  for (const client of accepted) {
    const answer = await send(client)
    assert.notEqual(answer.body.error?.code, 'invalid_signature', answer.text)
    assert.equal(answer.headers['gerbang-explain'], undefined)
  }
})

test('a refusal behind the door has no explanation', async () => {
  const answer = await send({ body: '{}' })
  assert.equal(answer.status, 400)
  assert.equal(answer.headers['gerbang-explain'], undefined)
  assert.equal((await control(world, 'GET', `/sandbox/explain/${answer.requestId}`)).status, 404)
})
