/** The sender and a broker that is broken: a send fails in time, says why, and the process lives. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from 'node:tls'
import { sasl, testSender } from '../../../../../test/harness/failing-sender.ts'
import { startFakeBroker } from '../../../../../test/harness/fake-broker.ts'
import { type Clock, systemClock } from '../../primitives/clock.ts'

test('a connection that is reset while the password is asked for ends one send after the other, and nothing else', async () => {
  const broker = await startFakeBroker('resets the connection')
  const { sender, failure } = testSender(broker.address, { sasl })
  for (let send = 0; send < 3; send++) {
    assert.match(await failure(), /broke down|ended|failed/)
    // What the library throws later than it answers.
    await sleep(300)
  }
  assert.ok(broker.connections() >= 3, `${broker.connections()} connections`)
  await sender.close()
})

test('a send that is never answered fails at its deadline, and the next begins anew', async () => {
  const broker = await startFakeBroker('answers nothing')
  let ring: (() => void) | undefined
  const clock: Clock = {
    ...systemClock(),
    startTimer: (_, toRing) => {
      ring = toRing
      return () => {}
    },
  }
  const { failure } = testSender(broker.address, {}, clock)
  for (let send = 1; send <= 2; send++) {
    const failed = failure()
    while (broker.connections() < send) await sleep(10)
    ring?.()
    assert.equal(await failed, 'no acknowledgement within 15 s')
  }
})

test('who gives up does not wait, and a sender that is closed leaves no connection', async () => {
  const broker = await startFakeBroker('answers nothing')
  const { sender, failure } = testSender(broker.address)
  const giveUp = new AbortController()
  const failed = failure(giveUp.signal)
  while (broker.connections() === 0) await sleep(10)
  giveUp.abort()
  assert.equal(await failed, 'the waiting was ended')
  await sender.close()
})

test('a broker is reached at an IPv6 address', async (t) => {
  const broker = await startFakeBroker('closes the connection', '::1').catch(() => undefined)
  if (broker === undefined) return t.skip('this machine has no IPv6')
  await testSender(broker.address, { sasl }).failure()
  assert.ok(broker.connections() > 0)
})

test('TLS tells the name of a broker that has one, and no address', async () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../../../../test/harness/tls/${name}`, import.meta.url))
  const names: string[] = []
  let connections = 0
  const server = createServer({
    key: read('key.pem'),
    cert: read('certificate.pem'),
    SNICallback: (name, use) => {
      names.push(name)
      use(null)
    },
  })
  server.on('connection', (socket) => {
    connections += 1
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  server.on('secureConnection', (socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, resolve))
  after(() => server.close())
  const { port } = server.address() as AddressInfo
  const tls = { ca: read('certificate.pem') }
  await testSender(`127.0.0.1:${port}`, { tls, sasl }).failure()
  assert.ok(connections > 0)
  assert.deepEqual(names, [])
  await testSender(`localhost:${port}`, { tls, sasl }).failure()
  assert.deepEqual([...new Set(names)], ['localhost'])
})
