/**
 * Why was I refused, in the cards dialect: each mistake is really made, by a client that signs by
 * hand, and its explanation is read.
 */
import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { control, createWorld, paths, secretKey } from '../../harness/world.ts'
import { anotherMerchant } from '../calls.ts'
import {
  base64,
  type Client,
  clientId,
  digest,
  type Lines,
  send as sendBy,
  sha256,
  usualBody,
  utc,
} from './card-client.ts'
import { type Explained, explanationOf, logLineOf } from './explained.ts'

const world = await createWorld()
const stranger = await anotherMerchant(world)

const send = (client: Client) => sendBy(world, client)

/** Of a signature that has a character by which the two alphabets differ. */
async function sendUntil(client: Client, isWanted: (signature: string) => boolean) {
  for (;;) {
    let signature = ''
    const writes = (mac: Buffer, text: string) => (signature = (client.writes ?? base64)(mac, text))
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

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const rsa = (text: string) => sign('sha256', Buffer.from(text), privateKey)
const encoded = encodeURIComponent

const reversed = (body: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).toReversed()))

const signatureMistakes: readonly (readonly [string, string, Client])[] = [
  ['a wrong secret', 'wrong-secret', { key: 'SK-WrongWrongWrong' }],
  ['the secret of another merchant', 'secret-of-another-merchant', { key: stranger.secretKey }],
  ['a secret that ends in a newline', 'altered-secret', { key: `${secretKey}\n` }],
  ['a trailing newline', 'trailing-newline', { joins: (lines) => `${lines.join('\n')}\n` }],
  ['CRLF between the lines', 'crlf', { joins: (lines) => lines.join('\r\n') }],
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
  // Certain by the length of the signature, whatever the key and the text.
  ...['sha512', 'sha384', 'sha224', 'sha1', 'md5'].map(
    (hash) =>
      [
        `HMAC by ${hash}, and a wrong secret`,
        'wrong-hash',
        { hash, key: 'SK-WrongWrongWrong' },
      ] as const,
  ),
  [
    'an RSA signature',
    'asymmetric-instead-of-symmetric',
    { writes: (_mac, text) => base64(rsa(text)) },
  ],
  ['a whole header that is URL-encoded', 'url-encoded', { writes: (mac) => encoded(base64(mac)) }],
  [
    'a header that is URL-encoded twice',
    'url-encoded',
    { writes: (mac) => encoded(encoded(base64(mac))) },
  ],
  [
    'a signature that is URL-encoded very often',
    'signature-malformed',
    { writes: (mac) => `HMACSHA256=%${'25'.repeat(4_000)}3D${mac.toString('base64')}` },
  ],
  [
    'the repr of bytes as the signature',
    'signature-in-quotes',
    { writes: (mac) => `HMACSHA256=b'${mac.toString('base64')}'` },
  ],
  [
    'a signature in base64 twice',
    'base64-of-base64',
    { writes: (mac) => base64(Buffer.from(mac.toString('base64'))) },
  ],
  [
    'a key and a text that are swapped',
    'key-and-text-swapped',
    { writes: (_mac, text) => base64(createHmac('sha256', text).update(secretKey).digest()) },
  ],
  [
    'a hash of text and secret',
    'hash-instead-of-hmac',
    { writes: (_mac, text) => base64(sha256(text + secretKey).digest()) },
  ],
  ...[`${secretKey}\t`, `${secretKey}&`, secretKey.replace('SK-', ''), `"${secretKey}"`].map(
    (key) => [`the secret ${JSON.stringify(key)}`, 'altered-secret', { key }] as const,
  ),
  ['an empty secret', 'secret-is-empty', { key: '' }],
  ['a setting that was not read', 'secret-is-empty', { key: 'undefined' }],
  ...[
    '/tokenization/v1/tokens',
    '/credit-card/v1/cancellation/credit-card/refund',
    `POST ${paths.check}`,
    paths.check.toUpperCase(),
    encodeURIComponent(paths.check),
    '/check-three-d-secure',
    '/',
  ].map((target) => [`the path ${target}`, 'wrong-path', { signs: () => ({ target }) }] as const),
  ...['http://localhost', '127.0.0.1', 'https://sandbox.doku.com', 'http://localhost:8080'].map(
    (host) =>
      [
        `a path behind ${host}`,
        'path-with-host',
        { signs: ({ target }: Lines) => ({ target: host + target }) },
      ] as const,
  ),
  ...[clientId.toLowerCase(), `${clientId} `].map(
    (id) =>
      [
        `the client id ${JSON.stringify(id)} in the text`,
        'client-id-misspelt',
        { signs: () => ({ clientId: id }) },
      ] as const,
  ),
  [
    'the text of SNAP',
    'text-of-other-dialect',
    {
      body: usualBody(),
      writes: (_mac, text) => {
        const value = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1] ?? ''
        const hex = Buffer.from(value('Digest'), 'base64').toString('hex')
        const snap = ['POST', paths.check, hex, value('Request-Timestamp')].join(':')
        return base64(createHmac('sha256', secretKey).update(snap).digest())
      },
    },
  ],
  [
    'the milliseconds of the clock in the text only',
    'timestamp-differs',
    { signs: ({ timestamp }) => ({ timestamp: timestamp.replace('Z', '.482Z') }) },
  ],
  [
    'a timestamp that was made a minute before',
    'timestamp-differs',
    { signs: () => ({ timestamp: utc(-60_000) }) },
  ],
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
    'a clock that is half an hour ahead, which is no time zone',
    'clock-skew',
    'Header Request-Timestamp is not in +- 10 second of now',
    { timestamp: utc(1_800_000) },
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

test('a + that became a space is named url-encoded', async () => {
  const writes = (mac: Buffer) => base64(mac).replaceAll('+', ' ')
  const answer = await sendUntil({ writes }, (signature) => signature.slice(11).includes(' '))
  assert.equal((await explanationOf(world, answer)).cause, 'url-encoded')
})

test('what is not proven is said to be likely, and what to look at', async () => {
  const otherId = { signs: () => ({ requestId: '6d0bffbd-9246-455e-a1f1-44c1f76ad589' }) }
  const { cause, hint } = await explanationOf(world, await send(otherId))
  assert.equal(cause, 'wrong-secret')
  assert.match(hint, /likely and not proven: either the Secret Key .* or the text/)
  assert.match(hint, /its Request-Id must be the one of the header, and its Digest/)
  assert.match(hint, new RegExp(`/sandbox/credentials\\?clientId=${clientId} `))
})

test('a body of another type is explained, and the type named', async () => {
  const type = 'application/x-www-form-urlencoded'
  const answer = await send({ headers: { 'Content-Type': type } })
  assert.equal(answer.status, 415)
  const { cause, hint, firstDifference } = await explanationOf(world, answer)
  assert.deepEqual([cause, firstDifference], ['content-type', null])
  assert.ok(hint.includes(type))
})

test('a timestamp with microseconds and +00:00 is told to be UTC with an offset for Z', async () => {
  const timestamp = utc().replace('Z', '.123456+00:00')
  const { cause, hint } = await explanationOf(world, await send({ timestamp }))
  assert.equal(cause, 'timestamp-with-offset')
  assert.match(hint, /an offset \(\+00:00\) in the place of Z, and fractions of a second/)
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
