import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, rupiah, wholeRupiah } from './money.ts'

test('rupiah are kept with two decimals inside, exactly, up to the largest amount', () => {
  assert.deepEqual(rupiah(90_000n), money(9_000_000n, 'IDR'))
  for (const whole of [1n, 90_000n, 999_999_999_999n]) {
    assert.equal(wholeRupiah(rupiah(whole)), Number(whole))
  }
})
