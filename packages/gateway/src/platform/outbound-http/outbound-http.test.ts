import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { systemClock } from '../../primitives/clock.ts'
import { createOutboundHttp } from './index.ts'

const outboundHttp = createOutboundHttp({ clock: systemClock() })
const post = (url: string, timeoutMs = 1_000) =>
  outboundHttp.post({ url, headers: {}, body: '{}', timeoutMs })

const silent = createServer(() => {}).listen(0, '127.0.0.1')
await new Promise((resolve) => silent.once('listening', resolve))
const { port } = silent.address() as AddressInfo
after(() => {
  silent.closeAllConnections()
  silent.close()
})

test('why nothing came back is told without anything of the URL', async () => {
  const urls: readonly (readonly [string, RegExp])[] = [
    [`http://u:secretpw@127.0.0.1:${port}/hook`, /^the request failed$/],
    ['http://127.0.0.1:1/secretpw', /^the request failed$/],
    ['http://secretpw.invalid/', /^(ENOTFOUND|EAI_AGAIN)$/],
    ['secretpw', /^ERR_INVALID_URL$/],
    ['nothing:secretpw', /^the request failed$/],
  ]
  for (const [url, error] of urls) {
    const answer = await post(url)
    assert.ok(answer.kind === 'failed', url)
    assert.match(answer.error, error)
    assert.doesNotMatch(answer.error, /secretpw/)
  }
})

test('a server that does not answer in time is called so', async () => {
  const answer = await post(`http://127.0.0.1:${port}/`, 50)
  assert.ok(answer.kind === 'failed')
  assert.equal(answer.error, 'no answer within 50 ms')
})

/** Answers by the path: what a merchant's server may do with its body. */
const talking = createServer((request, response) => {
  const endless = (piece: string) => {
    const timer = setInterval(() => response.write(piece), 5)
    response.once('close', () => clearInterval(timer))
  }
  const { url = '' } = request
  if (url === '/short') response.writeHead(201).end('{"a":1}')
  if (url === '/empty') response.writeHead(204).end()
  if (url === '/cut') {
    response.writeHead(200, { 'Content-Length': '100' }).write('half')
    setTimeout(() => response.destroy(), 20)
  }
  if (url === '/packed') {
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000)))
  }
  if (url === '/endless') endless('x'.repeat(10_000))
  if (url === '/slow') endless('x')
}).listen(0, '127.0.0.1')
await new Promise((resolve) => talking.once('listening', resolve))
const { port: talkingPort } = talking.address() as AddressInfo
after(() => {
  talking.closeAllConnections()
  talking.close()
})
const postForBody = (path: string, timeoutMs = 5_000) =>
  outboundHttp.postForBody({
    url: `http://127.0.0.1:${talkingPort}${path}`,
    headers: {},
    body: '{}',
    timeoutMs,
    mostBodyBytes: 100_000,
  })

test('a body is read where it is asked for', async () => {
  const short = await postForBody('/short')
  assert.ok(short.kind === 'answered')
  assert.deepEqual([short.status, short.body.toString()], [201, '{"a":1}'])
  const empty = await postForBody('/empty')
  assert.ok(empty.kind === 'answered')
  assert.deepEqual([empty.status, empty.body.length], [204, 0])
})

for (const [what, path, error] of [
  ['that never ends', '/endless', 'the answer is larger than 100000 bytes'],
  ['that is large only when it is unpacked', '/packed', 'the answer is larger than 100000 bytes'],
  ['that is cut', '/cut', 'UND_ERR_SOCKET'],
] as const) {
  test(`a body ${what} is a failure`, async () => {
    const answer = await postForBody(path)
    assert.ok(answer.kind === 'failed')
    assert.equal(answer.error, error)
  })
}

test('a body that comes too slowly is waited for no longer than the whole answer', async () => {
  const answer = await postForBody('/slow', 100)
  assert.ok(answer.kind === 'failed')
  assert.equal(answer.error, 'no answer within 100 ms')
})

test('where no body is asked for, an endless one is taken by its status', async () => {
  const answer = await post(`http://127.0.0.1:${talkingPort}/endless`)
  assert.ok(answer.kind === 'answered')
  assert.equal(answer.status, 200)
})
