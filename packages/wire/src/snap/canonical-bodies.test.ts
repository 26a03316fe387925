import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalBodies } from './canonical-bodies.ts'

const formsOf = (body: string | Buffer) =>
  canonicalBodies(Buffer.from(body)).map((form) => Buffer.from(form).toString('utf8'))

const cases: readonly (readonly [what: string, sent: string, forms: readonly string[]])[] = [
  ['compact text is its only form', '{"a":"b"}', ['{"a":"b"}']],
  ['an empty body is its only form', '', ['']],
  [
    'whitespace outside of strings',
    '{ "a" :\r\n\t"b c" }',
    ['{ "a" :\r\n\t"b c" }', '{"a":"b c"}'],
  ],
  [
    'a quote in a string does not end it',
    '{"a": "\\" : \\\\" }',
    ['{"a": "\\" : \\\\" }', '{"a":"\\" : \\\\"}'],
  ],
  ['an escaped slash', '{"u":"https:\\/\\/m"}', ['{"u":"https:\\/\\/m"}', '{"u":"https://m"}']],
  ['escaped letters', '{"n":"caf\\u00e9"}', ['{"n":"caf\\u00e9"}', '{"n":"café"}']],
  ['a pair of escaped halves', '["\\ud83d\\ude00"]', ['["\\ud83d\\ude00"]', '["😀"]']],
  [
    'what Gson escapes',
    '"\\u003d\\u003c\\u003e\\u0026\\u0027"',
    ['"\\u003d\\u003c\\u003e\\u0026\\u0027"', `"=<>&'"`],
  ],
  [
    'needed escapes stay, short',
    '"\\u0022\\u005c\\u000a\\u001f\\n"',
    ['"\\u0022\\u005c\\u000a\\u001f\\n"', '"\\"\\\\\\n\\u001f\\n"'],
  ],
  ['an escaped backslash before a u', '"\\\\u0041\\/"', ['"\\\\u0041\\/"', '"\\\\u0041/"']],
  [
    'all of it',
    '{ "a": "\\/ \\u00e9" }',
    ['{ "a": "\\/ \\u00e9" }', '{"a":"\\/ \\u00e9"}', '{"a":"/ é"}'],
  ],
  ['numbers stay as they were written', '{"a": 1.50e+2 }', ['{"a": 1.50e+2 }', '{"a":1.50e+2}']],
  ['half a pair has no third form', '["\\ud83d\\/"]', ['["\\ud83d\\/"]']],
]

for (const [what, sent, forms] of cases) {
  test(`canonical forms: ${what}`, () => assert.deepEqual(formsOf(sent), forms))
}

test('bytes that are no UTF-8 are their own form, byte for byte', () => {
  const body = Buffer.from([0x22, 0xff, 0x5c, 0x2f, 0x22])
  assert.deepEqual(canonicalBodies(body).map(Buffer.from), [body])
})

const json = fc.json({ maxDepth: 4 }).chain((text) =>
  fc.constantFrom(
    text,
    JSON.stringify(JSON.parse(text), null, 2),
    text.replaceAll('/', '\\/'),
    text.replace(/[^\0-~]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ),
)

test('all forms of a JSON text mean the same, and a form has no other', () => {
  fc.assert(
    fc.property(json, (text) => {
      const forms = formsOf(text)
      for (const form of forms) assert.deepEqual(JSON.parse(form), JSON.parse(text))
      const last = forms.at(-1) as string
      assert.deepEqual(formsOf(last), [last])
    }),
  )
})

test('whatever the bytes are, it ends and does not throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => canonicalBodies(body).length > 0),
  )
  for (const body of ['"\\', '\\', '"', '"\\u', '"\\u12', '\\u0041'.repeat(10_000)]) formsOf(body)
})
