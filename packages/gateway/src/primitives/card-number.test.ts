import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binOf, maskCardNumber, passesLuhn } from './card-number.ts'

test('the published test cards pass the Luhn check and a changed digit fails it', () => {
  for (const number of [
    '5573381011111101',
    '4512490000000907',
    '371449635398431',
    '4000000000001900006',
  ]) {
    assert.equal(passesLuhn(number), true, number)
    const changed = `${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`
    assert.equal(passesLuhn(changed), false, changed)
  }
})

test('a mask shows six and four digits, whatever the length', () => {
  assert.equal(maskCardNumber('5573381011111101'), '557338******1101')
  assert.equal(maskCardNumber('371449635398431'), '371449******8431')
  assert.equal(maskCardNumber('4000000000001900006'), '400000******0006')
  assert.equal(binOf('5573381011111101'), '55733810')
})
