import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJsonText } from '@gerbang/wire'
import { CardError } from './card-error.ts'
import {
  amountOf,
  bodyObject,
  booleanOf,
  cardOf,
  type Members,
  memberOf,
  objectOf,
  requiredTextOf,
  textOf,
  tokenOf,
  wholeNumberOf,
} from './fields.ts'

const now = new Date('2026-08-27T10:00:00Z')

function members(text: string): Members {
  const json = parseJsonText(Buffer.from(text))
  assert.ok(json.ok)
  return bodyObject(json.value)
}
const refuses = (work: () => unknown, message: string) =>
  assert.throws(work, (error) => error instanceof CardError && error.message === message)

test('null, "" and inherited names are absent; false, 0 and [] are values', () => {
  const body = members('{"a":null,"b":"","c":false,"d":0,"e":[]}')
  for (const name of ['a', 'b', 'x', 'constructor', 'toString', '__proto__']) {
    assert.equal(memberOf(body, name), undefined, name)
  }
  for (const name of ['c', 'd', 'e']) assert.notEqual(memberOf(body, name), undefined, name)
  assert.equal(memberOf(undefined, 'a'), undefined)
})

test('an object is an object', () => {
  assert.deepEqual(objectOf(members('{"a":{}}'), 'a'), {})
  assert.equal(objectOf(members('{"a":null}'), 'a'), undefined)
  for (const value of ['[]', '1', '"x"', 'true']) {
    refuses(() => objectOf(members(`{"a":${value}}`), 'a'), 'a is invalid')
    refuses(() => objectOf(members(`{"a":${value}}`), 'list.1.a'), 'list.1.a is invalid')
  }
  for (const value of ['[]', '1', '"x"', 'null', 'true']) {
    refuses(() => members(value), 'Invalid request: the body is not an object')
  }
})

test('a text is read by the last part of its path and measured in characters', () => {
  const body = members('{"name":"abc","phone":6285,"list":[],"yes":true}')
  assert.equal(textOf(body, 'customer.name', 3), 'abc')
  assert.equal(textOf(body, 'customer.phone', 4), '6285')
  assert.equal(textOf(body, 'customer.email', 4), undefined)
  refuses(
    () => textOf(body, 'customer.name', 2),
    'customer.name must not be longer than 2 characters',
  )
  refuses(() => textOf(body, 'customer.list', 2), 'customer.list is invalid')
  refuses(() => textOf(body, 'customer.yes', 9), 'customer.yes is invalid')
  refuses(() => requiredTextOf(body, 'customer.email', 4), 'customer.email is required')
})

test('an amount is 1 to 12 digits as they were written, and not zero', () => {
  for (const text of ['1', '90000', '999999999999', '"1"', '"090000"', '"000000000001"']) {
    const digits = text.replaceAll('"', '')
    assert.equal(amountOf(members(`{"amount":${text}}`)).minor, BigInt(digits) * 100n, text)
  }
  const wrong = [
    '0',
    '-1',
    '1.0',
    '1e3',
    '1000000000000',
    '"0"',
    '""',
    '" 1"',
    '"1,000"',
    '"１"',
    'null',
    'true',
    '[1]',
    '{}',
  ]
  for (const text of wrong) {
    refuses(() => amountOf(members(`{"amount":${text}}`)), 'Invalid amount')
  }
  refuses(() => amountOf(undefined), 'Invalid amount')
  refuses(() => amountOf(members('{}')), 'Invalid amount')
})

test('a whole number is digits, and has at most so many', () => {
  const read = (text: string) => wholeNumberOf(members(`{"n":${text}}`)['n'], 'n', 4)
  assert.deepEqual([read('0'), read('9999'), read('"12"')], [0n, 9999n, 12n])
  refuses(() => read('10000'), 'n must not be longer than 4 characters')
  for (const text of ['-1', '1.5', '1e2', '"x"', '""', 'null', 'true', '[]']) {
    refuses(() => read(text), 'n is invalid')
  }
})

const card = (text: string) => cardOf(members(text), 'card_number_length', now)

test('a card is number and expiry; without a number there is none', () => {
  const read = card('{"number":"5573381011111101","expiry":"1228"}')
  assert.deepEqual(read?.expiry, { month: 12, year: 2028 })
  assert.equal(
    read?.number.reveal((digits) => digits),
    '5573381011111101',
  )
  assert.equal(String(read?.number), '[secret]')
  assert.equal(card('{"expiry":"1228"}'), undefined)
  assert.equal(cardOf(undefined, 'card_number_length', now), undefined)
})

const refusedCards = [
  ['{"number":"557338101111110","expiry":"1228"}', 'Luhn Validation'],
  ['{"number":"55733810111111","expiry":"1228"}', 'Invalid CC Number LENGTH'],
  ['{"number":"55733810111111012","expiry":"1228"}', 'Invalid CC Number LENGTH'],
  ['{"number":["5573381011111101"],"expiry":"1228"}', 'Invalid CC Number LENGTH'],
  ['{"number":"557338101111110x","expiry":"1228"}', 'Luhn Validation'],
  ['{"number":"5573381011111101"}', 'card.expiry is required'],
  ['{"number":"5573381011111101","expiry":"2812"}', 'Expiry Date Validation'],
  ['{"number":"5573381011111101","expiry":"2525"}', 'Expiry Date Validation'],
  ['{"number":"5573381011111101","expiry":"0726"}', 'Expiry Date Validation'],
  ['{"number":"5573381011111101","expiry":1228}', 'Expiry Date Validation'],
] as const
for (const [text, message] of refusedCards) {
  test(`${text} is refused: ${message}`, () => refuses(() => card(text), message))
}

test('a token has 32 lower-case hexadecimal digits, and what has not is nobody’s', () => {
  const token = '243591d7e49f45109961581718c3ef82'
  assert.equal(tokenOf(members(`{"token":"${token}"}`)), token)
  assert.equal(tokenOf(members('{"token":""}')), undefined)
  for (const wrong of ['"x"', `"${token.toUpperCase()}"`, `"${token}0"`, '7', '["x"]']) {
    refuses(() => tokenOf(members(`{"token":${wrong}}`)), 'Card token is not found')
  }
})

test('true and false may be words, and are false where they are missing', () => {
  const save = (text: string) => booleanOf(members(text), 'card.save')
  assert.deepEqual(['{"save":true}', '{"save":"true"}'].map(save), [true, true])
  assert.deepEqual(['{"save":false}', '{"save":"false"}', '{}'].map(save), [false, false, false])
  for (const wrong of ['1', '"yes"', '{}']) {
    refuses(() => save(`{"save":${wrong}}`), 'card.save is invalid')
  }
})

test('a card is good through the last day of its month', () => {
  assert.ok(card('{"number":"5573381011111101","expiry":"0826"}'))
})
