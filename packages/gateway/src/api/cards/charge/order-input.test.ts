/** Where a charge may have its end told instead (wire.md 5.1, design.md 6). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notificationUrlOf } from './order-input.ts'

const settings = { notificationUrl: 'https://merchant.example/notify' }
const listed = ['other.example', 'other.example:8443']

for (const [url, inSandbox, inLive] of [
  ['https://other.example/notify', true, true],
  ['https://other.example:8443/notify', true, true],
  ['https://third.example/notify', true, false],
  ['http://other.example/notify', true, false],
  ['https://other.example/elsewhere', false, false],
  ['https://user:word@other.example/notify', false, false],
  ['ftp://other.example/notify', false, false],
  ['other.example/notify', false, false],
] as const) {
  test(`a notification goes to ${url}: sandbox ${inSandbox}, live ${inLive}`, () => {
    const info = { override_notification_url: url }
    assert.equal(notificationUrlOf(info, settings, undefined), inSandbox ? url : undefined)
    assert.equal(notificationUrlOf(info, settings, listed), inLive ? url : undefined)
  })
}

test('without a configured URL nothing is told elsewhere', () => {
  const info = { override_notification_url: 'https://other.example/notify' }
  assert.equal(notificationUrlOf(info, { notificationUrl: null }, undefined), undefined)
})

const override = (url: unknown) =>
  notificationUrlOf({ override_notification_url: url }, settings, undefined)

for (const [given, called] of [
  [' https://other.example/notify ', 'https://other.example/notify'],
  ['https://other.example/no\ttify\n', 'https://other.example/notify'],
  ['https://ＯＴＨＥＲ.example/notify', 'https://other.example/notify'],
  ['https:\\\\other.example\\notify', 'https://other.example/notify'],
  ['https://other.example/x/../notify?a=é b', 'https://other.example/notify?a=%C3%A9%20b'],
] as const) {
  test(`an override ${JSON.stringify(given)} is kept as it is called`, () => {
    assert.equal(override(given), called)
  })
}

test('an override is as long as a URL of the settings at most, as it is called', () => {
  const longest = `https://other.example/notify?${'x'.repeat(2_048 - 29)}`
  assert.equal(override(longest), longest)
  assert.equal(override(`${longest}x`), undefined)
  assert.equal(override(`https://other.example/notify?${'é'.repeat(1_000)}`), undefined)
})
