import assert from 'node:assert/strict'
import { test } from 'node:test'
import { followingCutOff, formatJakartaTime, lastCutOff } from './jakarta-time.ts'

const cases: readonly [now: string, time: string, last: string][] = [
  // 23:00 in Jakarta is 16:00 UTC.
  ['2026-11-21T15:59:59.999Z', '23:00', '2026-11-20T16:00:00.000Z'],
  ['2026-11-21T16:00:00.000Z', '23:00', '2026-11-21T16:00:00.000Z'],
  ['2026-11-21T23:59:59.000Z', '23:00', '2026-11-21T16:00:00.000Z'],
  // Early in the morning in Jakarta is the day before in UTC.
  ['2026-12-31T17:30:00.000Z', '00:30', '2026-12-31T17:30:00.000Z'],
  ['2026-12-31T17:29:59.999Z', '00:30', '2026-12-30T17:30:00.000Z'],
  ['2027-01-01T00:00:00.000Z', '07:00', '2027-01-01T00:00:00.000Z'],
  ['2028-03-01T00:00:00.000Z', '23:59', '2028-02-29T16:59:00.000Z'],
  ['1969-12-31T00:00:00.000Z', '23:00', '1969-12-30T16:00:00.000Z'],
]

test('the last cut-off is the latest one that is not after the instant, in Jakarta', () => {
  for (const [now, time, last] of cases) {
    assert.equal(lastCutOff(new Date(now), time).toISOString(), last, `${now} ${time}`)
  }
})

test('the following cut-off is the last one of a moment a day later', () => {
  for (const [now, time] of cases) {
    const last = lastCutOff(new Date(now), time)
    assert.deepEqual(lastCutOff(followingCutOff(last), time), followingCutOff(last))
    assert.ok(followingCutOff(last) > new Date(now))
  }
})

test('a time is written as the clocks in Jakarta show it', () => {
  assert.equal(formatJakartaTime(new Date('2026-12-31T17:00:01.999Z')), '2027-01-01T00:00:01+07:00')
})
