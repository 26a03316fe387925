/** What the control surface says of a wish that it does not take: words, and no regular expression. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { control, createWorld } from '../harness/world.ts'

const world = await createWorld()
const verdict = 'REVIEW'

const refusals = [
  ['GET', '/sandbox/events?limit=5000', undefined, 'querystring/limit must be 1 to 1000'],
  ['GET', '/sandbox/events?limit=0', undefined, 'querystring/limit must be 1 to 1000'],
  ['GET', '/sandbox/events?limit=1&limit=2', undefined, 'querystring/limit must be 1 to 1000'],
  [
    'POST',
    '/sandbox/acquirer/next',
    { responseCode: 'xx' },
    'body/responseCode must be two digits or capital letters',
  ],
  [
    'POST',
    '/sandbox/kki/next',
    { responseCode: 5 },
    'body/responseCode must be two digits or capital letters',
  ],
  ['POST', '/sandbox/kki/otts', { cpan: '9360-0016' }, 'body/cpan must be 1 to 20 digits'],
  [
    'PUT',
    '/sandbox/merchant/screening',
    { blockedCountries: { countries: ['KP', 'Korea'], verdict } },
    'body/blockedCountries/countries/1 must be two capital letters',
  ],
  [
    'PUT',
    '/sandbox/merchant/screening',
    { blockedCards: { hashedCardNumbers: ['abc'], verdict } },
    'body/blockedCards/hashedCardNumbers/0 must be 64 hexadecimal digits in lower case',
  ],
  [
    'PUT',
    '/sandbox/merchant/screening',
    { blockedEmailDomains: { domains: ['@mailinator.com'], verdict } },
    'body/blockedEmailDomains/domains/0 must be a domain in lower case, without @',
  ],
  [
    'POST',
    '/sandbox/notifications/resend',
    { from: 'today', to: 'tomorrow' },
    'body/from must be like "2026-01-31T09:00:00Z"',
  ],
  ...['/sandbox/reset', '/sandbox/settlements'].flatMap(
    (path) =>
      [
        ['POST', path, { clientId: 'MCH-9' }, 'body must NOT have additional properties: clientId'],
        ['POST', path, [1], 'body must be object'],
      ] as const,
  ),
] as const

for (const [method, path, body, message] of refusals) {
  test(`${method} ${path} ${JSON.stringify(body ?? {})}: ${message}`, async () => {
    const answer = await control(world, method, path, body)
    assert.equal(answer.status, 400)
    const type = 'INVALID_PARAMETER'
    assert.deepEqual(answer.body, { error: { code: type, message, type } })
  })
}

/** The schemas with a regular expression in a document, with those that hold them. */
function patterned(schema: unknown, holder: object = {}): object[] {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap((inner) => patterned(inner, holder))
  const own = 'pattern' in schema ? [{ ...holder, ...schema }] : []
  return [...own, ...Object.values(schema).flatMap((inner) => patterned(inner, wordsOf(schema)))]
}

/** A list of alternatives is described as a whole. */
function wordsOf(schema: object): object {
  return 'examples' in schema ? { examples: schema.examples } : {}
}

test('whatever has to match a regular expression has words or an example for it', () => {
  const operations = Object.entries(world.app.server.swagger().paths ?? {})
    .filter(([path]) => path.startsWith('/sandbox/'))
    .flatMap(([, ofPath]) => Object.values(ofPath as Record<string, object>))
  const asked = operations.flatMap((operation) => {
    const { parameters, requestBody } = operation as Record<string, unknown>
    return patterned(
      [parameters, requestBody].map((schema) => JSON.parse(JSON.stringify(schema ?? null))),
    )
  })
  assert.ok(asked.length >= 8, String(asked.length))
  for (const schema of asked) {
    assert.ok('title' in schema || 'examples' in schema, JSON.stringify(schema))
  }
})
