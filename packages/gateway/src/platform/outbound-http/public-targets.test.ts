/** Live mode: only https to public addresses, whatever a name says, and whenever it says it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { setDefaultCACertificates } from 'node:tls'
import { systemClock } from '../../primitives/clock.ts'
import { createOutboundHttp } from './index.ts'
import type { Resolve } from './public-addresses.ts'

const tlsFolder = new URL('../../../../../test/harness/tls/', import.meta.url)
const cert = readFileSync(new URL('certificate.pem', tlsFolder), 'utf8')
const key = readFileSync(new URL('key.pem', tlsFolder), 'utf8')

/** Whoever connects is counted. */
let connections = 0
const sockets = new Set<Socket>()
const trap = createTcpServer((socket) => {
  connections += 1
  sockets.add(socket.on('error', () => {}))
}).listen(0, '::')
await new Promise((resolve) => trap.once('listening', resolve))
const { port } = trap.address() as AddressInfo
after(() => {
  for (const socket of sockets) socket.destroy()
  trap.close()
})

/** Nothing was ever assigned here, so that nobody is called: a packet to it is dropped on the way. */
const publicAddress = { address: '2e00::1', family: 6 }
const loopback = { address: '127.0.0.1', family: 4 }
const clock = systemClock()

const post = (url: string, resolve?: Resolve, timeoutMs = 2_000) =>
  createOutboundHttp({ clock, targets: 'public', ...(resolve && { resolve }) }).post({
    url,
    headers: {},
    body: '{}',
    timeoutMs,
    mostBodyBytes: 100,
  })

async function assertRefused(answer: ReturnType<typeof post>, error: string): Promise<void> {
  const { kind, ...rest } = await answer
  assert.equal(kind, 'failed')
  assert.equal('error' in rest && rest.error, error)
  assert.equal(connections, 0)
}

const notPublic = 'its address is not public'

for (const spelling of [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '017700000001',
  '127.0.0.1.',
  '127。0。0。1',
  '0',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:7f00:0001]',
  '169.254.169.254',
  '10.0.0.1',
  '[fd00::1]',
]) {
  test(`https to ${spelling} is never connected`, () =>
    assertRefused(post(`https://${spelling}:${port}/`), notPublic))
}

for (const name of ['localhost', 'localhost.', 'LOCALHOST', 'anything.localhost']) {
  test(`the name ${name} is never connected`, async () => {
    const { kind } = await post(`https://${name}:${port}/`)
    assert.equal(kind, 'failed')
    assert.equal(connections, 0)
  })
}

test('http is refused before anything is looked up', async () => {
  let asked = 0
  const resolve: Resolve = async () => {
    asked += 1
    return [publicAddress]
  }
  await assertRefused(post(`http://shop.example:${port}/`, resolve), 'the URL is not https')
  assert.equal(asked, 0)
})

test('a name with one private address among public ones is not connected at all', () =>
  assertRefused(
    post(`https://shop.example:${port}/`, async () => [publicAddress, loopback]),
    notPublic,
  ))

test('a name without an address is not connected', () =>
  assertRefused(
    post(`https://shop.example:${port}/`, async () => []),
    'its name has no address',
  ))

test('a name that is public first and private at the second look-up is never connected', async () => {
  let asked = 0
  const resolve: Resolve = async () => {
    asked += 1
    return asked === 1 ? [publicAddress] : [loopback]
  }
  const outbound = createOutboundHttp({ clock, targets: 'public', resolve })
  const call = () =>
    outbound.post({
      url: `https://shop.example:${port}/`,
      headers: {},
      body: '{}',
      timeoutMs: 300,
      mostBodyBytes: 100,
    })
  // To the public address and to no other, by one look-up; that nobody is there is no matter.
  const first = await call()
  assert.equal(first.kind, 'failed')
  assert.ok(first.kind === 'failed' && first.error !== notPublic)
  assert.equal(asked, 1)
  await assertRefused(call(), notPublic)
  assert.equal(asked, 2)
})

test('in the sandbox this machine may be called, also by a name', async (t) => {
  const server = createHttpServer((_, response) => response.end('taken')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  const outbound = createOutboundHttp({ clock, targets: 'any' })
  for (const host of ['127.0.0.1', 'localhost']) {
    const answer = await outbound.post({
      url: `http://${host}:${(server.address() as AddressInfo).port}/`,
      headers: {},
      body: '{}',
      timeoutMs: 2_000,
      mostBodyBytes: 100,
    })
    assert.ok(answer.kind === 'answered', host)
    assert.equal(answer.body.toString(), 'taken')
  }
})

test('the certificate is checked for the name of the URL, wherever its address leads', async (t) => {
  setDefaultCACertificates([cert])
  const server = createHttpsServer({ key, cert }, (_, response) => response.end('taken'))
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const outbound = createOutboundHttp({ clock, targets: 'any', resolve: async () => [loopback] })
  const call = (host: string) =>
    outbound.post({
      url: `https://${host}:${(server.address() as AddressInfo).port}/`,
      headers: {},
      body: '{}',
      timeoutMs: 2_000,
      mostBodyBytes: 100,
    })
  const right = await call('localhost')
  assert.ok(right.kind === 'answered', JSON.stringify(right))
  const wrong = await call('shop.example')
  assert.ok(wrong.kind === 'failed')
  assert.equal(wrong.error, 'ERR_TLS_CERT_ALTNAME_INVALID')
})
