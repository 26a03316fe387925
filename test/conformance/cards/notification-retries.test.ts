/** Notifications until any 2xx: retries after 30 minutes, 6 and 12 hours (wire.md 5.1). */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { parseTimestamp } from '@gerbang/wire'
import {
  authenticated,
  chargeBody,
  control,
  createWorld,
  newInvoice,
  pay,
  type World,
} from '../../harness/world.ts'
import { advance, changeSettings, charge } from '../calls.ts'
import { type MerchantServer, startMerchantServer } from '../merchant-server.ts'

const minute = 1 / 60

/** A world with a server that answers so, and a payment that it was told of once. */
async function told(answer: MerchantServer['answer'], query = '') {
  const world = await createWorld()
  const server = await startMerchantServer()
  server.answer = answer
  await changeSettings(world, { notificationUrl: `${server.url}/notify${query}` })
  const invoice = newInvoice()
  await pay(world, { invoice })
  const notification = async () => notificationOf(world, invoice)
  await until(async () => (await notification()).attempts.length === 1)
  return { world, server, notification }
}

async function notificationOf(world: World, invoice: string) {
  const path = `/sandbox/notifications?invoiceNumber=${invoice}`
  const { notifications } = (await control(world, 'GET', path)).body
  assert.equal(notifications.length, 1)
  return notifications[0]
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000
  while (!(await isSo())) {
    assert.ok(Date.now() < end, 'it did not become so in 15 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('after 30 minutes, 6 hours and 12 hours it is tried again, then given up', async () => {
  const { world, server, notification } = await told(500)
  const count = async () => (await notification()).attempts.length
  const steps: readonly (readonly [hours: number, attempts: number])[] = [
    [29 * minute, 1],
    [2 * minute, 2],
    [5.4, 2],
    [0.2, 3],
    [5.8, 3],
    [0.2, 4],
  ]
  for (const [hours, attempts] of steps) {
    await advance(world, hours)
    assert.equal(await count(), attempts)
  }
  const { status, nextAttemptAt, attempts } = await notification()
  assert.deepEqual([status, nextAttemptAt], ['given-up', null])
  const first = Date.parse(attempts[0].at)
  const minutes = attempts.map(({ at }: { at: string }) =>
    Math.round((Date.parse(at) - first) / 60_000),
  )
  assert.deepEqual(minutes, [0, 30, 360, 720])
  await advance(world, 100)
  assert.equal(server.received.length, 4)
})

test('a retry has the same Request-Id and body, and a timestamp of its own, in real time', async () => {
  const { world, server } = await told(503)
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await advance(world, 13)
  const ids = new Set(server.received.map(({ headers }) => headers['request-id']))
  const bodies = new Set(server.received.map(({ body }) => body))
  assert.deepEqual([server.received.length, ids.size, bodies.size], [4, 1, 1])
  const timestamps = server.received.map(({ headers }) => String(headers['request-timestamp']))
  assert.notEqual(timestamps[0], timestamps[1])
  for (const text of timestamps) {
    assert.ok(Math.abs((parseTimestamp(text)?.getTime() ?? 0) - Date.now()) < 10_000)
  }
})

for (const status of [200, 201, 202, 204, 299]) {
  test(`${status} is an acknowledgement, and ends it`, async () => {
    const { world, server, notification } = await told(status)
    assert.equal((await notification()).status, 'delivered')
    await advance(world, 13)
    assert.equal(server.received.length, 1)
  })
}

const elsewhere = (response: ServerResponse) =>
  response.writeHead(302, { Location: '/elsewhere' }).end()
const failures: readonly (readonly [string, MerchantServer['answer'], number | null])[] = [
  ['301', 301, 301],
  ['302 to another page', elsewhere, 302],
  ['304', 304, 304],
  ['400', 400, 400],
  ['401', 401, 401],
  ['404', 404, 404],
  ['500', 500, 500],
  ['a connection that is cut', (response) => response.destroy(), null],
]
for (const [what, answer, status] of failures) {
  test(`${what} is no acknowledgement, and is not followed`, async () => {
    const { world, server, notification } = await told(answer)
    const first = await notification()
    assert.equal(first.status, 'due')
    assert.equal(first.attempts[0].responseStatus, status)
    assert.equal(first.attempts[0].error === null, status !== null)
    server.answer = 200
    await advance(world, 31 * minute)
    assert.equal((await notification()).status, 'delivered')
    assert.deepEqual(
      server.received.map(({ url }) => url),
      ['/notify', '/notify'],
    )
  })
}

test('a merchant who does not answer within 10 seconds has not acknowledged', async () => {
  const { server, notification } = await told(() => {})
  const { status, attempts } = await notification()
  assert.equal(status, 'due')
  assert.equal(attempts[0].responseStatus, null)
  assert.ok(attempts[0].latencyMs >= 9_900 && attempts[0].latencyMs < 12_000)
  assert.equal(server.received.length, 1)
})

test('an acknowledgement whose body never ends is taken by its status', async () => {
  const { notification } = await told((response) => {
    response.writeHead(200)
    response.write('x'.repeat(100_000))
  })
  assert.equal((await notification()).status, 'delivered')
})

test('a notification can be sent again, whatever became of it', async () => {
  const { world, server, notification } = await told(200)
  const { id } = await notification()
  const resend = () => control(world, 'POST', `/sandbox/notifications/${id}/resend`)
  assert.equal((await resend()).status, 200)
  await until(async () => (await notification()).attempts.length === 2)
  assert.equal((await notification()).status, 'delivered')
  assert.equal(server.received[0]?.headers['request-id'], server.received[1]?.headers['request-id'])

  const givenUp = await told(500)
  await advance(givenUp.world, 13)
  const { id: lost, status } = await givenUp.notification()
  assert.equal(status, 'given-up')
  givenUp.server.answer = 200
  await control(givenUp.world, 'POST', `/sandbox/notifications/${lost}/resend`)
  await until(async () => (await givenUp.notification()).status === 'delivered')
  const unknown = await control(world, 'POST', '/sandbox/notifications/ntf_nobody/resend')
  assert.equal(unknown.status, 404)
})

test('a payment is told at the URL that stood when it began', async () => {
  const { world, server } = await told(500)
  const other = await startMerchantServer()
  await changeSettings(world, { notificationUrl: `${other.url}/new` })
  await advance(world, 1)
  assert.deepEqual([server.received.length, other.received.length], [2, 0])
})

test('a payment that named a URL of its own is told there again, another one at the URL of now', async () => {
  const { world, server, notification } = await told(200)
  const own = await startMerchantServer()
  const invoice = newInvoice()
  const body = chargeBody({ invoice, authenticationId: await authenticated(world, { invoice }) })
  const override_notification_url = `${own.url}/notify`
  await charge(world, { ...body, additional_info: { override_notification_url } })
  await until(async () => (await notificationOf(world, invoice)).attempts.length === 1)
  const other = await startMerchantServer()
  await changeSettings(world, { notificationUrl: `${other.url}/mended` })
  for (const { id } of [await notification(), await notificationOf(world, invoice)]) {
    assert.equal((await control(world, 'POST', `/sandbox/notifications/${id}/resend`)).status, 200)
  }
  await until(async () => own.received.length + other.received.length === 3)
  const counts = [server, own, other].map(({ received }) => received.length)
  assert.deepEqual(counts, [1, 2, 1])
})

test('a failed delivery is logged so that its merchant can be helped, without the query', async () => {
  const { world, server, notification } = await told(500, '?key=of-the-merchant')
  const find = () => world.logLines.find((line) => line.includes('notification not delivered'))
  await until(async () => find() !== undefined)
  const line = JSON.parse(find() ?? '')
  const { nextAttemptAt } = await notification()
  assert.equal(line.level, 'warn')
  assert.equal(line.url, `${new URL(server.url).host}/notify`)
  assert.match(line.invoiceNumber, /^INV-/)
  assert.deepEqual([line.responseStatus, line.nextAttemptAt], [500, nextAttemptAt])
})
