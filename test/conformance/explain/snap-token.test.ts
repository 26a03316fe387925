/** Why was I refused at a token call of SNAP: each mistake is really made, and its explanation read. */
import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, privateEncrypt, randomUUID, sign } from 'node:crypto'
import { test } from 'node:test'
import {
  anotherSnapMerchant,
  sandboxSnapMerchant,
  sendSnap,
  snapNow,
  snapPaths,
  tokenHeaders,
} from '../../harness/snap.ts'
import { createWorld } from '../../harness/world.ts'
import { explanationOf } from './explained.ts'

const world = await createWorld()
const { server } = world.app
const merchant = await sandboxSnapMerchant(world)
const stranger = await anotherSnapMerchant(world)

const tokenCall = async (
  change: Readonly<Record<string, string | undefined>>,
  timestamp = snapNow(),
) => {
  const headers = {
    'X-EXTERNAL-ID': randomUUID(),
    ...tokenHeaders(merchant, { timestamp, change }),
  }
  return sendSnap(server, snapPaths.b2b, { headers, body: { grantType: 'client_credentials' } })
}
const rsa = (text: string, hash = 'sha256', privateKey = merchant.privateKey) =>
  sign(hash, Buffer.from(text), privateKey)
const hmac = (text: string) => createHmac('sha512', merchant.secretKey).update(text).digest()

const zulu = (offsetMs: number) => `${new Date(Date.now() + offsetMs).toISOString().slice(0, 19)}Z`

const tokenMistakes: readonly (readonly [string, string, (text: string) => string])[] = [
  [
    'the key of another merchant',
    'key-of-another-merchant',
    (text) => rsa(text, 'sha256', stranger.privateKey).toString('base64'),
  ],
  ['a missing bar', 'missing-bar', (text) => rsa(text.replace('|', '')).toString('base64')],
  [
    'swapped parts',
    'header-order',
    (text) => rsa(text.split('|').toReversed().join('|')).toString('base64'),
  ],
  ['a trailing newline', 'trailing-newline', (text) => rsa(`${text}\n`).toString('base64')],
  [
    'the client id alone',
    'missing-part',
    (text) => rsa(text.split('|')[0] ?? '').toString('base64'),
  ],
  ['any other text', 'wrong-string', () => rsa('something else').toString('base64')],
  [
    'a timestamp in the text that differs',
    'timestamp-differs',
    () => rsa(`${merchant.clientId}|${snapNow(-5_000)}`).toString('base64'),
  ],
  ['SHA-1', 'wrong-hash', (text) => rsa(text, 'sha1').toString('base64')],
  [
    'PSS padding',
    'rsa-pss-padding',
    (text) =>
      sign('sha256', Buffer.from(text), { key: merchant.privateKey, padding: 6 }).toString(
        'base64',
      ),
  ],
  ['hexadecimal', 'hex-instead-of-base64', (text) => rsa(text).toString('hex')],
  ['an HMAC', 'symmetric-instead-of-asymmetric', (text) => hmac(text).toString('base64')],
  ...['sha512', 'sha1'].map(
    (hash) =>
      [
        `PSS padding and ${hash}`,
        'rsa-pss-padding',
        (text: string) =>
          sign(hash, Buffer.from(text), { key: merchant.privateKey, padding: 6 }).toString(
            'base64',
          ),
      ] as const,
  ),
  ['SHA-224', 'wrong-hash', (text) => rsa(text, 'sha224').toString('base64')],
  [
    'the text itself, encrypted with the private key',
    'rsa-without-digest-info',
    (text) => privateEncrypt(merchant.privateKey, Buffer.from(text)).toString('base64'),
  ],
  [
    'an HMAC with a wrong secret',
    'symmetric-instead-of-asymmetric',
    (text) => createHmac('sha512', 'SK-WrongWrongWrong').update(text).digest('base64'),
  ],
  [
    'a key of an elliptic curve',
    'ecdsa-signature',
    (text) =>
      sign(
        'sha256',
        Buffer.from(text),
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      ).toString('base64'),
  ],
  [
    'a timestamp 3 s before in the text, both as Z',
    'timestamp-differs',
    () => rsa(`${merchant.clientId}|${zulu(-3_000)}`).toString('base64'),
  ],
  ['a key of nobody', 'wrong-key', () => Buffer.alloc(256, 7).toString('base64')],
]

for (const [what, cause, write] of tokenMistakes) {
  test(`a token call with ${what} is named ${cause}`, async () => {
    const timestamp = what.endsWith('as Z') ? zulu(0) : snapNow()
    const signature = write(`${merchant.clientId}|${timestamp}`)
    const answer = await tokenCall({ 'X-SIGNATURE': signature }, timestamp)
    assert.equal(answer.body.responseMessage, 'Unauthorized. Invalid Signature')
    const explained = await explanationOf(world, answer)
    assert.equal(explained.cause, cause, JSON.stringify(explained))
    assert.equal(explained.expected.stringToSign, `${merchant.clientId}|${timestamp}`)
  })
}

test('a token call of a client of another environment is named', async () => {
  const answer = await tokenCall({ 'X-CLIENT-KEY': 'MCH-0252-30791114622111' })
  assert.equal((await explanationOf(world, answer)).cause, 'client-of-other-environment')
})

test('a token call by a clock that is behind is named, with its size', async () => {
  const { cause, received } = await explanationOf(world, await tokenCall({}, snapNow(-437_000)))
  assert.equal(cause, 'clock-skew')
  assert.ok(Number(received.skewSeconds) <= -437)
})
