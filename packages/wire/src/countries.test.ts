import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCountry } from './countries.ts'

test('officially assigned codes are countries, in either case', () => {
  for (const code of ['ID', 'id', 'Id', 'SG', 'US', 'GB', 'AX', 'ZW', 'TL']) {
    assert.ok(isCountry(code), code)
  }
})

test('reserved, retired and user-assigned codes are none, nor is any other text', () => {
  for (const code of [
    '',
    'I',
    'IDN',
    'XX',
    'XK',
    'UK',
    'EU',
    'AN',
    'SU',
    'AA',
    'ZZ',
    '62',
    'I D',
    ' ID',
  ]) {
    assert.ok(!isCountry(code), code)
  }
})

test('there are 249', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const codes = letters.flatMap((first) => letters.map((second) => first + second))
  assert.equal(codes.filter(isCountry).length, 249)
})
