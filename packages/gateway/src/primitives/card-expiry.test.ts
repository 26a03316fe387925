import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCardExpiry, isExpired, parseCardExpiry } from './card-expiry.ts'

test('an expiry is MMYY and nothing else', () => {
  assert.deepEqual(parseCardExpiry('1228'), { month: 12, year: 2028 })
  for (const wrong of ['2525', '2812', '0028', '1328', '128', '12/28', '12280', ' 1228', '१२२८']) {
    assert.equal(parseCardExpiry(wrong), undefined, wrong)
  }
  assert.equal(formatCardExpiry({ month: 3, year: 2031 }), '0331')
})

test('a card is good through the last moment of its month in Jakarta', () => {
  const expiry = { month: 12, year: 2028 }
  assert.equal(isExpired(expiry, new Date('2028-12-31T16:59:59.999Z')), false)
  assert.equal(isExpired(expiry, new Date('2028-12-31T17:00:00.000Z')), true)
})
