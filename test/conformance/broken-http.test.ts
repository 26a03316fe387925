/** Bytes that are hardly HTTP, on a real socket: still an envelope, never a crash. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, isSignedBy, newInvoice, paths, pay, signedHeaders } from '../harness/world.ts'
import { assertHarmless } from './calls.ts'
import { requestText, sendRaw } from './raw-http.ts'

const world = await createWorld()
await world.app.server.listen({ host: '127.0.0.1', port: 0 })
const { port } = world.app.server.addresses()[0] as { port: number }

const hostilePaths = [
  '/credit-card/%ZZ',
  '/orders/v1/status/%',
  '/orders/v1/status/%ED%A0%80',
  '/orders/v1/status/%C0%AF',
  '/credit-card/charge/',
  '/credit-card//charge',
  '/CREDIT-CARD/CHARGE',
  '/credit-card/../credit-card/charge',
  '//evil.example/credit-card/charge',
  `/${'a'.repeat(4_000)}`,
  '/orders/v1/status/a?b=%ZZ',
  '/%00',
  '/<script>',
]
for (const path of hostilePaths) {
  test(`the path ${path.slice(0, 40)} is answered in the envelope`, async () => {
    for (const method of ['GET', 'POST'] as const) {
      const headers = signedHeaders(method, path, Buffer.from('{}'))
      assertHarmless(
        ...(await raw(requestText(method, path, headers, method === 'POST' ? '{}' : ''))),
      )
    }
  })
}

/** Status and body of what a socket answers to these bytes. */
async function raw(text: string): Promise<[number, string]> {
  const answer = await sendRaw(port, text)
  return [answer.status, answer.text]
}

const path = '/credit-card/charge'
const signed = () => signedHeaders('POST', path, Buffer.from('{}'))
const malformed: readonly (readonly [string, () => string])[] = [
  ['a line that is no HTTP', () => 'HELO\r\n\r\n'],
  ['a header without a name', () => `POST ${path} HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n`],
  ['NUL in a header', () => requestText('POST', path, { ...signed(), 'Request-Id': 'a\0b' }, '{}')],
  [
    '100 kB of headers',
    () => requestText('POST', path, { ...signed(), X: 'x'.repeat(100_000) }, '{}'),
  ],
  [
    'two lengths',
    () => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
  ],
  ['a negative length', () => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\n{}`],
  [
    'length and chunks',
    () =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
  ],
]
for (const [what, text] of malformed) {
  test(`a request with ${what} is answered in the envelope`, async () => {
    assertHarmless(...(await raw(text())))
  })
}

test('a line break in a header is named, and where it mostly comes from', async () => {
  for (const lineEnd of ['\n', '\r\n']) {
    const broken = requestText('POST', path, signed(), '{}').replace(/=$/m, `${lineEnd}AAAA=`)
    const [status, text] = await raw(broken)
    assert.equal(status, 400)
    assert.match(text, /Invalid request: a header holds a line break.*base64 breaks its lines/)
  }
})

test('a header that comes twice is no header that anybody signed', async () => {
  for (const name of ['Client-Id', 'Request-Id', 'Request-Timestamp', 'Signature']) {
    const text = requestText('POST', path, signed(), '{}')
    const twice = text.replace(`${name}: `, `${name}: x\r\n${name}: `)
    assertHarmless(...(await raw(twice)))
  }
})

test('chunked bodies are read like others', async () => {
  const headers = { ...signed(), 'Transfer-Encoding': 'chunked', Connection: 'close', Host: 'x' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const [status, text] = await raw(
    `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n2\r\n{}\r\n0\r\n\r\n`,
  )
  assert.equal(status, 400)
  assert.match(text, /payment.type is required/)
})

/** Sends a signed request and holds the refusal's signature against its bytes. */
async function refusedBySignature(method: string, target: string, change = (text: string) => text) {
  const body = method === 'GET' ? '' : '{}'
  const headers = signedHeaders(method, target, Buffer.from(body))
  const answer = await sendRaw(port, change(requestText(method, target, headers, body)))
  assertHarmless(answer.status, answer.text)
  const seen = { ...answer, body: JSON.parse(answer.text) }
  assert.ok(isSignedBy(seen, target.split('?')[0] ?? ''), `${method} ${target}: ${answer.text}`)
  assert.equal(answer.headers['request-id'], headers['Request-Id'])
  return seen
}

test('every refusal of a path is signed for a client that we know', async () => {
  for (const target of [...hostilePaths, '/nowhere', '/nowhere?a=b', '/credit-card']) {
    await refusedBySignature('GET', target)
    await refusedBySignature('POST', target)
  }
  for (const method of ['PUT', 'DELETE', 'PATCH', 'GET']) await refusedBySignature(method, path)
})

test('a refusal of a path is not signed for anybody else', async () => {
  for (const target of ['/nowhere', '/orders/v1/status/%']) {
    for (const clientId of ['', 'MCH-nobody', 'M'.repeat(129)]) {
      const headers = signedHeaders('GET', target, undefined, { clientId })
      const answer = await sendRaw(port, requestText('GET', target, headers))
      assertHarmless(answer.status, answer.text)
      assert.equal(answer.headers['signature'], undefined)
      assert.equal(answer.headers['client-id'], undefined)
    }
  }
})

test('a raw # or % in an invoice number never answers for another invoice', async () => {
  const invoice = newInvoice()
  assert.equal((await pay(world, { invoice })).status, 200)
  for (const rest of ['#2', '#', '%', '%2', '#?a=b']) {
    const answer = await refusedBySignature('GET', `${paths.status(invoice)}${rest}`)
    assert.equal(answer.status, 400)
    assert.equal(answer.body.error.message, 'Invalid request: the path is not valid')
  }
})

test('a request without a Host, and one that expects what we do not know, are told so', async () => {
  const known = '/orders/v1/status/INV-1'
  for (const target of [known, '/nowhere']) {
    const noHost = await refusedBySignature('GET', target, (text) =>
      text.replace(/Host: x\r\n/, ''),
    )
    assert.deepEqual(
      [noHost.status, noHost.body.error.message],
      [400, 'Invalid request: the Host header is missing'],
    )
    const expecting = await refusedBySignature('GET', target, (text) =>
      text.replace('Host: x', 'Host: x\r\nExpect: foo'),
    )
    assert.equal(expecting.status, 417)
    assert.match(expecting.body.error.message, /Expect header/)
  }
  const headers = { ...signedHeaders('GET', known, undefined), Expect: '100-continue' }
  const text = requestText('GET', known, headers)
  assert.equal((await sendRaw(port, text)).status, 100)
  // HTTP/1.0 has no Host.
  const old = text.replace('HTTP/1.1', 'HTTP/1.0').replace(/(Host|Expect): [^\r]*\r\n/g, '')
  assert.match((await sendRaw(port, old)).text, /TRANSACTION_NOT_FOUND/)
})

test('nothing of all this crashed: no error was logged', () => {
  const errors = world.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))
  assert.deepEqual(errors, [])
})
