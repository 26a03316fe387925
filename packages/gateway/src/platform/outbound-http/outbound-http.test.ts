import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
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
