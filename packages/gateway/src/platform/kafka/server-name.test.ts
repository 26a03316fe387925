import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createServer } from 'node:tls'
import { systemClock } from '../../primitives/clock.ts'
import { createKafkaSender, KafkaError } from './index.ts'

const tlsFolder = new URL('../../../../../test/harness/tls/', import.meta.url)
const cert = readFileSync(new URL('certificate.pem', tlsFolder))
const key = readFileSync(new URL('key.pem', tlsFolder))

/** The name that was wanted by each connection, which is then closed: this is no broker. */
const wanted: unknown[] = []
const server = createServer({ key, cert }, (socket) => {
  wanted.push(Reflect.get(socket, 'servername'))
  socket.destroy()
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
after(() => server.close())
const { port } = server.address() as AddressInfo

const warnings: unknown[] = []
process.on('warning', (warning) => warnings.push(warning))

for (const [what, host, name] of [
  ['a name is told to the broker', 'localhost', 'localhost'],
  ['an address is not, and nothing warns of it', '127.0.0.1', false],
] as const) {
  test(`by TLS ${what}`, async () => {
    wanted.length = 0
    const sender = createKafkaSender(
      { brokers: [`${host}:${port}`], clientId: 'test', tls: { ca: cert }, sasl: undefined },
      systemClock(),
    )
    const message = { topic: 'test', key: '1', value: '{}', headers: {} }
    const giveUp = new AbortController()
    const sent = sender.send([message], giveUp.signal)
    const failed = assert.rejects(sent, KafkaError)
    while (wanted.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    giveUp.abort()
    await failed
    await sender.close()
    assert.equal(wanted[0], name)
    assert.deepEqual(warnings, [])
  })
}
