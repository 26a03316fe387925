/**
 * One battery over the list of all card routes: whatever a stranger sends, the answer is no 5xx,
 * tells nothing of the inside, and is the dialect's envelope; and who has no key changes nothing.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { errorEnvelope } from '@gerbang/wire/schemas'
import {
  type CallOptions,
  chargeBody,
  createWorld,
  noteSecret,
  noteSecretsOf,
  signedHeaders,
} from '../harness/world.ts'
import { anotherMerchant, assertHarmless, assertShape } from './calls.ts'
import { type CardRoute, cardRoutes, rightCalls } from './card-routes.ts'

const world = await createWorld()
const { server } = world.app
await server.ready()

const routes = cardRoutes()
const stranger = await anotherMerchant(world)

test('for every route it is said what a right call of it is', () => {
  const names = routes.map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(names.toSorted(), Object.keys(rightCalls).toSorted())
})

type Sent = {
  readonly path?: string
  readonly headers?: Record<string, string | undefined>
  readonly body?: string | Buffer
}

type SignedSent = Sent & { readonly signing?: CallOptions }

/** The answer to whatever was sent: never a defect, and the envelope where it is a refusal. */
async function sendAny(route: CardRoute, sent: SignedSent = {}) {
  const { method, path } = { ...route, ...(sent.path && { path: sent.path }) }
  const body = method === 'POST' ? Buffer.from(sent.body ?? '{}') : undefined
  // A GET may have a body too: one of them reads it.
  const payload = body ?? (sent.body === undefined ? undefined : Buffer.from(sent.body))
  if (payload) noteSecretsOf(payload)
  const given = { ...signedHeaders(method, path, body, sent.signing), ...sent.headers }
  const headers = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  )
  const answer = await server.inject({
    method,
    url: path,
    headers: headers as Record<string, string>,
    ...(payload ? { payload } : {}),
  })
  if (answer.statusCode === 409) assertShape(errorEnvelope, { error: answer.json().error })
  else if (answer.statusCode !== 200) assertHarmless(answer.statusCode, answer.body)
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    json: answer.json,
  }
}

/** The same for what must be refused. */
async function send(route: CardRoute, sent: SignedSent = {}) {
  const answer = await sendAny(route, sent)
  assert.notEqual(answer.status, 200, answer.text)
  return answer
}

/** Values that no member is made for, as JSON. */
const odd = [
  'null',
  '""',
  '" "',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":{"amount":1}}',
  'true',
  '0',
  '-1',
  '1.5',
  '1e400',
  '1E-99999',
  '9'.repeat(400),
  `"${'x'.repeat(30_000)}"`,
  '"__proto__"',
  '"constructor"',
  '"\\u0001\\r\\n\\uffff"',
  '"\u0665\u202e\ud83d\ude00"',
  `"' or 1=1 --"`,
  '"%00../"',
]

type Json = { [member: string]: unknown }

/** Bodies with one member changed to an odd value, gone, or beside a hostile one. */
function changesOf(body: Json): ((fresh: Json) => string)[] {
  const hole = '"\ufffc"'
  const membersOf = (value: unknown, path: string[] = []): string[][] =>
    typeof value !== 'object' || value === null
      ? [path]
      : [path, ...Object.entries(value).flatMap(([key, it]) => membersOf(it, [...path, key]))]
  return membersOf(body)
    .filter((path) => path.length > 0)
    .flatMap((path) => {
      const change = (value: unknown) => (fresh: Json) => {
        const parent = path.slice(0, -1).reduce((at, key) => at[key] as Json, fresh)
        parent[path.at(-1) ?? ''] = value
        return JSON.stringify(fresh)
      }
      const beside = (fresh: Json) =>
        change('\ufffc')(fresh).replace(hole, '1,"__proto__":{"x":1},"constructor":{"prototype":1}')
      const changed = odd.map(
        (text) => (fresh: Json) => change('\ufffc')(fresh).replace(hole, text),
      )
      return [change(undefined), beside, ...changed]
    })
}

const signatures = [
  '',
  'HMACSHA256=',
  'HMACSHA256=AAAA',
  `HMACSHA256=${'A'.repeat(43)}=`,
  'Bearer x',
]
/** Values that HTTP lets through; the server cannot stop them before the door. */
const hostile = [
  "' or 1=1 --",
  '../../etc/passwd',
  '{{7*7}}<script>',
  '%00%0d%0a',
  '\xff\xfe\x80',
  '\t',
  '__proto__',
  'null',
  '0',
  'a'.repeat(128),
  'a'.repeat(8_000),
]

for (const route of routes) {
  const name = `${route.method} ${route.path}`

  test(`${name}: without headers, wrong key, unknown client: refused`, async () => {
    const none = Object.fromEntries(
      ['Client-Id', 'Request-Id', 'Request-Timestamp', 'Signature'].map((key) => [key, undefined]),
    )
    assert.equal((await send(route, { headers: none })).status, 400)
    for (const Signature of signatures) {
      assert.equal((await send(route, { headers: { Signature } })).status, 400)
    }
    const foreign = await send(route, { headers: { 'Client-Id': 'MCH-nobody' } })
    assert.equal(foreign.json().error.code, 'invalid_client_id')
    assert.equal(foreign.headers['signature'], undefined)
  })

  test(`${name}: hostile values of headers are refused or harmless`, async () => {
    for (const header of ['Client-Id', 'Request-Id', 'Request-Timestamp', 'Signature']) {
      for (const value of hostile) await send(route, { headers: { [header]: value } })
    }
    for (const header of [
      'Content-Type',
      'Digest',
      'Request-Target',
      'Accept',
      'X-Forwarded-For',
    ]) {
      for (const value of hostile) await send(route, { headers: { [header]: value } })
    }
  })

  test(`${name}: hostile values that are signed are refused or harmless`, async () => {
    const body = route.method === 'POST' ? Buffer.from('{}') : undefined
    for (const requestId of hostile.filter((value) => value.length <= 128)) {
      const headers = signedHeaders(route.method, route.path, body, { requestId })
      await send(route, { headers })
    }
  })

  test(`${name}: other methods are refused in the envelope`, async () => {
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const
    for (const method of others.filter((other) => other !== route.method)) {
      const headers = signedHeaders(route.method, route.path, undefined)
      const answer = await server.inject({ method, url: route.path, headers })
      assertHarmless(answer.statusCode, answer.body)
    }
    const head = await server.inject({ method: 'HEAD', url: route.path })
    assert.ok(head.statusCode >= 400 && head.statusCode < 500)
  })

  const right = rightCalls[name]
  if (!right) continue
  const rightCall = async () => {
    const { body, path } = await right.prepare(world)
    return { ...(body && { body: JSON.stringify(body) }), ...(path && { path }) }
  }

  test(`${name}: a right call is served, and another merchant's object is not`, async () => {
    const call = await rightCall()
    const theirs = await sendAny(route, { ...call, signing: stranger })
    if (right.toOthers === 'their own') assert.equal(theirs.status, 200, theirs.text)
    else if (right.toOthers === 'empty') assert.deepEqual(theirs.json().tokens, [])
    else assert.equal(theirs.status, 400, theirs.text)
    // The same by a key of one's own under the name of the owner.
    const { secretKey } = stranger
    const forged = await send(route, { ...call, signing: { secretKey } })
    assert.equal(forged.json().error.code, 'invalid_signature')
    const ours = await sendAny(route, call)
    assert.equal(ours.status, 200, ours.text)
    if (right.toOthers === 'empty') assert.equal(ours.json().tokens.length, 1)
  })

  test(`${name}: sent again to the letter, signed anew, with another body`, async () => {
    const call = await rightCall()
    const requestId = randomUUID()
    const timestamp = formatTimestamp(new Date())
    const answerOf = async (sent: SignedSent) => {
      const { status, json } = await sendAny(route, { ...call, ...sent })
      return status === 200 ? 200 : `${status} ${json().error.code}`
    }
    const later = formatTimestamp(new Date(Date.now() + 2_000))
    const first = { signing: { requestId, timestamp } }
    const anew = { signing: { requestId, timestamp: later } }
    const other = `${call.body?.slice(0, -1)},"x":1}`
    const answers = [await answerOf(first), await answerOf(first), await answerOf(anew)]
    if (call.body) answers.push(await answerOf({ ...anew, body: other }))
    const claimed = [200, '400 invalid_signature', '409 INVALID_PARAMETER', '412 INVALID_PARAMETER']
    const wanted = right.claims ? claimed : claimed.map(() => 200)
    assert.deepEqual(answers, wanted.slice(0, answers.length))
  })

  test(`${name}: of many at once with one Request-Id one is served`, async () => {
    const call = await rightCall()
    const requestId = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => {
        const timestamp = formatTimestamp(new Date(Date.now() + (i % 8) * 1_000))
        return sendAny(route, { ...call, signing: { requestId, timestamp } })
      }),
    )
    const served = answers.filter(({ status }) => status === 200)
    assert.equal(served.length, right.claims ? 1 : answers.length)
  })

  if (!(await right.prepare(world)).body) continue

  test(`${name}: whatever stands in a member, it is served or refused`, async () => {
    let call = await rightCall()
    for (const change of changesOf(JSON.parse(call.body ?? '{}'))) {
      const answer = await sendAny(route, { body: change(JSON.parse(call.body ?? '{}')) })
      // What was served has used its object up.
      if (answer.status === 200 && right.claims) call = await rightCall()
    }
  })

  test(`${name}: a body that is no JSON, no UTF-8, too deep or too large has its own refusal`, async () => {
    const { body = '' } = await rightCall()
    const inside = (text: string) => `${body.slice(0, -1)},"x":${text}}`
    const bodies: readonly (readonly [string | Buffer, number, RegExp])[] = [
      [body.slice(0, -1), 400, /not valid JSON/],
      [`${body}x`, 400, /not valid JSON/],
      [inside('"\u00ff"'), 400, /not UTF-8/],
      [inside(`${'['.repeat(32)}${']'.repeat(32)}`), 400, /nested too deeply/],
      [inside('"\\u0000"'), 400, /NUL character/],
      [inside('"\\ud800"'), 400, /surrogate/],
      [inside(`"${'x'.repeat(65_536)}"`), 413, /larger than 65536/],
      ['[]', 400, /not an object/],
    ]
    for (const [sent, status, message] of bodies) {
      const answer = await send(route, { body: Buffer.from(sent as string, 'latin1') })
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.json().error.message, message)
    }
    assert.equal((await sendAny(route, { body })).status, 200)
  })

  if (route.method !== 'POST') continue

  test(`${name}: bodies that nobody should send are refused`, async () => {
    const bodies: (string | Buffer)[] = [
      '',
      'x'.repeat(65_537),
      '['.repeat(60_000),
      '{"a":'.repeat(10_000),
      '{',
      '[]',
      'null',
      Buffer.from([0xff, 0xfe, 0x00]),
      '{"__proto__":{"order":{}},"constructor":{"prototype":{}}}',
      '{"order":{"amount":1e400}}',
      `{"order":{"amount":${'9'.repeat(60_000)}}}`,
      `{"${'k'.repeat(60_000)}":1}`,
      `{"order":{"amount":1,"invoice_number":"${'x'.repeat(60_000)}"}}`,
      `{"order":{"amount":1,"line_items":[${'{},'.repeat(20_000)}{}]},"payment":{"type":"SALE"}}`,
      `{"customer":{"email":"${'a@'.repeat(20_000)}"}}`,
      '{"order":{"amount":"1"},"card":{"number":"\\u0000","expiry":"\\ud800"}}',
    ]
    for (const body of bodies) {
      const bytes = Buffer.from(body)
      await send(route, { body: bytes })
      await send(route, { body: bytes, headers: { Signature: 'HMACSHA256=wrong' } })
    }
    for (const type of [
      '',
      ';',
      'json',
      'application/',
      'text/html',
      'multipart/form-data; boundary=x',
    ]) {
      await send(route, { headers: { 'Content-Type': type } })
    }
  })

  test(`${name}: many bad requests at once are each refused`, async () => {
    const headers = signedHeaders('POST', route.path, Buffer.from('{}'), {
      requestId: randomUUID(),
    })
    const answers = await Promise.all(Array.from({ length: 40 }, () => send(route, { headers })))
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
  })

  test(`${name}: who has no key changes nothing`, async () => {
    const rows = async () => {
      const [row] = await world.database`
        select (select count(*) from requests) as requests,
          (select count(*) from authentications) as authentications,
          (select count(*) from payments) as payments, (select count(*) from cards) as cards`
      return JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
    }
    const before = await rows()
    const body = JSON.stringify(chargeBody({}))
    noteSecret('card-number', '4111111111111111')
    for (const Signature of signatures) await send(route, { body, headers: { Signature } })
    await send(route, { body, headers: { 'Client-Id': 'MCH-nobody' } })
    assert.equal(await rows(), before)
  })
}

test('nothing of all this crashed: no error was logged', () => {
  const errors = world.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))
  assert.deepEqual(errors, [])
})
