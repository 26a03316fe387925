/** What a wrong timestamp is told to be, by its form and by its distance. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainForm, explainSkew, instantOf, skewOf } from './timestamps.ts'

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
  ['2026-09-21T10:31:30Z', 'local-time-labelled-z', 25_290],
  ['2026-09-21T09:00:05Z', 'local-time-labelled-z', 19_805],
  ['2026-09-20T22:30:00Z', 'local-time-labelled-z', -18_000],
  ['2026-09-21T03:30:00+07:00', 'wrong-utc-offset', -25_200],
  ['2020-01-01T00:00:00Z', 'clock-skew', -212_124_600],
] as const) {
  test(`${text} is named ${cause} at ${now.toISOString()}`, () => {
    const seconds = skewOf(text, now) ?? 0
    assert.equal(seconds, skew)
    const explained = explainSkew(text, seconds)
    assert.equal(explained.cause, cause)
    assert.match(explained.hint, new RegExp(`${Math.abs(skew)} seconds`))
  })
}
