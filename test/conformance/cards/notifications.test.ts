/** HTTP notifications (wire.md 5): what a merchant is told of a payment, and how it is signed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf, parseTimestamp, verifySignature } from '@gerbang/wire'
import { transactionReport } from '@gerbang/wire/schemas'
import {
  authenticated,
  chargeBody,
  control,
  createWorld,
  newInvoice,
  pay,
  secretKey,
} from '../../harness/world.ts'
import { anotherMerchant, assertShape, changeSettings, charge, orderStatus } from '../calls.ts'
import { type Received, startMerchantServer } from '../merchant-server.ts'

const world = await createWorld()
const merchantServer = await startMerchantServer()
const path = '/doku/notify'

async function notificationsOf(invoice: string, clientId?: string) {
  const query = new URLSearchParams({ invoiceNumber: invoice, ...(clientId && { clientId }) })
  return (await control(world, 'GET', `/sandbox/notifications?${query}`)).body.notifications
}

/** The notifications of an invoice once none is due. */
async function settled(invoice: string, clientId?: string) {
  for (const end = Date.now() + 5_000; Date.now() < end; ) {
    const found = await notificationsOf(invoice, clientId)
    if (found.length > 0 && found.every((n: { status: string }) => n.status !== 'due')) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('no notification was settled in 5 s')
}

const receivedFor = (invoice: string) =>
  merchantServer.received.filter(({ body }) => body.includes(`"${invoice}"`))

function isSigned(received: Received, requestTarget: string, key: string): boolean {
  const header = (name: string) => String(received.headers[name])
  const parts = {
    clientId: header('client-id'),
    requestId: header('request-id'),
    timestamp: header('request-timestamp'),
    requestTarget,
    digest: digestOf(received.body),
  }
  return verifySignature('request', parts, header('signature'), key)
}

for (const [amount, status] of [
  [90_000, 'SUCCESS'],
  [19_051, 'FAILED'],
] as const) {
  test(`a payment that is ${status} is told at once, as order status tells it`, async () => {
    await changeSettings(world, { notificationUrl: `${merchantServer.url}${path}?shop=1` })
    const invoice = newInvoice()
    const started = Date.now()
    await pay(world, { invoice, amount })
    const [notification] = await settled(invoice)
    assert.ok(Date.now() - started < 1_000, 'it is not told at once')
    assert.equal(notification.status, 'delivered')
    assert.equal(notification.attempts.length, 1)
    assert.equal(notification.attempts[0].responseStatus, 200)

    const [received, ...more] = receivedFor(invoice)
    assert.ok(received)
    assert.deepEqual(more, [])
    assert.equal(received.method, 'POST')
    assert.equal(received.url, `${path}?shop=1`)
    assert.match(String(received.headers['content-type']), /^application\/json/)
    const report = JSON.parse(received.body)
    assertShape(transactionReport, report)
    assert.deepEqual(report, (await orderStatus(world, invoice)).body)
    assert.deepEqual(report, notification.body)
    assert.equal(report.transaction.status, status)
  })
}

test('a notification is signed over the path of its URL and its exact bytes', async () => {
  await changeSettings(world, { notificationUrl: `${merchantServer.url}${path}?shop=1` })
  const invoice = newInvoice()
  await pay(world, { invoice })
  await settled(invoice)
  const [received] = receivedFor(invoice)
  assert.ok(received && isSigned(received, path, secretKey))
  assert.ok(!isSigned({ ...received, body: `${received.body} ` }, path, secretKey))
  assert.equal(received.headers['client-id'], 'MCH-0001-10791114622547')
  assert.match(String(received.headers['request-id']), /^CREDIT_CARD\d{64}$/)
  const timestamp = parseTimestamp(String(received.headers['request-timestamp']))
  assert.ok(timestamp && Math.abs(timestamp.getTime() - Date.now()) < 5_000)
})

test('a notification holds no card number and no CVV', async () => {
  await changeSettings(world, { notificationUrl: `${merchantServer.url}${path}` })
  const invoice = newInvoice()
  await pay(world, { invoice })
  await settled(invoice)
  const [received] = receivedFor(invoice)
  assert.ok(received && !received.body.includes('4111111111111111'))
  assert.ok(!/cvv|"917"/.test(received.body))
})

test('nothing is sent, and nothing waits, for a merchant without a URL', async () => {
  await changeSettings(world, { notificationUrl: null })
  const invoice = newInvoice()
  await pay(world, { invoice })
  await changeSettings(world, { notificationUrl: `${merchantServer.url}${path}` })
  await pay(world, { invoice: `${invoice}-next` })
  await settled(`${invoice}-next`)
  assert.deepEqual(await notificationsOf(invoice), [])
  assert.deepEqual(receivedFor(invoice), [])
})

test('another merchant is told at its own URL, under its own key', async () => {
  const url = `${merchantServer.url}/other`
  const merchant = await anotherMerchant(world, { threeDSecure: false, notificationUrl: url })
  const invoice = newInvoice()
  await charge(world, chargeBody({ invoice }), merchant)
  await settled(invoice, merchant.clientId)
  const [received] = receivedFor(invoice)
  assert.equal(received?.url, '/other')
  assert.ok(isSigned(received, '/other', merchant.secretKey))
  assert.equal(received.headers['client-id'], merchant.clientId)
  // And the first merchant does not see it.
  assert.deepEqual(await notificationsOf(invoice), [])
})

test('a refusal and a lost answer tell nothing', async () => {
  await changeSettings(world, { notificationUrl: `${merchantServer.url}${path}` })
  const refused = newInvoice()
  await charge(world, { ...chargeBody({ invoice: refused }), three_dsecure: null })
  const still = await createWorld({ config: { askDeadlineMs: 200 } })
  await still.app.jobs.stop()
  await changeSettings(still, { notificationUrl: `${merchantServer.url}${path}` })
  const lost = newInvoice()
  const pending = await pay(still, { invoice: lost, amount: 19_068 })
  assert.equal(pending.body.payment.status, 'PENDING')
  assert.deepEqual([...receivedFor(refused), ...receivedFor(lost)], [])
})

test('an override URL with a user name or password is not used, and not shown', async () => {
  await changeSettings(world, { notificationUrl: `${merchantServer.url}${path}` })
  for (const user of ['u:secretpw@', 'secretpw@', ':secretpw@']) {
    const url = `${merchantServer.url}${path}?to=${user.length}`.replace('//', `//${user}`)
    const invoice = newInvoice()
    const authenticationId = await authenticated(world, { invoice })
    const additional_info = { override_notification_url: url }
    await charge(world, { ...chargeBody({ invoice, authenticationId }), additional_info })
    const [notification] = await settled(invoice)
    assert.equal(notification.url, `${merchantServer.url}${path}`)
    assert.equal(notification.status, 'delivered')
  }
  assert.ok(!world.logLines.some((line) => line.includes('secretpw')))
})
