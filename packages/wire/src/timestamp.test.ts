import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

test('a timestamp is UTC in whole seconds, with T and Z', () => {
  assert.equal(formatTimestamp(new Date('2021-08-24T08:45:42.999Z')), '2021-08-24T08:45:42Z')
  assert.equal(parseTimestamp('2021-08-24T08:45:42Z')?.toISOString(), '2021-08-24T08:45:42.000Z')
})

test('anything else is no timestamp', () => {
  for (const text of [
    '2026-09-21 03:30:00',
    '2021-08-24T08:45:42',
    '2021-08-24T08:45:42.000Z',
    '2021-08-24T08:45:42+07:00',
    '2021-02-30T08:45:42Z',
    '2021-08-24T24:00:00Z',
    '1629794742',
    '',
  ]) {
    assert.equal(parseTimestamp(text), undefined, text)
  }
})
