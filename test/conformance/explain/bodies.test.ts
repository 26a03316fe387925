/**
 * The digest of another body than the one that was sent: each library writes the same JSON in its own
 * way, and each is really hashed here.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBody, createWorld } from '../../harness/world.ts'
import { digest, send } from './card-client.ts'
import { explanationOf } from './explained.ts'

const world = await createWorld()

const customer = {
  id: 'C1',
  name: 'Budi\u00a0Santos\u00e9',
  address: 'Jl. "A"/B <x> & \u2028',
  age: 30,
}
const json = {
  ...checkBody(),
  customer,
  payment: { type: 'SALE', token: null },
  additional_info: { zeta: '1', alpha: 2 },
}
const plain = checkBody()
const compact = JSON.stringify(json)
const ascii = (text: string) =>
  text.replace(/[^ -~\n]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
const slashes = (text: string) => text.replaceAll('/', '\\/')
/** As Python puts spaces where no text has one. */
const spaced = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, one]) => `"${name}": ${spaced(one)}`)
  return `{${members.join(', ')}}`
}
const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, one]) => [name, sorted(one)]),
      )
const amount = plain.order.amount
const withAmount = (text: string) =>
  JSON.stringify(plain).replace(`"amount":${amount}`, `"amount":${text}`)
const indented = JSON.stringify(plain, null, 2)
const reversed = (value: object) => Object.fromEntries(Object.entries(value).toReversed())
const sent = 'digest-of-reserialised-body'
const ends = 'digest-of-other-ends'

const bodies: readonly (readonly [string, string, hashed: string, sent: string])[] = [
  ['Python, sorted, not ASCII', sent, ascii(spaced(sorted(json))), compact],
  ['Python, sorted and compact', sent, ascii(JSON.stringify(sorted(json))), compact],
  ['Python, indented, not ASCII', sent, ascii(JSON.stringify(json, null, 2)), compact],
  [
    'Python, a dict as a text',
    sent,
    JSON.stringify(plain)
      .replaceAll('"', "'")
      .replaceAll(/([:,])(?=['{\d])/g, '$1 '),
    JSON.stringify(plain),
  ],
  ['PHP, pretty', sent, slashes(JSON.stringify(plain, null, 4)), JSON.stringify(plain)],
  ['PHP', sent, slashes(ascii(compact)), compact],
  ['a no-break space, escaped', sent, ascii(compact), compact],
  [
    'members inside in another order',
    sent,
    JSON.stringify({ ...json, customer: reversed(customer) }),
    compact,
  ],
  ['five members in another order', sent, JSON.stringify(reversed(json)), compact],
  [
    'a member that was added first',
    sent,
    JSON.stringify(Object.assign({ payment: null }, json)),
    compact,
  ],
  ['an amount with .0', sent, withAmount(`${amount}.0`), withAmount(`${amount}`)],
  ['an amount with .00', sent, withAmount(`${amount}.00`), withAmount(`${amount}`)],
  ['an amount that is a text', sent, withAmount(`"${amount}"`), withAmount(`${amount}`)],
  [
    'an amount without the .00 that was sent',
    sent,
    withAmount(`${amount}`),
    withAmount(`${amount}.00`),
  ],
  [
    'nulls that were dropped',
    sent,
    JSON.stringify({ ...json, payment: { type: 'SALE' } }),
    compact,
  ],
  ['a byte order mark', ends, `\ufeff${compact}`, compact],
  ['a newline that was sent', ends, compact, `${compact}\n`],
  ['LF for the CRLF that was sent', ends, indented, indented.replaceAll('\n', '\r\n')],
  ['CRLF for the LF that was sent', ends, indented.replaceAll('\n', '\r\n'), indented],
  ...['""', '[]', 'undefined', '{}'].map(
    (nothing) => [`${nothing} alone`, 'digest-of-nothing', nothing, compact] as const,
  ),
]

for (const [what, cause, hashed, body] of bodies) {
  test(`the digest of a body with ${what} is named ${cause}`, async () => {
    const answer = await send(world, { body, signs: () => ({ digest: digest(hashed) }) })
    const explained = await explanationOf(world, answer)
    assert.deepEqual([explained.cause, explained.alsoWrong], [cause, []])
    assert.equal(explained.firstDifference?.in, 'Digest')
  })
}

const bytes = Buffer.from(JSON.stringify(plain))
for (const [what, instead] of [
  ['the body itself', bytes.toString()],
  ['the base64 of the body', bytes.toString('base64')],
  ['the digest of the digest', digest(digest(bytes))],
  ['the repr of bytes', `b'${digest(bytes)}'`],
] as const) {
  test(`${what} in the place of the digest is named, and not shown`, async () => {
    const answer = await send(world, { body: bytes, signs: () => ({ digest: instead }) })
    const explained = await explanationOf(world, answer)
    assert.equal(explained.cause, 'digest-in-other-form')
    const isHash = instead.length < 50
    assert.equal(JSON.stringify(explained).includes(instead.slice(0, 40)), isHash)
  })
}
