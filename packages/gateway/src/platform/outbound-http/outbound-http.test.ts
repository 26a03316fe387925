import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { systemClock } from '../../primitives/clock.ts'
import { createOutboundHttp } from './index.ts'

const outboundHttp = createOutboundHttp({ clock: systemClock(), targets: 'any' })
const post = (url: string, timeoutMs = 1_000) =>
  outboundHttp.post({ url, headers: {}, body: '{}', timeoutMs, mostBodyBytes: 100 })

const silent = createServer(() => {}).listen(0, '127.0.0.1')
await new Promise((resolve) => silent.once('listening', resolve))
const { port } = silent.address() as AddressInfo
after(() => {
  silent.closeAllConnections()
  silent.close()
})

test('why nothing came back is told without anything of the URL', async () => {
  const urls: readonly (readonly [string, RegExp])[] = [
    [`http://u:secretpw@127.0.0.1:${port}/hook`, /^the URL has a user name or a password$/],
    ['http://127.0.0.1:1/secretpw', /^ECONNREFUSED$/],
    ['http://secretpw.invalid/', /^(ENOTFOUND|EAI_AGAIN)$/],
    ['secretpw', /^ERR_INVALID_URL$/],
    ['nothing:secretpw', /^the URL is not http or https$/],
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
  ['that is cut', '/cut', 'ECONNRESET'],
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

test('where only its beginning is asked for, an endless one is taken by its status', async () => {
  const answer = await post(`http://127.0.0.1:${talkingPort}/endless`)
  assert.ok(answer.kind === 'answered')
  assert.equal(answer.status, 200)
})

test('the beginning of a body is handed over, of a short one all of it', async () => {
  const short = await post(`http://127.0.0.1:${talkingPort}/short`)
  assert.ok(short.kind === 'answered')
  assert.deepEqual([short.status, short.body.toString()], [201, '{"a":1}'])
  const endless = await post(`http://127.0.0.1:${talkingPort}/endless`)
  assert.ok(endless.kind === 'answered')
  assert.equal(endless.body.toString(), 'x'.repeat(100))
  const cut = await post(`http://127.0.0.1:${talkingPort}/cut`)
  assert.ok(cut.kind === 'answered')
  assert.deepEqual([cut.status, cut.body.toString()], [200, 'half'])
})

test('a kept connection that the other side closes at its next use is replaced', async (t) => {
  let connections = 0
  const server = createServer((request, response) => {
    const { socket } = request
    if (Reflect.get(socket, 'wasUsed')) return void socket.destroy()
    Reflect.set(socket, 'wasUsed', true)
    response.end('taken')
  })
  server.on('connection', () => {
    connections += 1
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  for (let call = 0; call < 3; call++) {
    const answer = await post(url)
    assert.ok(answer.kind === 'answered', `call ${call}: ${JSON.stringify(answer)}`)
  }
  assert.equal(connections, 3)
})
