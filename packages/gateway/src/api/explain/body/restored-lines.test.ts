import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { restoredLines } from './restored-lines.ts'

const withoutLines = (text: string) => Buffer.from(text.replaceAll(/[\r\n]/g, ''))

test('any indented JSON is restored from what curl leaves of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(2, 4, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const sent = withoutLines(text)
      if (sent.equals(Buffer.from(text))) return
      const restored = restoredLines(sent)
      assert.deepEqual(restored.slice(0, 2), [text, `${text}\n`])
      assert.ok(restored.includes(text.replaceAll('\n', '\r\n')))
    }),
  )
})

test('what has its lines, or never had any, is not restored', () => {
  for (const text of ['{\n  "a": 1\n}', '{"a": 1, "b": [1, 2]}', '{"a":1}', '"a,  b"', ''])
    assert.deepEqual(restoredLines(Buffer.from(text)), [])
  assert.deepEqual(restoredLines(Buffer.from(`[${'  1,'.repeat(5_000)}  1]`)), [])
})
