import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonNumber, parseJsonText } from './json-text.ts'

const parse = (text: string | Buffer) => parseJsonText(Buffer.from(text))
const reasonOf = (text: string | Buffer) => {
  const json = parse(text)
  return json.ok ? undefined : json.reason
}

test('a number keeps the text that it was written with', () => {
  const written = ['90000', '90000.00', '9e4', '-1', '-0', '1E+400', '12345678901234567890']
  const json = parse(`[${written.join(',')}]`)
  assert.ok(json.ok && Array.isArray(json.value))
  const sources = json.value.map((value) => (value instanceof JsonNumber ? value.source : value))
  assert.deepEqual(sources, written)
})

test('everything else is what JSON.parse makes of it', () => {
  const text = '{"a":"\\u0041/\\/","b":[true,false,null,{}],"c":"🙂","":""}'
  const json = parse(` \n${text}\t`)
  assert.ok(json.ok)
  assert.deepEqual(json.value, JSON.parse(text))
  assert.equal(JSON.stringify(json.value), JSON.stringify(JSON.parse(text)))
})

test('a number goes back into JSON as it was written', () => {
  const text = '{"amount":90000,"rate":1.50,"order":12345678901234567890,"much":1e400}'
  const json = parse(text)
  assert.ok(json.ok)
  assert.equal(JSON.stringify(json.value), text)
})

test('32 levels are read, 33 are too deep, and brackets in texts do not count', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  assert.equal(reasonOf(nested(32)), undefined)
  assert.equal(reasonOf(nested(33)), 'the body is nested too deeply')
  assert.equal(reasonOf('['.repeat(1_000_000)), 'the body is nested too deeply')
  assert.equal(reasonOf(JSON.stringify(`"\\${'[{'.repeat(100)}`)), undefined)
  assert.equal(reasonOf(`[${'[],'.repeat(1_000)}[]]`), undefined)
})

const refused: readonly (readonly [string, string | Buffer, string])[] = [
  ['nothing', '', 'the body is not valid JSON'],
  ['a trailing comma', '{"a":1,}', 'the body is not valid JSON'],
  ['a leading zero', '{"a":01}', 'the body is not valid JSON'],
  ['a raw line end in a text', '{"a":"\n"}', 'the body is not valid JSON'],
  ['a comment', '{} // x', 'the body is not valid JSON'],
  ['Latin-1', Buffer.from('{"a":"é"}', 'latin1'), 'the body is not UTF-8'],
  ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'the body is not UTF-8'],
  ['a cut character', Buffer.from([0x22, 0xf0, 0x9f, 0x22]), 'the body is not UTF-8'],
  ['NUL in a text', '{"a":"\\u0000"}', 'the body has a NUL character'],
  ['NUL in the name of a text', '{"\\u0000":"a"}', 'the body has a NUL character'],
  ['NUL in the name of a number', '{"\\u0000":1}', 'the body has a NUL character'],
  ['NUL in the name of an object', '{"\\u0000":{}}', 'the body has a NUL character'],
  ['NUL deep inside', '{"a":[{"b":["\\u0000"]}]}', 'the body has a NUL character'],
  ['half a surrogate pair', '["\\ud83d"]', 'the body has half a surrogate pair'],
  ['the wrong half first', '["\\ude42\\ud83d"]', 'the body has half a surrogate pair'],
  ['half a pair in the name of a number', '{"\\ud83d":1}', 'the body has half a surrogate pair'],
]
for (const [what, body, reason] of refused) {
  test(`${what} is refused: ${reason}`, () => assert.equal(reasonOf(body), reason))
}

test('a whole surrogate pair is a character', () => {
  assert.deepEqual(parse('["\\ud83d\\ude42"]'), { ok: true, value: ['🙂'] })
})

test('the reason holds nothing of the body', () => {
  assert.ok(!reasonOf('{"number":"5573381011111101",}')?.includes('5573'))
})

test('names of every object are members like others', () => {
  const json = parse('{"__proto__":{"polluted":1},"constructor":2}')
  assert.ok(json.ok)
  assert.deepEqual(Object.keys(json.value as object), ['__proto__', 'constructor'])
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})
