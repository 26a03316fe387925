/** Servers that speak HTTP to hurt: what never becomes an answer ends the call, and soon. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { systemClock } from '../../primitives/clock.ts'
import { createOutboundHttp } from './index.ts'

const outboundHttp = createOutboundHttp({ clock: systemClock(), targets: 'any' })

/** The URL of a server that says this as soon as anything is asked. */
async function startServer(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('data', () => answer(socket))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function call(how: 'post' | 'postForBody', url: string, timeoutMs = 5_000) {
  return outboundHttp[how]({ url, headers: {}, body: '{}', timeoutMs, mostBodyBytes: 100 })
}

async function assertFails(call: Promise<unknown>, wanted: string): Promise<void> {
  const { kind, error } = (await call) as { kind: string; error?: string }
  assert.deepEqual([kind, error], ['failed', wanted])
}

/** Says a piece again and again, as fast as it is read. */
const flood = (piece: string) => (socket: Socket) => {
  const say = () => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', say)
  say()
}

for (const how of ['post', 'postForBody'] as const) {
  test(`${how}: an answer that changes the protocol is a failure`, {
    timeout: 10_000,
  }, async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket'
    const url = await startServer((socket) => socket.write(`${upgrade}\r\n\r\nhello`))
    await assertFails(call(how, url), 'the answer changes the protocol')
  })

  for (const [what, piece, error] of [
    [
      'informational answers',
      'HTTP/1.1 103 E\r\n\r\n'.repeat(1_000),
      'no status after 16 informational answers',
    ],
    ['line ends', '\r\n'.repeat(1_000), 'no status within 32768 bytes'],
    [
      'large informational answers',
      `HTTP/1.1 103 E\r\nLink: ${'x'.repeat(10_000)}\r\n\r\n`,
      'no status within 32768 bytes',
    ],
  ] as const) {
    test(`${how}: ${what} without end are read no further than a little`, async () => {
      const url = await startServer(flood(piece))
      await assertFails(call(how, url), error)
    })
  }
}

test('some informational answers before the status are passed over', async () => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(16)
  const answer = `${hints}HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\ntaken`
  const url = await startServer((socket) => socket.end(answer))
  for (const how of ['post', 'postForBody'] as const) {
    const taken = await call(how, url)
    assert.ok(taken.kind === 'answered')
    assert.deepEqual([taken.status, taken.body.toString()], [200, 'taken'])
  }
})

test('what comes behind the status does not count, also on a kept connection', async () => {
  const body = 'x'.repeat(40_000)
  const url = await startServer((socket) => {
    const answer = () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n${body}`)
    answer()
    socket.on('data', answer)
  })
  for (let round = 0; round < 3; round++) {
    const taken = await outboundHttp.postForBody({
      url,
      headers: {},
      body: '{}',
      timeoutMs: 5_000,
      mostBodyBytes: 50_000,
    })
    assert.ok(taken.kind === 'answered', JSON.stringify(taken))
    assert.equal(taken.body.length, 40_000)
  }
})
