/** The tokens that a merchant issues to the gateway: who gets one, and which are taken. */
import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { formatSnapTimestamp, signSnapToken } from '@gerbang/wire'
import { b2bTokenResponse, snapEnvelope } from '@gerbang/wire/schemas'
import { Value } from 'typebox/value'
import { createMerchantTokens, type MerchantTokenSettings } from '../index.ts'

const keys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const gateway = keys()
const merchant = keys()
const stranger = keys()
const clientId = 'MCH-0001-10791114622547'
const now = new Date('2026-09-21T03:30:00Z')

function tokens(change: Partial<MerchantTokenSettings> = {}) {
  return createMerchantTokens({
    clientId,
    gatewayPublicKey: gateway.publicKey,
    privateKey: merchant.privateKey,
    now: () => now,
    ...change,
  })
}

function tokenRequest(wish: { at?: Date; key?: typeof gateway; signedFor?: string } = {}) {
  const timestamp = formatSnapTimestamp(wish.at ?? now)
  const parts = { clientId: wish.signedFor ?? clientId, timestamp }
  return {
    'x-client-key': clientId,
    'x-timestamp': timestamp,
    'x-signature': signSnapToken(parts, (wish.key ?? gateway).privateKey),
  }
}

test('the gateway gets a token that the merchant then takes, in the shape of the documents', () => {
  const issuer = tokens()
  const { status, headers, body } = issuer.answer({ headers: tokenRequest() })
  assert.equal(status, 200)
  assert.deepEqual([...Value.Errors(b2bTokenResponse, body)], [])
  assert.ok('accessToken' in body)
  assert.equal(body.responseCode, '2007300')
  assert.equal(body.expiresIn, 900)
  assert.deepEqual(headers, {
    'Content-Type': 'application/json',
    'X-CLIENT-KEY': clientId,
    'X-TIMESTAMP': '2026-09-21T10:30:00+07:00',
  })
  assert.ok(issuer.accepts(body.accessToken))
  assert.ok(issuer.accepts(`Bearer ${body.accessToken}`))
  assert.ok(issuer.accepts(`bearer ${body.accessToken}`))
})

test('a token is a JWT, RS256, that any library can check', () => {
  const [header = '', payload = '', signature = ''] = tokens().issue().split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  assert.deepEqual(read(header), { alg: 'RS256', typ: 'JWT' })
  const iat = now.getTime() / 1_000
  assert.deepEqual(read(payload), { clientId, iat, exp: iat + 900 })
  const check = createVerify('RSA-SHA256').update(`${header}.${payload}`)
  assert.ok(check.verify(merchant.publicKey, signature, 'base64url'))
})

const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000)
const refused: Record<string, Record<string, string | undefined>> = {
  'another key signed': tokenRequest({ key: stranger }),
  'another client was signed for': tokenRequest({ signedFor: 'MCH-2' }),
  'another client is named': { ...tokenRequest(), 'x-client-key': 'MCH-2' },
  'the timestamp is another': {
    ...tokenRequest(),
    'x-timestamp': formatSnapTimestamp(later(1)),
  },
  'the request is old': tokenRequest({ at: later(-301) }),
  'the request is of the future': tokenRequest({ at: later(301) }),
  'the signature is missing': { ...tokenRequest(), 'x-signature': undefined },
  'the signature is none': { ...tokenRequest(), 'x-signature': 'x' },
  'all headers are missing': {},
}
for (const [why, headers] of Object.entries(refused)) {
  test(`no token where ${why}: 4017300`, () => {
    const { status, body } = tokens().answer({ headers })
    assert.equal(status, 401)
    assert.deepEqual([...Value.Errors(snapEnvelope, body)], [])
    assert.deepEqual(body, {
      responseCode: '4017300',
      responseMessage: 'Unauthorized. Invalid Signature',
    })
  })
}

test('clocks may be as far apart as the setting says', () => {
  const headers = tokenRequest({ at: later(-301) })
  assert.equal(tokens({ toleranceSeconds: 302 }).answer({ headers }).status, 200)
  const infinite = tokens({ toleranceSeconds: Number.POSITIVE_INFINITY })
  assert.equal(infinite.answer({ headers: tokenRequest({ at: later(-9_999) }) }).status, 200)
  const wrong = tokens({ toleranceSeconds: Number.NaN })
  assert.equal(wrong.answer({ headers: tokenRequest() }).status, 401)
})

test('a token ends when its time is over, by the clock of the merchant', () => {
  let at = now
  const issuer = tokens({ lifetimeSeconds: 60, now: () => at })
  const token = issuer.issue()
  at = later(59)
  assert.ok(issuer.accepts(token))
  at = later(60)
  assert.ok(!issuer.accepts(token))
})

function forged(header: object, payload: object, key = merchant): string {
  const text = [header, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = sign('sha256', Buffer.from(text.join('.')), key.privateKey)
  return [...text, signature.toString('base64url')].join('.')
}

test('tokens that were not issued here are refused, and never throw', () => {
  const issuer = tokens()
  const usual = { alg: 'RS256', typ: 'JWT' }
  const payload = { clientId, exp: now.getTime() / 1_000 + 900 }
  assert.ok(issuer.accepts(forged(usual, payload)))
  const [header, body] = issuer.issue().split('.')
  for (const token of [
    '',
    'Bearer',
    'Bearer ',
    'x.y.z',
    forged(usual, payload, stranger),
    forged(usual, payload, gateway),
    forged({ alg: 'none', typ: 'JWT' }, payload),
    forged({ alg: 'HS256', typ: 'JWT' }, payload),
    forged(usual, { ...payload, clientId: 'MCH-2' }),
    forged(usual, { clientId }),
    `${header}.${body}.`,
    `${header}.${body}`,
    `${issuer.issue()}.x`,
    `${'a'.repeat(3_000)}.${body}.x`,
  ]) {
    assert.equal(issuer.accepts(token), false, token)
  }
  assert.ok(!tokens({ privateKey: stranger.privateKey }).accepts(issuer.issue()))
})

test('settings that cannot work are refused at once, and not repeated', () => {
  for (const wrong of [
    { clientId: '' },
    { gatewayPublicKey: 'SK-no-key' },
    { privateKey: 'SK-no-key' },
    { gatewayPublicKey: gateway.privateKey },
    { privateKey: merchant.publicKey },
  ]) {
    assert.throws(
      () => tokens(wrong),
      (error) => error instanceof TypeError && !error.message.includes('SK-'),
    )
  }
})
