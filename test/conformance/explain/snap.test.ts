/**
 * Why was I refused, over SNAP: each mistake is really made, by a client that signs by hand, and its
 * explanation is read.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac, randomUUID, sign } from 'node:crypto'
import { test } from 'node:test'
import { snapServices } from '@gerbang/wire'
import {
  accessToken,
  anotherSnapMerchant,
  sandboxSnapMerchant,
  sendSnap,
  snapNow,
  snapPaths,
} from '../../harness/snap.ts'
import { type Answer, control, createWorld } from '../../harness/world.ts'
import { bindBody, callKki, signedKki } from '../kki/calls.ts'
import { type Explained, explanationOf, logLineOf } from './explained.ts'

const world = await createWorld()
const { server } = world.app
const merchant = await sandboxSnapMerchant(world)
const stranger = await anotherSnapMerchant(world)
const token = await accessToken(server, merchant)
const path = '/orders/v1.0/debit/status'

type Parts = { method: string; path: string; token: string; hash: string; timestamp: string }

/** How a client goes about it, where it does not do as the documents say. */
type Client = {
  readonly path?: string
  readonly body?: string
  /** Headers as they are sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly timestamp?: string
  /** What stands in the text, in another way than it should. */
  readonly signs?: (parts: Parts, body: string) => Partial<Parts>
  readonly joins?: (parts: readonly string[]) => string
  readonly key?: string
  readonly hash?: string
  readonly writes?: (mac: Buffer, text: string) => string
}

const hex = (text: string) => createHash('sha256').update(text).digest('hex')
const usualBody = () =>
  JSON.stringify({ originalPartnerReferenceNo: 'NONE', serviceCode: '55', additionalInfo: {} })

async function send(client: Client): Promise<Answer & { externalId: string }> {
  const body = client.body ?? usualBody()
  const right: Parts = {
    method: 'POST',
    path: client.path ?? path,
    token,
    hash: hex(body),
    timestamp: client.timestamp ?? snapNow(),
  }
  const signed = { ...right, ...client.signs?.(right, body) }
  const parts = [signed.method, signed.path, signed.token, signed.hash, signed.timestamp]
  const text = client.joins ? client.joins(parts) : parts.join(':')
  const mac = createHmac(client.hash ?? 'sha512', client.key ?? merchant.secretKey)
    .update(text)
    .digest()
  const externalId = randomUUID()
  const headers = {
    'Content-Type': 'application/json',
    'X-PARTNER-ID': merchant.clientId,
    'X-EXTERNAL-ID': externalId,
    'X-TIMESTAMP': right.timestamp,
    'X-SIGNATURE': client.writes ? client.writes(mac, text) : mac.toString('base64'),
    Authorization: `Bearer ${token}`,
    ...client.headers,
  }
  const answer = await sendSnap(server, right.path, { headers: present(headers), body })
  return { ...answer, externalId }
}

function present(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Record<string, string>
}

const sorted = (body: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).sort()))

const iso = (time: number) => new Date(time).toISOString()
const zulu = (time: number) => `${iso(time).slice(0, 19)}Z`
const wita = (time: number) => `${iso(time + 8 * 3_600_000).slice(0, 19)}+08:00`
const start = Date.now()

const signatureMistakes: readonly (readonly [string, string, Client])[] = [
  ['a wrong secret', 'wrong-secret', { key: 'SK-WrongWrongWrong' }],
  ['the secret of another merchant', 'secret-of-another-merchant', { key: stranger.secretKey }],
  ['a trailing newline', 'trailing-newline', { joins: (parts) => `${parts.join(':')}\n` }],
  ['a trailing CRLF', 'trailing-newline', { joins: (parts) => `${parts.join(':')}\r\n` }],
  ['parts on lines', 'parts-not-joined-by-colon', { joins: (parts) => parts.join('\n') }],
  ['another method', 'wrong-method', { signs: () => ({ method: 'GET' }) }],
  ['a method in lower case', 'wrong-method', { signs: () => ({ method: 'post' }) }],
  ['another path of the API', 'wrong-path', { signs: () => ({ path: snapPaths.pay }) }],
  [
    'a path with its host',
    'path-with-host',
    { signs: (parts) => ({ path: `https://api-sandbox.doku.com${parts.path}` }) },
  ],
  [
    'a path without its query',
    'path-without-query',
    { path: `${path}?a=1`, signs: () => ({ path }) },
  ],
  ['a trailing slash', 'trailing-slash', { signs: (parts) => ({ path: `${parts.path}/` }) }],
  ['parts in another order', 'header-order', { joins: (parts) => parts.toSorted().join(':') }],
  [
    'a body hash in upper case',
    'body-hash-in-upper-case',
    { signs: ({ hash }) => ({ hash: hash.toUpperCase() }) },
  ],
  [
    'the hash of a body with its members in another order',
    'digest-of-reserialised-body',
    { signs: (_parts, body) => ({ hash: hex(sorted(body)) }) },
  ],
  [
    'the hash of an indented body that was sent compact',
    'digest-of-reserialised-body',
    { signs: (_parts, body) => ({ hash: hex(JSON.stringify(JSON.parse(body), null, 2)) }) },
  ],
  [
    'the hash of a body with a newline at its end',
    'digest-of-other-ends',
    { signs: (_parts, body) => ({ hash: hex(`${body}\n`) }) },
  ],
  ['the hash of nothing', 'digest-of-nothing', { signs: () => ({ hash: hex('') }) }],
  ['no hash', 'digest-of-nothing', { signs: () => ({ hash: '' }) }],
  [
    'a hash in base64',
    'digest-in-other-form',
    { signs: ({ hash }) => ({ hash: Buffer.from(hash, 'hex').toString('base64') }) },
  ],
  ['Bearer in the text', 'token-with-bearer', { signs: () => ({ token: `Bearer ${token}` }) }],
  ['no token in the text', 'missing-part', { signs: () => ({ token: '' }) }],
  ['SHA-256 instead of SHA-512', 'sha256-instead-of-sha512', { hash: 'sha256' }],
  [
    'SHA-256 instead of SHA-512, and a wrong secret',
    'sha256-instead-of-sha512',
    { hash: 'sha256', key: 'SK-WrongWrongWrong' },
  ],
  [
    'hexadecimal instead of base64',
    'hex-instead-of-base64',
    { writes: (mac) => mac.toString('hex') },
  ],
  [
    'a prefix of the other dialect',
    'prefix-not-wanted',
    { writes: (mac) => `HMACSHA512=${mac.toString('base64')}` },
  ],
  [
    'an RSA signature',
    'asymmetric-instead-of-symmetric',
    {
      writes: (_mac, text) =>
        sign('sha256', Buffer.from(text), merchant.privateKey).toString('base64'),
    },
  ],
  [
    'a timestamp in the text that differs from the header',
    'timestamp-differs',
    { signs: () => ({ timestamp: snapNow(-2_000) }) },
  ],
  ...[1, 2, 3, 10].flatMap((seconds) =>
    [zulu, wita].map(
      (write) =>
        [
          `a timestamp made ${seconds} s before, as ${write(start).slice(19)}`,
          'timestamp-differs',
          { timestamp: write(start), signs: () => ({ timestamp: write(start - seconds * 1_000) }) },
        ] as const,
    ),
  ),
  [
    'Z in the header and +08:00 in the text',
    'timestamp-differs',
    {
      timestamp: zulu(start),
      signs: () => ({ timestamp: wita(start) }),
    },
  ],
  [
    'the milliseconds of the clock in the text only',
    'timestamp-differs',
    {
      timestamp: zulu(start),
      signs: ({ timestamp }) => ({ timestamp: timestamp.replace('Z', '.482Z') }),
    },
  ],
  [
    'toISOString() called twice',
    'timestamp-differs',
    {
      timestamp: iso(start),
      signs: () => ({ timestamp: iso(start - 7) }),
    },
  ],
  [
    'a timestamp that was made a minute before',
    'timestamp-differs',
    { timestamp: zulu(start), signs: () => ({ timestamp: zulu(start - 60_000) }) },
  ],
  ...['sha384', 'sha224', 'sha1', 'md5'].map(
    (hash) =>
      [`${hash}, and a wrong secret`, 'wrong-hash', { hash, key: 'SK-WrongWrongWrong' }] as const,
  ),
  [
    'the body instead of its hash',
    'digest-in-other-form',
    { signs: (_parts, body) => ({ hash: body }) },
  ],
  ['a part of the path', 'wrong-path', { signs: () => ({ path: '/debit/status' }) }],
  [
    "the path of SNAP's balance inquiry",
    'wrong-path',
    { signs: () => ({ path: '/direct-debit/core/v1/balance-inquiry' }) },
  ],
  [
    'the text of the cards dialect',
    'text-of-other-dialect',
    {
      headers: { 'X-EXTERNAL-ID': 'external-1' },
      joins: ([, signedPath, , hash = '', timestamp]) =>
        [
          `Client-Id:${merchant.clientId}`,
          'Request-Id:external-1',
          `Request-Timestamp:${timestamp}`,
          `Request-Target:${signedPath}`,
          `Digest:${Buffer.from(hash, 'hex').toString('base64')}`,
        ].join('\n'),
    },
  ],
  [
    'the same instant written in UTC',
    'timestamp-differs',
    { signs: ({ timestamp }) => ({ timestamp: new Date(timestamp).toISOString() }) },
  ],
]

for (const [what, cause, client] of signatureMistakes) {
  test(`${what} is named ${cause}`, async () => {
    const answer = await send(client)
    assert.deepEqual(answer.body, {
      responseCode: '4015500',
      responseMessage: 'Unauthorized. Invalid Signature',
    })
    const explained = await explanationOf(world, answer)
    assert.equal(explained.cause, cause, JSON.stringify(explained))
    assert.deepEqual(explained.alsoWrong, [])
    assertWhole(explained)
    const externalId = client.headers?.['X-EXTERNAL-ID'] ?? answer.externalId
    assert.equal((await logLineOf(world, externalId))['cause'], cause)
  })
}

/** A hint to act on; where the text is at fault, where it parts; and the token nowhere. */
function assertWhole(explained: Explained): void {
  const { hint, expected, received, firstDifference } = explained
  assert.match(hint, /^[A-Z].{30,}\.$/s)
  assert.match(expected.stringToSign, /^POST:\/orders\/v1\.0\/debit\/status[^:]*:eyJ.{1,20}:/)
  assert.ok(!JSON.stringify(explained).includes(token.slice(8, 40)))
  if (received.stringToSign === null || received.stringToSign === expected.stringToSign) return
  assert.ok(firstDifference)
  assert.equal(
    received.stringToSign.slice(0, firstDifference.position),
    expected.stringToSign.slice(0, firstDifference.position),
  )
}

test('the base64 of URLs is named base64url', async () => {
  const writes = (mac: Buffer) => mac.toString('base64url')
  for (;;) {
    const answer = await send({ writes })
    if (answer.body.responseCode !== '4015500') continue
    return assert.equal((await explanationOf(world, answer)).cause, 'base64url')
  }
})

const epoch = () => String(Math.floor(Date.now() / 1_000))
const format = [400, 'Invalid Field Format X-TIMESTAMP'] as const
const range = [401, 'Unauthorized. X-TIMESTAMP is not in +- 300 second of now'] as const

const headerMistakes: readonly (readonly [string, string, readonly [number, string], Client])[] = [
  ['seconds since epoch', 'seconds-since-epoch', format, { timestamp: epoch() }],
  [
    'a timestamp without a zone',
    'timestamp-without-zone',
    format,
    { timestamp: '2026-09-21T03:30:00' },
  ],
  [
    'local time labelled Z',
    'local-time-labelled-z',
    range,
    { timestamp: snapNow().replace('+07:00', 'Z') },
  ],
  [
    'UTC labelled as local time',
    'wrong-utc-offset',
    range,
    { timestamp: `${new Date().toISOString().slice(0, 19)}+07:00` },
  ],
  ['a clock that is ahead', 'clock-skew', range, { timestamp: snapNow(437_000) }],
  [
    'a missing header',
    'missing-header',
    [400, 'Invalid Mandatory Field X-SIGNATURE'],
    { headers: { 'X-SIGNATURE': undefined } },
  ],
  [
    'the headers of cards',
    'headers-of-other-dialect',
    [400, 'Invalid Mandatory Field X-PARTNER-ID'],
    { headers: { 'X-PARTNER-ID': undefined, 'Client-Id': merchant.clientId } },
  ],
  [
    'a client id of another environment',
    'client-of-other-environment',
    [401, 'Invalid Token (B2B)'],
    { headers: { 'X-PARTNER-ID': 'MCH-0252-30791114622111' } },
  ],
  [
    'no Bearer',
    'authorization-without-bearer',
    [401, 'Token Not Found (B2B)'],
    { headers: { Authorization: token } },
  ],
  [
    'Bearer twice',
    'bearer-twice',
    [401, 'Token Not Found (B2B)'],
    { headers: { Authorization: `Bearer Bearer ${token}` } },
  ],
  [
    'a token that is none',
    'unknown-token',
    [401, 'Invalid Token (B2B)'],
    { headers: { Authorization: 'Bearer TOKEN123' } },
  ],
  [
    'a token that was changed',
    'unknown-token',
    [401, 'Invalid Token (B2B)'],
    { headers: { Authorization: `Bearer ${token.slice(0, -4)}AAAA` } },
  ],
  [
    'a token of another client',
    'token-of-another-client',
    [401, 'Invalid Token (B2B)'],
    { headers: { 'X-PARTNER-ID': stranger.clientId } },
  ],
  [
    'a B2B token as a customer token',
    'token-of-another-use',
    [401, 'Invalid Customer Token'],
    { headers: { 'Authorization-Customer': token } },
  ],
]

for (const [what, cause, [status, message], client] of headerMistakes) {
  test(`${what} is named ${cause}`, async () => {
    const answer = await send(client)
    assert.deepEqual([answer.status, answer.body.responseMessage], [status, message])
    const explained = await explanationOf(world, answer)
    assert.equal(explained.cause, cause, JSON.stringify(explained))
    assert.ok(!JSON.stringify(explained).includes(token.slice(8, 40)))
    assert.equal((await logLineOf(world, answer.externalId))['cause'], cause)
  })
}

test('a clock skew is named with its size', async () => {
  const explained = await explanationOf(world, await send({ timestamp: snapNow(437_000) }))
  const { skewSeconds = 0 } = explained.received
  assert.ok(skewSeconds > 425 && skewSeconds <= 437, String(skewSeconds))
  assert.match(explained.hint, /\b4[23]\d seconds ahead\b/)
})

test('what should have been sent is shown in the zone that was sent', async () => {
  const explained = await explanationOf(
    world,
    await send({ timestamp: zulu(Date.now() - 401_000) }),
  )
  assert.equal(explained.cause, 'clock-skew')
  assert.match(explained.expected.stringToSign, /:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('a body of another type is explained, and the type named', async () => {
  const answer = await send({ headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
  assert.equal(answer.status, 415)
  const { cause, hint } = await explanationOf(world, answer)
  assert.equal(cause, 'content-type')
  assert.match(hint, /text\/plain\./)
})

test('a token of another environment is foreign, whatever end it says of itself', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const foreign = `${part({ alg: 'RS256' })}.${part({ iss: 'DOKU', exp: 1_600_000_000 })}.AAAA`
  const answer = await send({ headers: { Authorization: `Bearer ${foreign}` } })
  assert.equal((await explanationOf(world, answer)).cause, 'unknown-token')
})

test('an X-EXTERNAL-ID that was used today is named external-id-used', async () => {
  const kki = { world, ...merchant }
  const { headers, body } = signedKki(merchant, 'bind-card', bindBody(merchant), { token })
  const bind = snapServices['bind-card'].path
  assert.equal((await sendSnap(server, bind, { headers, body })).status, 200)
  const again = await callKki(kki, 'bind-card', bindBody(merchant), {
    token,
    externalId: String(headers['X-EXTERNAL-ID']),
  })
  assert.equal(again.status, 409)
  const explained = await explanationOf(world, again)
  assert.equal(explained.cause, 'external-id-used')
  assert.equal(explained.firstDifference, null)
})

test('what the door takes is not refused, and explained nowhere', async () => {
  const pretty = JSON.stringify(JSON.parse(usualBody()), null, 2)
  const accepted: Client[] = [
    // The documents say to minify; and some sign what they wrote, and send what a library writes.
    { body: pretty, signs: (_parts, body) => ({ hash: hex(JSON.stringify(JSON.parse(body))) }) },
    { writes: (mac) => mac.toString('base64').replace(/=+$/, '') },
    { timestamp: new Date().toISOString() },
    { path: `${path}?a=1` },
    { headers: { Authorization: `bearer  ${token}` } },
  ]
  for (const client of accepted) {
    const answer = await send(client)
    assert.notEqual(answer.status, 401, answer.text)
    assert.equal(answer.headers['gerbang-explain'], undefined)
  }
})

test('a token that has expired is named, also where the sandbox clock ended it', async () => {
  const old = await accessToken(server, merchant)
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 901_000 })
  const answer = await send({ headers: { Authorization: `Bearer ${old}` } })
  assert.equal(answer.status, 401)
  assert.equal((await explanationOf(world, answer)).cause, 'expired-token')
})
