import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonNumber, parseJsonText } from './json-text.ts'

const parse = (text: string | Buffer) => parseJsonText(Buffer.from(text))

test('numbers keep the text that was written', () => {
  for (const source of ['90000', '90000.00', '9e4', '-1', '0']) {
    assert.deepEqual(parse(`{"amount":${source}}`), {
      ok: true,
      value: { amount: new JsonNumber(source) },
    })
  }
})

test('what is no JSON, not UTF-8, too deep or cannot be stored is refused with a reason', () => {
  const cases: [string | Buffer, RegExp][] = [
    ['', /not valid JSON/],
    ['{"a":1,}', /not valid JSON/],
    ['{"a":NaN}', /not valid JSON/],
    [Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    ['['.repeat(33), /too deeply/],
    ['['.repeat(60_000), /too deeply/],
    ['{"a":"\\u0000"}', /NUL/],
    ['{"\\u0000":1}', /NUL/],
    ['{"a":"\\ud800"}', /surrogate/],
  ]
  for (const [text, reason] of cases) {
    const result = parse(text)
    assert.ok(!result.ok, String(text).slice(0, 20))
    assert.match(result.reason, reason)
  }
})

test('brackets in texts are no depth, and 32 levels are allowed', () => {
  assert.equal(parse(`"${'['.repeat(100)}\\"${'{'.repeat(100)}"`).ok, true)
  assert.equal(parse(`${'['.repeat(32)}${']'.repeat(32)}`).ok, true)
})

test('a member named __proto__ is a member and changes no prototype', () => {
  const result = parse('{"__proto__":{"admin":true}}')
  assert.ok(result.ok)
  assert.equal((result.value as unknown as { admin?: boolean }).admin, undefined)
  assert.equal(({} as { admin?: boolean }).admin, undefined)
})
