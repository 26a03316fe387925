/** The vector of the protocol notes, and keys of our own where the documents print none. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import {
  decodeSnapSignature,
  signSnapCall,
  signSnapToken,
  snapCallString,
  snapTokenString,
  verifySnapCall,
  verifySnapToken,
} from './signature.ts'

const secretKey = 'SK-exampleSecretKey00001'
const parts = {
  method: 'POST',
  path: '/direct-debit/core/v1/registration-card-unbind',
  accessToken: 'TOKEN123',
  timestamp: '2024-03-26T16:01:41+07:00',
}
const body =
  '{"tokenId":"de52e5820f4c381db88a1cf91d57b73e","additionalInfo":{"channel":"KARTU_KREDIT_INDONESIA"}}'
const signature =
  '+ceEQFkH55gxB+Mot0Dgt1Ktc63iLVIgPql5XuBiFk/TWKeCWgE2pLH+2KMorcp63NuWpHvgdLcCobgBC6LRFQ=='
const verifies = (sent: string | Buffer, text = signature, change: object = {}) =>
  verifySnapCall({ ...parts, ...change }, Buffer.from(sent), text, secretKey)

test('the text and the signature of a call are those of the vector', () => {
  const hash = 'ecd44ffad9c238ca4074f2ae1abc34c99817af69d4c41aa242680730531322cd'
  const text = `POST:${parts.path}:TOKEN123:${hash}:${parts.timestamp}`
  assert.equal(snapCallString(parts, body), text)
  assert.equal(signSnapCall(parts, body, secretKey), signature)
  assert.ok(verifies(body))
  assert.ok(verifies(body, signature.replace(/=+$/, '')))
})

test('an empty body is hashed as the empty text', () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  assert.ok(snapCallString(parts, '').includes(`:${empty}:`))
})

test('each part of a call is signed', () => {
  for (const name of ['method', 'path', 'accessToken', 'timestamp'] as const) {
    assert.ok(!verifies(body, signature, { [name]: `${parts[name]}x` }), name)
  }
  assert.ok(!verifySnapCall(parts, Buffer.from(body), signature, `${secretKey}x`))
})

const formatted = JSON.stringify(JSON.parse(body), null, 2)
const escaped = '{ "url": "https:\\/\\/m.example", "name": "Caf\\u00e9 \\u0026 co" }'
const hashed: readonly (readonly [what: string, sent: string, hashed: string])[] = [
  ['the bytes as they were sent', formatted, formatted],
  ['the bytes without whitespace', formatted, body],
  [
    'escapes kept, without whitespace',
    escaped,
    '{"url":"https:\\/\\/m.example","name":"Caf\\u00e9 \\u0026 co"}',
  ],
  ['escapes undone', escaped, '{"url":"https://m.example","name":"Café & co"}'],
]

for (const [what, sent, text] of hashed) {
  test(`a client may hash ${what}; one changed byte of it is refused`, () => {
    const made = signSnapCall(parts, text, secretKey)
    assert.ok(verifies(sent, made))
    const bytes = Buffer.from(sent)
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 1
      assert.ok(!verifies(changed, made), `${at}: ${changed}`)
    }
  })
}

test('what is no signature is refused, and never throws', () => {
  for (const wrong of [
    '',
    'x',
    `${signature}=`,
    ` ${signature}`,
    signature.replace('+', '-'),
    'A'.repeat(86),
    `${'A'.repeat(86)}==`,
    'é'.repeat(86),
    Buffer.from(signature, 'base64').toString('hex'),
  ]) {
    assert.ok(!verifies(body, wrong), wrong)
  }
  assert.equal(decodeSnapSignature(signature)?.length, 64)
  assert.equal(decodeSnapSignature('x'), undefined)
})

const keys = (bits: number) =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
const ours = keys(2048)
const token = { clientId: 'MCH-0001-10791114622547', timestamp: '2022-10-07T14:18:39+07:00' }

test('a token call signs its client and timestamp with SHA256withRSA', () => {
  const text = 'MCH-0001-10791114622547|2022-10-07T14:18:39+07:00'
  assert.equal(snapTokenString(token), text)
  const made = signSnapToken(token, ours.privateKey)
  assert.equal(made, sign('RSA-SHA256', Buffer.from(text), ours.privateKey).toString('base64'))
  assert.ok(verifySnapToken(token, made, ours.publicKey))
  const long = keys(4096)
  assert.ok(verifySnapToken(token, signSnapToken(token, long.privateKey), long.publicKey))
})

test('a token call of another client, time or key is refused', () => {
  const made = signSnapToken(token, ours.privateKey)
  assert.ok(!verifySnapToken({ ...token, clientId: 'MCH-2' }, made, ours.publicKey))
  const other = { ...token, timestamp: '2022-10-07T14:18:40+07:00' }
  assert.ok(!verifySnapToken(other, made, ours.publicKey))
  assert.ok(!verifySnapToken(token, made, keys(2048).publicKey))
})

test('wrong signatures and keys of token calls are refused, and never throw', () => {
  const made = signSnapToken(token, ours.privateKey)
  for (const wrong of [
    '',
    '=',
    'x',
    'A'.repeat(344),
    ` ${made}`,
    `${made}=`,
    'A'.repeat(100_000),
  ]) {
    assert.equal(verifySnapToken(token, wrong, ours.publicKey), false, wrong)
  }
  for (const key of ['', 'no key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----']) {
    assert.equal(verifySnapToken(token, made, key), false, key)
  }
})

test('a right signature by a key that is not RSA is refused', () => {
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const made = signSnapToken(token, curve.privateKey)
  const publicKey = curve.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  assert.equal(verifySnapToken(token, made, publicKey), false)
})
