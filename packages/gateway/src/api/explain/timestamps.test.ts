/** What a wrong timestamp is told to be, by its form and by its distance. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  explainForm,
  explainSkew,
  formOf,
  instantOf,
  skewOf,
  writeIn,
  writeLike,
} from './timestamps.ts'

for (const [text, cause] of [
  ['1790000000', 'seconds-since-epoch'],
  ['1790000000000', 'milliseconds-since-epoch'],
  ['2026-09-21T03:30:00.000Z', 'milliseconds'],
  ['2026-09-21T10:30:00+07:00', 'timestamp-with-offset'],
  ['2026-09-21T10:30:00+0700', 'timestamp-with-offset'],
  ['2026-09-21T10:30:00+5.5:30', 'timestamp-with-offset'],
  ['2026-09-21T03:30:00', 'timestamp-without-zone'],
  ['2026-09-21 03:30:00', 'timestamp-with-space'],
  ['Mon, 21 Sep 2026 03:30:00 GMT', 'timestamp-format'],
  ['2026-02-30T00:00:00Z', 'timestamp-format'],
  ['', 'timestamp-format'],
] as const) {
  test(`${text} is named ${cause}, with how to write it`, () => {
    const explained = explainForm(text, 'cards')
    assert.equal(explained.cause, cause)
    assert.match(explained.hint, /Send UTC in whole seconds/)
    assert.match(explainForm(text, 'snap-call').hint, /Send ISO 8601 with an offset or Z/)
  })
}

test('the instant that a malformed timestamp means is read where it can be', () => {
  const instant = '2026-09-21T03:30:00.000Z'
  for (const text of [instant, '1789961400', '1789961400000', '2026-09-21T10:30:00+07:00']) {
    assert.equal(instantOf(text)?.toISOString(), instant, text)
  }
  assert.equal(instantOf('soon'), undefined)
})

const now = new Date('2026-09-21T03:30:00Z')
for (const [text, cause, skew] of [
  ['2026-09-21T03:30:11Z', 'clock-skew', 11],
  ['2026-09-21T03:22:43Z', 'clock-skew', -437],
  ['2026-09-21T10:30:00Z', 'local-time-labelled-z', 25_200],
  ['2026-09-21T10:30:12Z', 'local-time-labelled-z', 25_212],
  ['2026-09-21T10:31:30Z', 'clock-skew', 25_290],
  // No country is half an hour, one and a half or two and a half from UTC: these are clocks.
  ['2026-09-21T04:00:00Z', 'clock-skew', 1_800],
  ['2026-09-21T05:00:00Z', 'clock-skew', 5_400],
  ['2026-09-21T06:00:00Z', 'clock-skew', 9_000],
  ['2026-09-21T09:15:00Z', 'local-time-labelled-z', 20_700],
  ['2026-09-21T09:00:05Z', 'local-time-labelled-z', 19_805],
  ['2026-09-20T22:30:00Z', 'local-time-labelled-z', -18_000],
  ['2026-09-21T03:30:00+07:00', 'wrong-utc-offset', -25_200],
  ['2026-09-21T11:30:00+07:00', 'wrong-utc-offset', 3_600],
  ['2026-09-21T11:00:00+07:00', 'clock-skew', 1_800],
  ['2020-01-01T00:00:00Z', 'clock-skew', -212_124_600],
] as const) {
  test(`${text} is named ${cause} at ${now.toISOString()}`, () => {
    const seconds = skewOf(text, now) ?? 0
    assert.equal(seconds, skew)
    const explained = explainSkew(text, seconds, 'cards')
    assert.equal(explained.cause, cause)
    assert.match(explained.hint, new RegExp(`${Math.abs(skew)} seconds`))
  })
}

test('a clock may be off by the window of its dialect beside a wrong zone', () => {
  const [text, seconds] = ['2026-09-21T10:33:20Z', 25_400] as const
  assert.equal(explainSkew(text, seconds, 'cards').cause, 'clock-skew')
  const { cause, hint } = explainSkew(text, seconds, 'snap-call')
  assert.equal(cause, 'local-time-labelled-z')
  assert.match(hint, /most likely .* it is the clock of your machine/)
})

test('an offset is told from a malformed one where the dialect takes none', () => {
  const { hint } = explainForm('2026-09-21T03:30:00.123456+00:00', 'cards')
  assert.match(hint, /It has an offset \(\+00:00\) in the place of Z, and fractions of a second/)
})

for (const text of [
  '2026-09-21T03:30:00Z',
  '2026-09-21T10:30:00+07:00',
  '2026-09-20T22:00:00.123-05:30',
]) {
  test(`an instant is written in the form of ${text}`, () => {
    const form = formOf(text)
    assert.ok(form)
    assert.equal(writeIn(form, new Date(text)), text)
    assert.equal(writeLike(text, new Date(text), 'cards'), text)
  })
}
