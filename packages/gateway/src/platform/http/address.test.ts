import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { AddressError, assertListenable, explainListening } from './address.ts'

const host = '127.0.0.1'

test('a taken port is told with the command that takes the next one', async (t) => {
  const server = createServer().listen(0, host)
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await assert.rejects(assertListenable({ host, port }), (error) => {
    assert.ok(error instanceof AddressError)
    const next = port < 65_535 ? port + 1 : 8080
    assert.equal(error.message, `Port ${port} is taken: start with PORT=${next} npm start`)
    return true
  })
})

// 192.0.2.0/24 is for documentation and on no machine (RFC 5737).
for (const other of ['192.0.2.1', 'no-such-host.invalid']) {
  test(`HOST=${other} is told to be none of this machine's`, async () => {
    await assert.rejects(assertListenable({ host: other, port: 0 }), (error) => {
      assert.ok(error instanceof AddressError)
      assert.match(error.message, /^HOST=.* is no address of this machine: start with HOST=127/)
      assert.ok(error.message.includes(other))
      return true
    })
  })
}

test('an address that was tried is free again', async () => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await assertListenable({ host, port })
  server.listen(port, host)
  await once(server, 'listening')
  server.close()
})

test('the highest port has no next one, and what is no fault of the address stays as it is', () => {
  const taken = Object.assign(new Error('taken'), { code: 'EADDRINUSE' })
  assert.match(String(explainListening(taken, { host, port: 65_535 })), /PORT=8080/)
  const other = new Error('broken')
  assert.equal(explainListening(other, { host, port: 80 }), other)
})
