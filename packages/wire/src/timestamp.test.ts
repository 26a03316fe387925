import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

test('an instant is written in UTC with whole seconds, cut off', () => {
  assert.equal(formatTimestamp(new Date('2021-08-24T08:45:42.999Z')), '2021-08-24T08:45:42Z')
  assert.equal(formatTimestamp(new Date('2020-09-22T08:51:00+07:00')), '2020-09-22T01:51:00Z')
})

test('a timestamp is read as the instant that it names', () => {
  for (const text of ['2021-08-24T08:45:42Z', '2024-02-29T23:59:59Z', '1970-01-01T00:00:00Z']) {
    assert.equal(parseTimestamp(text)?.toISOString(), text.replace('Z', '.000Z'))
  }
})

for (const text of [
  '',
  '2026-09-21 03:30:00',
  '2026-09-21T03:30:00',
  '2026-09-21T03:30:00.000Z',
  '2026-09-21T03:30:00+00:00',
  '2026-09-21t03:30:00z',
  '2026-09-21T03:30Z',
  '2026-9-21T03:30:00Z',
  '02026-09-21T03:30:00Z',
  '2026-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-12-31T23:59:60Z',
  ' 2026-09-21T03:30:00Z',
  '2026-09-21T03:30:00Z\n',
  '1790000000',
]) {
  test(`${JSON.stringify(text)} is no timestamp`, () => {
    assert.equal(parseTimestamp(text), undefined)
  })
}
