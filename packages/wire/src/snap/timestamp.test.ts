import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatSnapTimestamp, parseSnapTimestamp } from './timestamp.ts'

test('an instant is written in Jakarta time with whole seconds', () => {
  assert.equal(
    formatSnapTimestamp(new Date('2026-09-21T17:30:00.999Z')),
    '2026-09-22T00:30:00+07:00',
  )
})

for (const [text, instant] of [
  ['2026-09-21T10:30:00+07:00', '2026-09-21T03:30:00.000Z'],
  ['2026-09-21T03:30:00Z', '2026-09-21T03:30:00.000Z'],
  ['2026-09-21T03:30:00+00:00', '2026-09-21T03:30:00.000Z'],
  ['2026-09-21T03:30:00-00:00', '2026-09-21T03:30:00.000Z'],
  ['2026-09-21T03:30:00.000Z', '2026-09-21T03:30:00.000Z'],
  ['2026-09-21T03:30:00.123456789+05:30', '2026-09-20T22:00:00.123Z'],
  ['2024-02-29T23:59:59-03:30', '2024-03-01T03:29:59.000Z'],
] as const) {
  test(`${text} is read as the instant that it names`, () => {
    assert.equal(parseSnapTimestamp(text)?.toISOString(), instant)
  })
}

for (const text of [
  '',
  '2026-09-21T03:30:00',
  '2026-09-21 03:30:00+07:00',
  '2026-09-21T03:30:00+5.5:30',
  '2026-09-21T03:30:00+0700',
  '2026-09-21T03:30:00+07',
  '2026-09-21T03:30:00+15:00',
  '2026-09-21T03:30:00+07:60',
  '2026-09-21T03:30:00.Z',
  '2026-09-21t03:30:00z',
  '2026-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-12-31T23:59:60Z',
  ' 2026-09-21T03:30:00Z',
  '2026-09-21T03:30:00Z\n',
  '1790000000',
]) {
  test(`${JSON.stringify(text)} is no timestamp`, () => {
    assert.equal(parseSnapTimestamp(text), undefined)
  })
}
