/** The search for a mistake, over a text of two parts that is "signed" by itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bare, type Draft, withValue } from './draft.ts'
import { type Mistake, search } from './search.ts'

const right: Draft = { parts: [bare('a', '1'), bare('b', '2')], separator: ':', ending: '' }
const ending: Mistake = {
  cause: 'ending',
  hint: '',
  usual: 2,
  variants: (draft) => ['!', '?', '.'].map((one) => ({ ...draft, ending: one })),
}
const separator: Mistake = {
  cause: 'separator',
  hint: '',
  usual: 1,
  variants: (draft) => [{ ...draft, separator: '|' }],
}
const value: Mistake = {
  cause: 'value',
  hint: '',
  variants: (draft) => [withValue(draft, 'b', '3'), withValue(draft, 'b', '2')],
}
const rare: Mistake = {
  cause: 'rare',
  hint: '',
  isLast: true,
  *variants(draft) {
    for (let i = 0; i < 1_000; i++) yield withValue(draft, 'a', `#${i}`)
  },
}
const causesOf = (signed: string, drafts = [right]) =>
  search(
    drafts,
    [rare, ending, separator, value],
    [
      { matches: (text) => text === signed },
      { matches: (text) => `#${text}` === signed, mistake: { cause: 'way', hint: '' } },
      {
        matches: (text) => `##${text}` === signed,
        mistake: { cause: 'one of many', hint: '' },
        isOneOfMany: true,
      },
    ],
  )?.causes.map(({ cause }) => cause)

for (const [signed, causes] of [
  ['1:2', []],
  ['1:2!', ['ending']],
  ['1:2.', ['ending']],
  ['1|2', ['separator']],
  ['1:3', ['value']],
  ['#999:2', ['rare']],
  ['1|2?', ['ending', 'separator']],
  ['#1:2', ['way']],
  ['#1|2', ['way', 'separator']],
  ['##1:2', ['one of many']],
  // Too rare to be tried: one of the two is not usual, or the way is one of many.
  ['1|2.', undefined],
  ['1|3', undefined],
  ['#1:3', undefined],
  ['##1|2', undefined],
  ['nothing', undefined],
] as const) {
  test(`${signed} is found to be: ${causes?.join(' and ') ?? 'unknown'}`, () => {
    assert.deepEqual(causesOf(signed), causes)
  })
}

test('a usual mistake is found in each of the right texts', () => {
  const other = withValue(right, 'a', '9')
  assert.deepEqual(causesOf('9:2!', [right, other]), ['ending'])
  assert.deepEqual(causesOf('9:2', [right, other]), [])
  assert.deepEqual(causesOf('9:3', [right, other]), undefined)
})

test('no text is tried twice in one way', () => {
  const tried: string[] = []
  const matches = (text: string) => tried.push(text) < 0
  search([right], [value, ending, separator, value], [{ matches }])
  assert.equal(new Set(tried).size, tried.length)
})

test('what is tried is bounded, in number and in characters', () => {
  const endless: Mistake = {
    cause: 'endless',
    hint: '',
    *variants(draft) {
      for (let i = 0; ; i++) yield withValue(draft, 'b', String(i))
    },
  }
  for (const [text, most] of [
    ['1', 5_000],
    ['1'.repeat(60_000), 134],
  ] as const) {
    let tries = 0
    const matches = () => ++tries < 0
    search([withValue(right, 'a', text)], [endless], [{ matches }])
    assert.ok(tries > 0 && tries <= most, `${tries}`)
  }
})
