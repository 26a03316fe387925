/**
 * One battery over the list of all card routes: whatever a stranger sends, the answer is no 5xx,
 * tells nothing of the inside, and is the dialect's envelope; and who has no key changes nothing.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { chargeBody, createWorld, noteSecret, signedHeaders } from '../harness/world.ts'
import { assertHarmless } from './calls.ts'

const world = await createWorld()
const { server } = world.app
await server.ready()

type Route = { readonly method: 'GET' | 'POST'; readonly path: string }

/** From the API's own description, so that no route can be forgotten here. */
function cardRoutes(): Route[] {
  const paths = Object.entries(server.swagger().paths ?? {})
  return paths.flatMap(([path, operations]) =>
    Object.entries(operations as Record<string, { tags?: string[] }>)
      .filter(([, operation]) => operation.tags?.includes('Cards'))
      .map(([method]) => ({
        method: method.toUpperCase() as Route['method'],
        path: path.replace(/\{[^}]*\}/g, 'INV-1'),
      })),
  )
}

const routes = cardRoutes()

test('the list of card routes is not empty', () => {
  const known = ['/credit-card/check-three-d-secure', '/credit-card/charge']
  for (const path of [...known, '/orders/v1/status/INV-1']) {
    assert.ok(
      routes.some((route) => route.path === path),
      path,
    )
  }
})

type Sent = {
  readonly headers?: Record<string, string | undefined>
  readonly body?: string | Buffer
}

async function send({ method, path }: Route, sent: Sent = {}) {
  const body = method === 'POST' ? Buffer.from(sent.body ?? '{}') : undefined
  const given = { ...signedHeaders(method, path, body), ...sent.headers }
  const headers = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  )
  const answer = await server.inject({
    method,
    url: path,
    headers: headers as Record<string, string>,
    ...(body ? { payload: body } : {}),
  })
  assertHarmless(answer.statusCode, answer.body)
  return answer
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
    assert.equal((await send(route, { headers: none })).statusCode, 400)
    for (const Signature of signatures) {
      assert.equal((await send(route, { headers: { Signature } })).statusCode, 400)
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
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1)
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
