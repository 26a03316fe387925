import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approves, codes, meaningOf } from './response-codes.ts'

test('only 00 approves; a code that nobody knows is a refusal without a reason', () => {
  assert.ok(approves('00'))
  for (const code of ['05', '51', '08', 'T4', '', '__proto__', 'constructor']) {
    assert.ok(!approves(code))
  }
  for (const code of ['08', '77', 'toString']) assert.equal(meaningOf(code), 'unlisted')
})

test('each code that the simulator answers by name has that meaning', () => {
  for (const [meaning, code] of Object.entries(codes)) assert.equal(meaningOf(code), meaning)
})

for (const [code, meaning] of [
  ['51', 'insufficient_funds'],
  ['05', 'do_not_honour'],
  ['13', 'invalid_amount'],
  ['34', 'suspected_fraud'],
  ['59', 'suspected_fraud'],
  ['65', 'frequency_limit_exceeded'],
  ['61', 'amount_limit_exceeded'],
  ['58', 'not_permitted_to_terminal'],
  ['03', 'invalid_merchant'],
  ['91', 'external_error'],
  ['96', 'external_error'],
] as const) {
  test(`${code} of the test amounts means ${meaning}`, () => {
    assert.equal(meaningOf(code), meaning)
  })
}
