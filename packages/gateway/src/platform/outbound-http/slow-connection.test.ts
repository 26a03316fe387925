import assert from 'node:assert/strict'
import { connect, isIP } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { systemClock } from '../../primitives/clock.ts'
import { createOutboundHttp } from './index.ts'

/** Listens, takes no connection while `gate` is shut, and then answers all of them. */
const sleepingServer = `
  const { parentPort, workerData: gate } = require('node:worker_threads')
  const server = require('node:http').createServer((_, response) => response.end('taken'))
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(gate, 0, 0))
  })
`

for (const addresses of [
  ['127.0.0.1', '::1'],
  ['127.0.0.1', '127.0.0.9'],
]) {
  test(`a connection that takes a second is waited for: ${addresses.join(', ')}`, async (t) => {
    const gate = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(sleepingServer, { eval: true, workerData: gate })
    t.after(() => worker.terminate())
    const port = await new Promise<number>((resolve) => worker.once('message', resolve))
    // What finds the queue full is dropped by the operating system, and said again after a second.
    const waiting = [1, 2, 3, 4].map(() => connect(port, '127.0.0.1').on('error', () => {}))
    t.after(() => {
      for (const socket of waiting) socket.destroy()
    })
    await sleep(100)
    const resolve = async () => addresses.map((address) => ({ address, family: isIP(address) }))
    const answer = createOutboundHttp({ clock: systemClock(), targets: 'any', resolve }).post({
      url: `http://shop.example:${port}/`,
      headers: {},
      body: '{}',
      timeoutMs: 10_000,
      mostBodyBytes: 100,
    })
    await sleep(500)
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    const { kind, latencyMs, ...rest } = await answer
    assert.equal(kind, 'answered', JSON.stringify(rest))
    assert.ok(latencyMs >= 500, `it came after ${latencyMs} ms`)
  })
}
