import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJsonText } from '@gerbang/wire'
import { keptOf, sentOf } from './additional-info.ts'

function kept(text: string): string {
  const json = parseJsonText(Buffer.from(text))
  assert.ok(json.ok)
  return JSON.stringify(keptOf(json.value))
}

const sent = [
  '7',
  '-0',
  '1.10',
  '1e400',
  '1E+2',
  '0.1e-7',
  '12345678901234567890',
  '1e200000',
  '9007199254740993',
  '{"a":[1,2.50,{"b":0.30000000000000004}],"c":null,"d":"1.10","":true}',
  '{"#number":"1.10"}',
  '{"#number":1.10}',
  '{"#number":{"#number":"1.10"}}',
  '{"#number":{"#number":{"#number":"x"}}}',
  '{"#number":null}',
  '{"#number":[1.10]}',
  '{"#number":"1","x":1.10}',
  '{"__proto__":{"a":1.10},"constructor":{"prototype":1.10},"toJSON":{"a":1}}',
  '[[[1.0]],"text",false]',
]
for (const text of sent) {
  test(`${text} comes back as it was sent`, () => {
    assert.equal(JSON.stringify(sentOf(JSON.parse(kept(text)))), text)
  })
}

test('what is kept is plain JSON, and most numbers are numbers in it', () => {
  assert.equal(kept('{"a":1,"b":-2.5,"c":1.10}'), '{"a":1,"b":-2.5,"c":{"#number":"1.10"}}')
})
