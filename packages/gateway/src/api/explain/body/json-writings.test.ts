/** The writings of a JSON: each other than the rest, and no more of them than there is time for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonWritings } from './json-writings.ts'

const writingsOf = (text: string) => [...jsonWritings(Buffer.from(text))]

for (const [what, sent, written] of [
  ['compact', '{ "b": 1,\n "a": [ ] }', '{"b":1,"a":[]}'],
  ['as Python writes it', '{"b":1,"a":[true,null]}', '{"b": 1, "a": [true, null]}'],
  ['indented', '{"b":[1]}', '{\n  "b": [\n    1\n  ]\n}'],
  ['with tabs', '{"b":1}', '{\n\t"b": 1\n}'],
  ['sorted at every depth', '{"b":{"d":1,"c":2},"a":3}', '{"a":3,"b":{"c":2,"d":1}}'],
  ['with slashes escaped, indented', '{"a":"/"}', '{\n    "a": "\\/"\n}'],
  ['in ASCII, sorted', '{"b":"\u00e9","a":"\ud83d\ude00"}', '{"a":"\\ud83d\\ude00","b":"\\u00e9"}'],
  ['as Gson writes it', '{"a":"<=\'"}', '{"a":"\\u003c\\u003d\\u0027"}'],
  ['with an amount of cents', '{"a":90000}', '{"a":90000.00}'],
  ['without cents', '{"a":90000.00}', '{"a":90000}'],
  ['with an amount that is a text', '{"a":90000}', '{"a":"90000"}'],
  ['without nulls', '{"a":null,"b":1}', '{"b":1}'],
  ['as a dict of Python', '{"a":[true,null,"x"]}', "{'a': [True, None, 'x']}"],
  // By their hashes "order" has place 15 of 16, "card" 14, and x, y and z have 8, 9 and 10.
  [
    'in the order of a HashMap',
    '{"order":1,"card":2,"x":3,"y":4,"z":5}',
    '{"x":3,"y":4,"z":5,"card":2,"order":1}',
  ],
] as const) {
  test(`a body is written ${what}`, () => {
    const writings = writingsOf(sent)
    assert.equal(new Set(writings).size, writings.length)
    assert.ok(writings.includes(written), writings.join('\n'))
  })
}

test('one object inside may be in another order, or many members in one that is moved', () => {
  assert.ok(writingsOf('{"b":{"d":1,"c":2},"a":3}').includes('{"b":{"c":2,"d":1},"a":3}'))
  const six = '{"f":1,"e":2,"d":3,"c":4,"b":5,"a":6}'
  assert.ok(writingsOf(six).includes('{"e":2,"d":3,"c":4,"b":5,"a":6,"f":1}'))
})

test('what is no JSON, too deep or too long has no other writings', () => {
  for (const text of ['a=1', '', '['.repeat(33) + ']'.repeat(33), `[${'0,'.repeat(8_200)}0]`]) {
    assert.deepEqual(writingsOf(text), [])
  }
})

test('what is written is bounded, however deep and long the body', () => {
  const deep = `${'['.repeat(31)}${'0,'.repeat(8_000)}0${']'.repeat(31)}`
  const writings = writingsOf(deep)
  assert.ok(writings.length > 0)
  assert.ok(writings.join('').length <= 400_000)
})
