import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, rupiah, rupiahDigits, wholeRupiah } from './money.ts'

test('rupiah are kept with two decimals inside, exactly, up to the largest amount', () => {
  assert.deepEqual(rupiah(90_000n), money(9_000_000n, 'IDR'))
  for (const whole of [1n, 90_000n, 999_999_999_999n]) {
    assert.equal(wholeRupiah(rupiah(whole)), Number(whole))
  }
})

test('digits have sen where there are any, a sign below nothing, and are lost at no size', () => {
  for (const [minor, digits] of [
    [0n, '0'],
    [1n, '0.01'],
    [-5n, '-0.05'],
    [1_150_050n, '11500.50'],
    [9_000_000n, '90000'],
    [-9_000_000n, '-90000'],
    [999_999_999_999_999_999n, '9999999999999999.99'],
  ] as const) {
    assert.equal(rupiahDigits(money(minor, 'IDR')), digits)
  }
})
