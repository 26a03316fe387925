/** Whatever was sent and wherever, nothing that must not be seen is in what is shown or logged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Merchant } from '../../merchants/index.ts'
import { Secret } from '../../primitives/secret.ts'
import { explanationOf, loggedCauseOf } from './describe.ts'
import { bare, type Draft, withValue } from './draft.ts'
import type { Finding, Refused } from './explanation.ts'
import { createMasks } from './masks.ts'

const number = '5573381011111101'
const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(200)}.${'b'.repeat(342)}`
const merchant = {
  clientId: 'MCH-0001-10791114622547',
  secretKey: new Secret('SK-GerbangSandbox0001'),
} as Merchant
const masks = createMasks({ merchant, others: [] })
const digest = '2CRJev5mpKs+vCcsQ3r3NbExEMFOYGCfj+v7jRQKwq0='

const right: Draft = {
  parts: [
    bare('X-PARTNER-ID', 'MCH-0001-10791114622547'),
    bare('path', '/pay'),
    bare('access token', token),
    bare('body hash', digest),
  ],
  separator: ':',
  ending: '',
}
const refused: Refused = {
  signedBy: 'snap-call',
  row: 'unauthorized',
  values: {},
  method: 'POST',
  url: '/pay',
  headers: { authorization: `Bearer ${token}`, 'x-partner-id': 'MCH-0001-10791114622547' },
  body: Buffer.from('{}'),
}
const causes = [{ cause: 'some-cause', hint: 'Do something else.' }] as const
const find = (received: Draft, change: Partial<Finding> = {}): Finding => ({
  causes,
  expected: right,
  received,
  ...change,
})

for (const [what, value, shown] of [
  ['a card number', `/pay/${number}`, '/pay/557338******1101'],
  ['a card number in groups', '/pay/5573-3810-1111-1101', '/pay/557338******1101'],
  ['a secret key', '/pay/SK-GerbangSandbox0001', '/pay/[secret key]'],
  ['an access token', `/pay/${token}`, '/pay/eyJhbG…bbbb'],
] as const) {
  test(`${what} in a path is not shown`, () => {
    const finding = find(withValue(right, 'path', value))
    const { received } = explanationOf({ ...refused, url: value }, finding, masks)
    assert.equal(received.path, shown)
    assert.ok(received.stringToSign?.includes(`:${shown}:`))
    const { firstDifference = '' } = loggedCauseOf(refused, finding, masks)
    assert.ok(!firstDifference.includes(number) && !firstDifference.includes('SK-G'))
  })
}

test('what is known to be no card number is shown', () => {
  const path =
    '/pay/1790000000000/MCH-0001-10791114622547/19f6dbe3-7259-4865-9631-66500f693db6/2026-09-21 03:30:00'
  const { received } = explanationOf({ ...refused, url: path }, find(right), masks)
  assert.equal(received.path, path)
})

test('of a token its ends are shown, in the text and in the header', () => {
  const { received, expected } = explanationOf(refused, find(right), masks)
  assert.equal(received.headers['Authorization'], 'Bearer eyJhbG…bbbb')
  assert.ok(expected.stringToSign.includes(':eyJhbG…bbbb:'))
})

test('what is logged holds no digest, no token and no run of digits', () => {
  const hashed = withValue(right, 'body hash', digest.replace('2', '3'))
  const { firstDifference: shown } = explanationOf(refused, find(hashed), masks)
  assert.equal(
    loggedCauseOf(refused, find(hashed), masks).firstDifference,
    `body hash, after ${shown?.position} characters`,
    'in the place that the explanation names',
  )
  const reversed = { ...right, parts: right.parts.toReversed() }
  const { firstDifference } = loggedCauseOf(refused, find(reversed), masks)
  assert.equal(
    firstDifference,
    'X-PARTNER-ID, after 0 characters: "MCH-0001-10791114622547:/pay:[token]:[di" expected, ' +
      '"[digest]:[token]:/pay:MCH-0001-107911146" received',
  )
  const long = find(withValue(right, 'path', `/00${number}99`))
  assert.match(loggedCauseOf(refused, long, masks).firstDifference ?? '', /"\[digits\]:/)
})

test('the first difference is where the shown texts part, to the character', () => {
  const finding = find(withValue(right, 'path', '/pax?'))
  const { firstDifference, expected, received } = explanationOf(refused, finding, masks)
  assert.deepEqual([firstDifference?.in, firstDifference?.position], ['path', 27])
  assert.ok(expected.stringToSign.slice(27).startsWith('y:'))
  assert.ok(received.stringToSign?.slice(27).startsWith('x?:'))
})

test('texts that are the same have no difference', () => {
  assert.equal(explanationOf(refused, find(right), masks).firstDifference, null)
  assert.equal(loggedCauseOf(refused, find(right), masks).firstDifference, undefined)
})
