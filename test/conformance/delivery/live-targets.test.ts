/** Live mode tells nobody on this machine or on a private network, whatever URL a merchant has. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { sandboxClientId } from '../../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { control, createWorld } from '../../harness/world.ts'
import { changeSettings, charge } from '../calls.ts'
import { absentBody } from '../cards-life/calls.ts'
import { createQueue, until } from './queue.ts'

const sandbox = await createWorld()
await sandbox.app.jobs.stop()
const live = await createWorld({ shares: sandbox, live: true })

let connections = 0
const trap = createServer((socket) => {
  connections += 1
  socket.destroy()
}).listen(0, '127.0.0.1')
await new Promise((resolve) => trap.once('listening', resolve))
after(() => trap.close())
const { port } = trap.address() as { port: number }

for (const [host, error] of [
  [`http://127.0.0.1:${port}`, 'the URL is not https'],
  [`https://127.0.0.1:${port}`, 'its address is not public'],
  [`https://2130706433:${port}`, 'its address is not public'],
  [`https://[::ffff:127.0.0.1]:${port}`, 'its address is not public'],
  [`https://localhost:${port}`, 'its address is not public'],
] as const) {
  test(`${host.replace(String(port), 'port')} is never connected`, async () => {
    await changeSettings(sandbox, { notificationUrl: `${host}/notify` })
    const body = absentBody('MOTO')
    const { payment } = (await charge(live, body)).body
    assert.equal(payment.status, 'SUCCESS')
    const path = `/sandbox/notifications?invoiceNumber=${body.order.invoice_number}`
    const attempts = async () =>
      (await control(sandbox, 'GET', path)).body.notifications[0].attempts as { error: string }[]
    await until(async () => (await attempts()).length > 0)
    assert.deepEqual(
      (await attempts()).map((attempt) => attempt.error),
      [error],
    )
    assert.equal(connections, 0)
  })
}

test('a token URL on this machine is not connected either', async () => {
  const merchant = await sandbox.app.merchants.findByClientId(sandboxClientId)
  assert.ok(merchant)
  const { merchantId } = merchant
  await changeSettings(sandbox, { snapTokenUrl: `https://localhost:${port}/token` })
  await live.app.jobs.stop()
  const queue = createQueue(sandbox, { targets: 'public' })
  const [subject = ''] = await queue.announce([
    { merchantId, url: 'https://shop.example/notify', dialect: 'snap' },
  ])
  await queue.deliver()
  const [found] = await queue.notifications.find(merchantId, { dialect: 'snap', subject })
  assert.equal(found?.attempts[0]?.error, 'no access token: its address is not public')
  assert.equal(connections, 0)
})
