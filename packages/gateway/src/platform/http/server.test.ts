import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { createLog } from '../log/index.ts'
import { createServer, type TimeLimits } from './server.ts'

const limits: TimeLimits = { headersMs: 600, requestMs: 1_200, checkEveryMs: 20 }
const server = createServer({
  log: createLog({ level: 'info', destination: { write: () => {} } }),
  bodyLimitBytes: 1_024,
  unreadable: (reason) => ({ reason }),
  refuse: async () => {},
  limits,
})
server.post('/', async () => ({ served: true }))
/** Reads its body by itself, as a GET with one does. */
server.get('/', async (request) => {
  for await (const _ of request.raw);
  return { served: true }
})
await server.listen({ host: '127.0.0.1', port: 0 })
after(() => server.close())
const { port } = server.addresses()[0] as { port: number }

/** Sends a text and then a byte now and again; what came back until the socket was closed, and when. */
function trickle(text: string, everyMs: number): Promise<{ answer: string; ms: number }> {
  return new Promise((resolve) => {
    const started = performance.now()
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const timer = setInterval(() => socket.write('x'), everyMs)
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      resolve({ answer, ms: performance.now() - started })
    })
  })
}

const head = (method: string) => `${method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n`
const type = 'Content-Type: application/json\r\n'
const slow: readonly (readonly [string, string, number])[] = [
  ['nothing at all', '', limits.headersMs],
  ['headers without an end', `${head('POST')}X: `, limits.headersMs],
  ['a body without an end', `${head('POST')}${type}\r\n{`, limits.requestMs],
  ['the body of a GET without an end', `${head('GET')}\r\n{`, limits.requestMs],
]
// All at once: each waits for its limit.
const trickles = slow.flatMap(([what, text, limitMs]) => [
  { name: `${what} that stops`, limitMs, ends: trickle(text, 60_000) },
  // A byte after nothing is the beginning of a request, and no HTTP.
  ...(text === '' ? [] : [{ name: `${what} that trickles`, limitMs, ends: trickle(text, 30) }]),
])
for (const { name, limitMs, ends } of trickles) {
  test(`${name} is answered with 408 when its time is over`, async () => {
    const { answer, ms } = await ends
    assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/)
    assert.match(answer, /\r\n\r\n\{"reason":"it did not arrive in time"\}$/)
    assert.ok(ms >= limitMs - 20, `${ms} ms are too few`)
    assert.ok(ms < limitMs + 2_000, `${ms} ms are too many`)
  })
}
