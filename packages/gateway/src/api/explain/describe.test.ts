/** Whatever was sent and wherever, nothing that must not be seen is in what is shown or logged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explanationOf, loggedCauseOf } from './describe.ts'
import { bare, type Draft, withValue } from './draft.ts'
import type { Finding, Refused } from './explanation.ts'

const number = '5573381011111101'
const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(200)}.${'b'.repeat(342)}`
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
    const { received } = explanationOf({ ...refused, url: value }, finding)
    assert.equal(received.path, shown)
    assert.ok(received.stringToSign?.includes(`:${shown}:`))
    const { firstDifference = '' } = loggedCauseOf(refused, finding)
    assert.ok(!firstDifference.includes(number) && !firstDifference.includes('SK-G'))
  })
}

test('what only looks like a card number is shown', () => {
  const path = '/pay/5573381011111102/1790000000000/MCH-0001-10791114622547'
  const { received } = explanationOf({ ...refused, url: path }, find(right))
  assert.equal(received.path, path)
})

test('of a token its ends are shown, in the text and in the header', () => {
  const { received, expected } = explanationOf(refused, find(right))
  assert.equal(received.headers['Authorization'], 'Bearer eyJhbG…bbbb')
  assert.ok(expected.stringToSign.includes(':eyJhbG…bbbb:'))
})

test('what is logged holds no digest, no token and no run of digits', () => {
  const other = withValue(right, 'body hash', 'another')
  assert.equal(
    loggedCauseOf(refused, find(other)).firstDifference,
    'body hash, after 594 characters',
  )
  const reversed = { ...right, parts: right.parts.toReversed() }
  const { firstDifference } = loggedCauseOf(refused, find(reversed))
  assert.equal(
    firstDifference,
    'X-PARTNER-ID, after 0 characters: "MCH-0001-10791114622547:/pay:[token]:[di" expected, ' +
      '"[digest]:[token]:/pay:MCH-0001-107911146" received',
  )
  const long = find(withValue(right, 'path', `/00${number}99`))
  assert.match(loggedCauseOf(refused, long).firstDifference ?? '', /"\[digits\]:/)
})

test('the first difference is where the shown texts part, to the character', () => {
  const finding = find(withValue(right, 'path', '/pax?'))
  const { firstDifference, expected, received } = explanationOf(refused, finding)
  assert.deepEqual([firstDifference?.in, firstDifference?.position], ['path', 27])
  assert.ok(expected.stringToSign.slice(27).startsWith('y:'))
  assert.ok(received.stringToSign?.slice(27).startsWith('x?:'))
})

test('texts that are the same have no difference', () => {
  assert.equal(explanationOf(refused, find(right)).firstDifference, null)
  assert.equal(loggedCauseOf(refused, find(right)).firstDifference, undefined)
})
