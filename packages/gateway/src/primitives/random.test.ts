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

test('the generator gives as many bytes as asked for, and none of them again', () => {
  const seen = new Set<string>()
  for (const length of [...Array(2_000).fill(16), 4_096, 4_097, 10_000]) {
    const bytes = systemRandom.bytes(length)
    assert.equal(bytes.length, length)
    seen.add(bytes.subarray(-16).toString('hex'))
  }
  assert.equal(seen.size, 2_003)
  assert.equal(systemRandom.bytes(0).length, 0)
})

test('what was given out stays as it was given', () => {
  const one = systemRandom.bytes(32)
  const copy = Buffer.from(one)
  systemRandom.bytes(4_096)
  systemRandom.bytes(32)
  assert.deepEqual(one, copy)
})
