import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWithinEdits } from './within-edits.ts'

const cases: readonly (readonly [string, string, number])[] = [
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'ab', 1],
  ['abc', 'xabc', 1],
  ['abc', 'acb', 1],
  ['abcdef', 'badcfe', 3],
  ['abc', 'cab', 2],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
]
for (const [one, other, edits] of cases) {
  test(`${one} is ${edits} edits from ${other}`, () => {
    for (const [left, right] of [
      [one, other],
      [other, one],
    ] as const) {
      assert.equal(isWithinEdits(left, right, edits), true)
      if (edits > 0) assert.equal(isWithinEdits(left, right, edits - 1), false)
    }
  })
}
