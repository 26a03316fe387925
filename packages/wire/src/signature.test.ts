/** The vectors of the protocol notes, computed from the documented rules with a known secret. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeSignature,
  digestOf,
  type SignatureComponents,
  type SignedMessageKind,
  sign,
  stringToSign,
  verifySignature,
} from './signature.ts'

const secretKey = 'SK-exampleSecretKey00001'
const clientId = 'MCH-0001-10791114622547'
const check = '/credit-card/check-three-d-secure'
const requestId = '6d0bffbd-9246-455e-a1f1-44c1f76ad589'
const requestBody =
  '{"order":{"amount":90000,"invoice_number":"INV-20210118-0001"},"card":{"number":"5573381011111101","expiry":"1228"},"three_dsecure":{"callback_url_success":"https://www.merchant.com/success","callback_url_failed":"https://www.merchant.com/failed"}}'
const responseBody =
  '{"order":{"amount":90000},"three_dsecure":{"enrollment_status":true,"authentication_id":"eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e"}}'

type Vector = readonly [
  what: string,
  kind: SignedMessageKind,
  parts: SignatureComponents,
  signature: string,
]
const vectors: readonly Vector[] = [
  [
    'POST request',
    'request',
    {
      clientId,
      requestId,
      timestamp: '2021-08-24T08:45:42Z',
      requestTarget: check,
      digest: '2CRJev5mpKs+vCcsQ3r3NbExEMFOYGCfj+v7jRQKwq0=',
    },
    'HMACSHA256=cjds0EI5EqDdvif2tdCRb11mkmXA/VLtwRCCfxOS/Xc=',
  ],
  [
    'response',
    'response',
    {
      clientId,
      requestId,
      timestamp: '2021-08-24T08:45:43Z',
      requestTarget: check,
      digest: 'nCp3hb7/OPvlN9d1fSvbyevw0nZA558uZm5wqB41WoM=',
    },
    'HMACSHA256=9bzpwUY0GolhL1fibBQ2kWeUf8pTs+wFVELALE0MRgQ=',
  ],
  [
    'GET request, which has no Digest line',
    'request',
    {
      clientId,
      requestId: 'e71fe02a-bfef-4af9-a6f6-2cf1f03b00e7',
      timestamp: '2020-11-18T08:45:42Z',
      requestTarget: '/orders/v1/status/INV-20210118-0001',
    },
    'HMACSHA256=s7RzR4Lmx3PZ7X6uFkuIjwttTZc5BJNtWd0Ebyfow7I=',
  ],
]

test('a digest is the base64 of SHA-256 over the exact bytes', () => {
  assert.equal(Buffer.byteLength(requestBody), 248)
  assert.equal(digestOf(requestBody), '2CRJev5mpKs+vCcsQ3r3NbExEMFOYGCfj+v7jRQKwq0=')
  assert.equal(digestOf(responseBody), 'nCp3hb7/OPvlN9d1fSvbyevw0nZA558uZm5wqB41WoM=')
  assert.equal(digestOf(Buffer.from(requestBody)), digestOf(requestBody))
  assert.notEqual(digestOf(`${requestBody} `), digestOf(requestBody))
})

for (const [what, kind, parts, signature] of vectors) {
  test(`the signature of a ${what} is that of the vector`, () => {
    assert.equal(sign(kind, parts, secretKey), signature)
    assert.ok(verifySignature(kind, parts, signature, secretKey))
    assert.ok(verifySignature(kind, parts, signature.replace(/=$/, ''), secretKey))
  })

  test(`each part of a ${what} is signed`, () => {
    const other = kind === 'request' ? 'response' : 'request'
    assert.ok(!verifySignature(other, parts, signature, secretKey))
    assert.ok(!verifySignature(kind, parts, signature, `${secretKey}x`))
    for (const name of ['clientId', 'requestId', 'timestamp', 'requestTarget', 'digest'] as const) {
      const changed = { ...parts, [name]: `${parts[name] ?? ''}x` }
      assert.ok(!verifySignature(kind, changed, signature, secretKey), name)
    }
  })
}

test('the string to sign is its lines joined by one LF, with none at the end', () => {
  const parts = { clientId: 'c', requestId: 'r', timestamp: 't', requestTarget: '/p' }
  const lines = ['Client-Id:c', 'Request-Id:r', 'Request-Timestamp:t', 'Request-Target:/p']
  assert.equal(stringToSign('request', parts), lines.join('\n'))
  const withDigest = stringToSign('response', { ...parts, digest: 'd' })
  assert.equal(withDigest, `${lines.join('\n').replace('Request-T', 'Response-T')}\nDigest:d`)
})

test('what is no signature is refused, and never throws', () => {
  const [, kind, parts, signature] = vectors[0] as Vector
  const base64 = signature.slice('HMACSHA256='.length)
  for (const wrong of [
    '',
    base64,
    'HMACSHA256=',
    `hmacsha256=${base64}`,
    `${signature}=`,
    `${signature} `,
    ` ${signature}`,
    signature.replace('+', '-'),
    `HMACSHA256=${Buffer.from(base64, 'base64').toString('hex')}`,
    `HMACSHA256=${'A'.repeat(43)}=`,
    `HMACSHA256=${'A'.repeat(44)}`,
    `HMACSHA256=${'é'.repeat(43)}=`,
  ].filter((text) => text !== signature)) {
    assert.equal(verifySignature(kind, parts, wrong, secretKey), false, wrong)
  }
  assert.equal(decodeSignature(signature)?.length, 32)
  assert.equal(decodeSignature('x'), undefined)
})
