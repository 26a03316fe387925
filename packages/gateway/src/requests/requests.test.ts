import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClaimedRequest, compareWithHolder } from './index.ts'

const mac = (text: string) => Buffer.from(text.padEnd(32))
const holder: ClaimedRequest = {
  route: '/credit-card/charge',
  bodyMac: mac('body'),
  signatureMac: mac('signature'),
  operationId: 'op_1',
  invoiceNumber: 'INV-1',
  expiresAt: new Date(),
}

const cases = [
  ['signature', '/credit-card/charge', 'body', 'signature_used'],
  ['signature', '/credit-card/capture', 'other', 'signature_used'],
  ['new', '/credit-card/capture', 'body', 'other_route'],
  ['new', '/credit-card/capture', 'other', 'other_route'],
  ['new', '/credit-card/charge', 'other', 'other_body'],
  ['new', '/credit-card/charge', 'body', 'same'],
] as const

for (const [signature, route, body, expected] of cases) {
  test(`${signature} signature, ${body} body at ${route}: ${expected}`, () => {
    const request = { route, bodyMac: mac(body), signatureMac: mac(signature) }
    assert.equal(compareWithHolder(holder, request), expected)
  })
}
