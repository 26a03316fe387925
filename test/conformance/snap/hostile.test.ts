/** Whatever a stranger sends to a path of SNAP: no 5xx, always the envelope, nothing of the inside. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { snapServices } from '@gerbang/wire'
import type { InjectOptions } from 'fastify'
import {
  accessToken,
  callHeaders,
  sandboxSnapMerchant,
  snapPaths,
  tokenHeaders,
} from '../../harness/snap.ts'
import { createWorld } from '../../harness/world.ts'
import { assertEnvelope, openTestDoor } from './test-door.ts'

const world = await createWorld()
const { server } = world.app
const testServer = await openTestDoor(world)
const merchant = await sandboxSnapMerchant(world)
const token = await accessToken(server, merchant)

async function inject(on: typeof server, options: InjectOptions) {
  const response = await on.inject(options)
  const { statusCode: status, body: text, headers } = response
  assert.ok(status < 500, `${status} ${text}`)
  const answer = { status, text, headers, body: JSON.parse(text) }
  assertEnvelope(answer)
  return answer
}

const hostile = [
  "' or 1=1 --",
  '../../etc/passwd',
  '{{7*7}}<script>',
  '%00%0d%0a',
  '\xff\xfe\x80',
  '\t',
  '__proto__',
  'null',
  'Bearer Bearer Bearer',
  'Bearer ..',
  'Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9..',
  '2026-09-21T03:30:00+99:99',
  'a'.repeat(129),
  'a'.repeat(8_000),
]
const bodies: readonly (string | Buffer)[] = [
  '',
  'x'.repeat(65_537),
  '['.repeat(60_000),
  '{"a":'.repeat(10_000),
  '{',
  'null',
  '"\\',
  '\\u'.repeat(10_000),
  Buffer.from([0xff, 0xfe, 0x00]),
  '{"__proto__":{"grantType":"client_credentials"}}',
  '{"grantType":"\\u0000","partnerReferenceNo":"\\ud800"}',
  `{"grantType":${'9'.repeat(60_000)}}`,
  `{"grantType":"${'x'.repeat(60_000)}"}`,
]

const calls = [
  ['the token call', server, snapPaths.b2b, () => tokenHeaders(merchant)],
  ['the customer token call', server, snapPaths.b2b2c, () => tokenHeaders(merchant)],
  [
    'a call with a token',
    testServer,
    snapPaths.pay,
    (body: string | Buffer) => callHeaders(merchant, snapPaths.pay, body, { token }),
  ],
] as const

for (const [what, on, path, sign] of calls) {
  test(`${what}: hostile headers are refused or harmless`, async () => {
    const names = Object.keys(sign('{}'))
    const others = ['Authorization-Customer', 'CHANNEL-ID', 'X-IP-ADDRESS', 'Accept', 'Cookie']
    for (const name of [...names, ...others]) {
      for (const value of hostile) {
        const headers = { ...sign('{}'), [name]: value }
        const answer = await inject(on, { method: 'POST', url: path, headers, payload: '{}' })
        assert.ok(answer.status >= 400, `${name}: ${value}`)
      }
    }
  })

  test(`${what}: hostile bodies are refused, signed or not`, async () => {
    for (const payload of bodies) {
      const signed = sign(payload)
      for (const headers of [signed, { ...signed, 'X-SIGNATURE': 'wrong' }, {}]) {
        const answer = await inject(on, { method: 'POST', url: path, headers, payload })
        assert.ok(answer.status >= 400)
      }
    }
  })
}

test('a path that no call has gets the envelope, with the service code where it is known', async () => {
  const codeOf = async (options: InjectOptions) => (await inject(server, options)).body.responseCode
  for (const url of [
    '/authorization',
    '/authorization/v1/access-token/b2b/',
    '/direct-debit/core/v1/nothing',
    '/direct-debit/%2fx',
    '/orders/v1.0/debit/nothing?x=1',
  ]) {
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      assert.equal(await codeOf({ method, url, payload: method === 'GET' ? '' : '{' }), '4040002')
    }
  }
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
    assert.equal(await codeOf({ method, url: snapPaths.b2b }), '4057300')
    assert.equal(await codeOf({ method, url: `${snapPaths.b2b2c}?x` }), '4057400')
  }
  const wrong = await server.inject({ method: 'GET', url: snapPaths.b2b })
  assert.equal(wrong.headers['allow'], 'POST')
})

test('what is not served under the path of a service says so with its service code', async () => {
  for (const { code, path } of Object.values(snapServices)) {
    if (server.hasRoute({ method: 'POST', url: path })) continue
    const answer = await inject(server, { method: 'POST', url: path, payload: '{}' })
    assert.equal(answer.body.responseCode, `404${code}02`)
  }
})

test('paths of other dialects keep their own envelope', async () => {
  for (const url of [
    '/orders/v1/status/INV-1',
    '/authorizations',
    '/direct-debits/x',
    '/nothing',
  ]) {
    const answer = await server.inject({ method: 'GET', url })
    assert.ok(answer.json().error, url)
  }
})

test('what HTTP lets through and no route can serve gets the envelope', async () => {
  const { port } = await listening()
  const requests = [
    `POST ${snapPaths.b2b} HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    `POST ${snapPaths.b2b}#x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    `POST ${snapPaths.b2b} HTTP/1.1\r\nHost: x\r\nExpect: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    `GET /authorization/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  ]
  for (const request of requests) {
    const text = await exchange(port, request)
    assert.match(text, /^HTTP\/1\.1 400 /)
    assert.match(text, /\{"responseCode":"400\d\d00","responseMessage":"Bad Request\. [^"]+"\}/)
  }
})

async function listening(): Promise<{ port: number }> {
  await server.listen({ host: '127.0.0.1', port: 0 })
  return server.server.address() as { port: number }
}

function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}

test('nothing of all this crashed: no error was logged', () => {
  const errors = world.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))
  assert.deepEqual(errors, [])
})

test('a refusal is told in the log by its code, and tokens and signatures are not', async () => {
  const signed = tokenHeaders(merchant)
  const headers = { ...signed, 'X-TIMESTAMP': 'x' }
  await server.inject({ method: 'POST', url: snapPaths.b2b, headers, payload: '{}' })
  const log = world.logLines.join('\n')
  assert.match(log, /"errorCode":"4007301"/)
  assert.ok(!log.includes(token) && !log.includes(signed['X-SIGNATURE'] ?? ''))
})
