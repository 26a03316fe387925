import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJsonText } from '@gerbang/wire'
import { money } from '../../primitives/money.ts'
import type { SnapBody } from './door/door.ts'
import { booleanAt, mandatoryText, textAt, valueAt } from './fields.ts'
import { amountAt, amountOf, checkChannel, isChannelGiven } from './kki-fields.ts'
import { responseOf } from './kki-responses.ts'

function body(text: string): SnapBody {
  const json = parseJsonText(Buffer.from(text))
  assert.ok(json.ok)
  return json.value as SnapBody
}

const malformed = (field: string) => ({ row: 'field_format', values: { field } })
const missing = (field: string) => ({ row: 'field_mandatory', values: { field } })

test('what stands at a path is found; null, empty and the empty list of PHP are absent', () => {
  assert.equal(valueAt(body('{"a":{"b":{"c":"x"}}}'), 'a.b.c'), 'x')
  for (const text of ['{}', '{"a":null}', '{"a":""}', '{"a":[]}', '{"a":{"b":[]}}', '{"a":{}}']) {
    assert.equal(valueAt(body(text), 'a.b.c'), undefined, text)
  }
  assert.deepEqual(valueAt(body('{"a":[]}'), 'a'), [])
  for (const name of ['constructor', '__proto__', 'toString.name']) {
    assert.equal(valueAt(body('{}'), name), undefined)
  }
})

test('what is no object on the way is named', () => {
  for (const value of ['1', '"x"', 'true', '[1]', '[[]]']) {
    assert.throws(() => valueAt(body(`{"a":${value}}`), 'a.b'), malformed('a'), value)
    assert.throws(() => valueAt(body(`{"a":{"b":${value}}}`), 'a.b.c'), malformed('a.b'), value)
  }
})

test('a text is held to its rule, and is no number unless the rule says so', () => {
  const given = body('{"a":{"b":"12345"},"n":12.0}')
  assert.equal(textAt(given, 'a.b', { maximum: 5, pattern: /^[0-9]+$/ }), '12345')
  assert.throws(() => textAt(given, 'a.b', { maximum: 4 }), malformed('a.b'))
  assert.throws(() => textAt(given, 'a.b', { pattern: /^[a-z]+$/ }), malformed('a.b'))
  assert.throws(() => textAt(given, 'n'), malformed('n'))
  assert.equal(textAt(given, 'n', { mayBeNumber: true }), '12.0')
  assert.throws(() => mandatoryText(given, 'a.c'), missing('a.c'))
})

test('true and false may be words', () => {
  for (const [text, value] of [
    ['true', true],
    ['"true"', true],
    ['false', false],
    ['"false"', false],
    ['null', false],
    ['""', false],
  ] as const) {
    assert.equal(booleanAt(body(`{"a":${text}}`), 'a'), value)
  }
  for (const text of ['1', '"1"', '"TRUE"', '{}']) {
    assert.throws(() => booleanAt(body(`{"a":${text}}`), 'a'), malformed('a'))
  }
})

test('an amount comes back to the last sen', () => {
  for (const value of ['0.01', '0.10', '1.00', '11500.00', '9999999999999999.99']) {
    const given = body(`{"amount":{"value":"${value}","currency":"IDR"}}`)
    assert.deepEqual(amountOf(amountAt(given, 'amount')), { value, currency: 'IDR' })
  }
  assert.equal(amountOf(money(0n, 'IDR')).value, '0.00')
})

test('the channel may have either name; where both are there both must be right', () => {
  const info = (members: string) => body(`{"additionalInfo":{${members}}}`)
  const kki = '"KARTU_KREDIT_INDONESIA"'
  checkChannel(info(`"channel":${kki}`))
  checkChannel(info(`"channelId":${kki},"channel":""`))
  assert.throws(
    () => checkChannel(info(`"channelId":${kki},"channel":"OVO"`)),
    malformed('additionalInfo.channel'),
  )
  assert.throws(() => checkChannel(body('{}')), missing('additionalInfo.channel'))
  assert.equal(isChannelGiven(body('{}')), false)
})

test('a refusal is never told as a success, whatever its code says', () => {
  for (const responseCode of ['00', '', 'XX', undefined]) {
    assert.deepEqual(responseOf(responseCode), { row: 'do_not_honor' })
  }
  assert.deepEqual(responseOf('TO'), { row: 'timeout' })
})
