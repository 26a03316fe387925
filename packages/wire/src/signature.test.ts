import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeSignature, digestOf, sign, stringToSign, verifySignature } from './signature.ts'

const secret = 'SK-exampleSecretKey00001'
const clientId = 'MCH-0001-10791114622547'
const check = {
  clientId,
  requestId: '6d0bffbd-9246-455e-a1f1-44c1f76ad589',
  timestamp: '2021-08-24T08:45:42Z',
  requestTarget: '/credit-card/check-three-d-secure',
}
const body =
  '{"order":{"amount":90000,"invoice_number":"INV-20210118-0001"},"card":{"number":"5573381011111101","expiry":"1228"},"three_dsecure":{"callback_url_success":"https://www.merchant.com/success","callback_url_failed":"https://www.merchant.com/failed"}}'
const answer =
  '{"order":{"amount":90000},"three_dsecure":{"enrollment_status":true,"authentication_id":"eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e"}}'

test('a request is signed as the published vector', () => {
  assert.equal(digestOf(body), '2CRJev5mpKs+vCcsQ3r3NbExEMFOYGCfj+v7jRQKwq0=')
  const signature = sign('request', { ...check, digest: digestOf(body) }, secret)
  assert.equal(signature, 'HMACSHA256=cjds0EI5EqDdvif2tdCRb11mkmXA/VLtwRCCfxOS/Xc=')
})

test('an answer is signed as the published vector', () => {
  assert.equal(digestOf(answer), 'nCp3hb7/OPvlN9d1fSvbyevw0nZA558uZm5wqB41WoM=')
  const parts = { ...check, timestamp: '2021-08-24T08:45:43Z', digest: digestOf(answer) }
  const signature = sign('response', parts, secret)
  assert.equal(signature, 'HMACSHA256=9bzpwUY0GolhL1fibBQ2kWeUf8pTs+wFVELALE0MRgQ=')
})

test('a GET is signed without a Digest line, as the published vector', () => {
  const parts = {
    clientId,
    requestId: 'e71fe02a-bfef-4af9-a6f6-2cf1f03b00e7',
    timestamp: '2020-11-18T08:45:42Z',
    requestTarget: '/orders/v1/status/INV-20210118-0001',
  }
  const signature = sign('request', parts, secret)
  assert.equal(signature, 'HMACSHA256=s7RzR4Lmx3PZ7X6uFkuIjwttTZc5BJNtWd0Ebyfow7I=')
  assert.ok(!stringToSign('request', parts).includes('Digest'))
})

test('a signature is right to the last byte, with or without its padding', () => {
  const parts = { ...check, digest: digestOf(body) }
  const signature = sign('request', parts, secret)
  const isRight = (text: string) => verifySignature('request', parts, text, secret)
  assert.equal(isRight(signature), true)
  assert.equal(isRight(signature.slice(0, -1)), true)
  const wrong = [
    signature.slice('HMACSHA256='.length),
    `HMACSHA256=${signature}`,
    signature.replace('=c', '=d'),
    `${signature} `,
    signature.toLowerCase(),
    'HMACSHA256=',
    '',
  ]
  for (const text of wrong) assert.equal(isRight(text), false, text)
  assert.equal(verifySignature('response', parts, signature, secret), false)
  assert.equal(verifySignature('request', parts, signature, `${secret} `), false)
  assert.equal(decodeSignature('HMACSHA256=zz'), undefined)
})
