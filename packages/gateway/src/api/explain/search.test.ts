/** The search for a mistake, over a text of two parts that is "signed" by itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bare, type Draft, withValue } from './draft.ts'
import { type Mistake, search } from './search.ts'

const right: Draft = { parts: [bare('a', '1'), bare('b', '2')], separator: ':', ending: '' }
const ending: Mistake = {
  cause: 'ending',
  hint: '',
  isCommon: true,
  variants: (draft) => ['!', '?'].map((one) => ({ ...draft, ending: one })),
}
const separator: Mistake = {
  cause: 'separator',
  hint: '',
  isCommon: true,
  variants: (draft) => [{ ...draft, separator: '|' }],
}
const value: Mistake = {
  cause: 'value',
  hint: '',
  variants: (draft) => [withValue(draft, 'b', '3'), withValue(draft, 'b', '2')],
}
const causesOf = (signed: string, drafts = [right]) =>
  search(
    drafts,
    [ending, separator, value],
    [
      { matches: (text) => text === signed },
      { matches: (text) => `#${text}` === signed, mistake: { cause: 'way', hint: '' } },
    ],
  )?.causes.map(({ cause }) => cause)

for (const [signed, causes] of [
  ['1:2', []],
  ['1:2!', ['ending']],
  ['1:2?', ['ending']],
  ['1|2', ['separator']],
  ['1:3', ['value']],
  ['1|2?', ['ending', 'separator']],
  ['#1:2', ['way']],
  // Too rare to be tried: one of the two is not common, or the way is wrong too.
  ['1|3', undefined],
  ['#1|2', undefined],
  ['nothing', undefined],
] as const) {
  test(`${signed} is found to be: ${causes?.join(' and ') ?? 'unknown'}`, () => {
    assert.deepEqual(causesOf(signed), causes)
  })
}

test('a common mistake is found in each of the right texts', () => {
  const other = withValue(right, 'a', '9')
  assert.deepEqual(causesOf('9:2!', [right, other]), ['ending'])
  assert.deepEqual(causesOf('9:2', [right, other]), [])
  assert.deepEqual(causesOf('9:3', [right, other]), undefined)
})

test('no text is tried twice', () => {
  const tried: string[] = []
  const matches = (text: string) => tried.push(text) < 0
  search([right], [value, ending, separator, value], [{ matches }])
  assert.equal(new Set(tried).size, tried.length)
})
