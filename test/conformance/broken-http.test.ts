/** Bytes that are hardly HTTP, on a real socket: still an envelope, never a crash. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createWorld, signedHeaders } from '../harness/world.ts'
import { assertHarmless } from './calls.ts'

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

function requestText(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): string {
  const all = { Host: 'x', Connection: 'close', ...headers, 'Content-Length': String(body.length) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** Status and body of what a socket answers to these bytes. */
function raw(text: string): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', ...rest] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n')
      resolve([Number(head.split(' ')[1]), rest.join('\r\n\r\n')])
    })
  })
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

test('nothing of all this crashed: no error was logged', () => {
  const errors = world.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))
  assert.deepEqual(errors, [])
})
