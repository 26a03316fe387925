import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomDigits, systemRandom } from './random.ts'

test('random digits are as many as asked for, and each comes as often as another', () => {
  const digits = randomDigits(systemRandom, 100_000)
  assert.match(digits, /^\d{100000}$/)
  for (const digit of '0123456789') {
    const share = digits.split(digit).length - 1
    // 10,000 expected; the bounds are 10 standard deviations away.
    assert.ok(share > 9_050 && share < 10_950, `${digit}: ${share}`)
  }
  assert.equal(randomDigits(systemRandom, 0), '')
})

test('bytes that would favour low digits are thrown away', () => {
  const bytes = [255, 250, 249, 10, 251, 7]
  const random = { bytes: (length: number) => Buffer.from(bytes.splice(0, length)) }
  assert.equal(randomDigits(random, 3), '907')
})
