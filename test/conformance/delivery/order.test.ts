/** The notifications of a payment come in the order in which they were announced. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { beforeEach, test } from 'node:test'
import { sandboxClientId } from '../../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { createWorld } from '../../harness/world.ts'
import { startMerchantServer } from '../merchant-server.ts'
import { createQueue, until } from './queue.ts'

const world = await createWorld()
await world.app.jobs.stop()
const { database, clock } = world
const merchant = await world.app.merchants.findByClientId(sandboxClientId)
assert.ok(merchant)
const { merchantId } = merchant
const server = await startMerchantServer()
const queue = createQueue(world)

beforeEach(async () => {
  await database`truncate notifications, notification_attempts`
  server.received.length = 0
  server.answer = 200
})

const ofPayment = (subject: string, paymentId = queue.newPaymentId()) => ({
  merchantId,
  url: server.url,
  subject,
  paymentId,
})

/** The numbers of what came, in their order. */
const came = () => server.received.map(({ body }) => JSON.parse(body).subject)

const stateOf = async (subject: string) => {
  const [found] = await queue.shown(merchantId, subject)
  assert.ok(found)
  return found
}

async function pass(minutes: number): Promise<void> {
  await clock.moveBy(minutes * 60_000)
  await queue.deliver()
}

test('three of a payment that are due at once come one after the other', async () => {
  const paymentId = queue.newPaymentId()
  for (let round = 0; round < 5; round++) {
    for (const subject of ['first', 'second', 'third']) {
      await queue.announce([ofPayment(subject, paymentId)])
    }
  }
  let atOnce = 0
  let most = 0
  server.answer = (response) => {
    atOnce += 1
    most = Math.max(most, atOnce)
    setTimeout(() => {
      atOnce -= 1
      response.writeHead(200).end()
    }, 5)
  }
  await queue.deliver()
  assert.deepEqual(came(), Array.from({ length: 5 }, () => ['first', 'second', 'third']).flat())
  assert.equal(most, 1)
})

test('a later one waits while an earlier one waits for its retry, and says so', async () => {
  const paymentId = queue.newPaymentId()
  server.answer = 500
  await queue.announce([ofPayment('charge', paymentId)])
  await queue.deliver()
  await queue.announce([ofPayment('refund', paymentId)])
  await queue.announce([ofPayment('of another payment')])
  await queue.deliver()
  assert.deepEqual(came(), ['charge', 'of another payment'])
  const [charge, refund] = [await stateOf('charge'), await stateOf('refund')]
  assert.equal(refund.status, 'due')
  assert.deepEqual(refund.attempts, [])
  assert.deepEqual(refund.nextAttemptAt, charge.nextAttemptAt)
  server.answer = 200
  await pass(29)
  assert.equal(came().length, 2)
  await pass(1.1)
  const ofThePayment = came().filter((subject) => subject !== 'of another payment')
  assert.deepEqual(ofThePayment, ['charge', 'charge', 'refund'])
  assert.equal((await stateOf('refund')).status, 'delivered')
})

test('what waited comes at once when the earlier one is given up', async () => {
  const paymentId = queue.newPaymentId()
  server.answer = (response) => {
    const isCharge = came().at(-1) === 'charge'
    response.writeHead(isCharge ? 500 : 200).end()
  }
  await queue.announce([ofPayment('charge', paymentId)])
  await queue.announce([ofPayment('refund', paymentId)])
  await queue.deliver()
  for (const minutes of [31, 331, 361]) await pass(minutes)
  assert.deepEqual(came(), ['charge', 'charge', 'charge', 'charge', 'refund'])
  assert.equal((await stateOf('charge')).status, 'given-up')
  assert.equal((await stateOf('refund')).status, 'delivered')
})

test('one that is sent again by hand waits for none, and has its place again after that', async () => {
  const paymentId = queue.newPaymentId()
  server.answer = 500
  await queue.announce([ofPayment('charge', paymentId)])
  await queue.announce([ofPayment('refund', paymentId)])
  await queue.deliver()
  await queue.notifications.resend((await stateOf('refund')).id)
  await queue.deliver()
  assert.deepEqual(came(), ['charge', 'refund'])
  await queue.announce([ofPayment('second refund', paymentId)])
  await queue.deliver()
  assert.deepEqual(came(), ['charge', 'refund'])
  server.answer = 200
  await queue.notifications.resend((await stateOf('charge')).id)
  await queue.deliver()
  // Not told by hand, the refund has its place again.
  assert.deepEqual(came(), ['charge', 'refund', 'charge', 'refund', 'second refund'])
})

test('two processes keep the order too', async () => {
  const other = createQueue(world)
  const payments = Array.from({ length: 30 }, () => queue.newPaymentId())
  for (const step of ['1', '2', '3', '4']) {
    await queue.announce(payments.map((paymentId) => ofPayment(`${paymentId} ${step}`, paymentId)))
  }
  server.answer = (response) => {
    setTimeout(() => response.writeHead(200).end(), Math.random() * 5)
  }
  const { delivery } = queue.notifications
  await Promise.all([queue, other].map((one) => one.deliver()))
  while (await delivery.nextDueAt()) await Promise.all([queue.deliver(), other.deliver()])
  for (const paymentId of payments) {
    const steps = came().filter((subject) => subject.startsWith(paymentId))
    assert.deepEqual(
      steps,
      ['1', '2', '3', '4'].map((step) => `${paymentId} ${step}`),
    )
  }
})

test('what waited behind another has all of its own schedule after that', async () => {
  const paymentId = queue.newPaymentId()
  server.answer = 500
  await queue.announce([ofPayment('charge', paymentId)])
  await queue.announce([ofPayment('refund', paymentId)])
  await queue.deliver()
  for (const minutes of [31, 331, 361]) await pass(minutes)
  assert.equal((await stateOf('charge')).status, 'given-up')
  const gaps = async () => {
    const { attempts, nextAttemptAt } = await stateOf('refund')
    const [first, ...rest] = [...attempts.map(({ at }) => new Date(at)), nextAttemptAt].map(Number)
    return rest.map((at) => Math.round((at - (first ?? 0)) / 60_000))
  }
  for (const [minutes, expected] of [
    [0, [30]],
    [30.1, [30, 360]],
    [330.1, [30, 360, 720]],
  ] as const) {
    await pass(minutes)
    assert.deepEqual(await gaps(), expected)
  }
  await pass(360.1)
  assert.equal((await stateOf('refund')).status, 'given-up')
})

test('one that had failed before it was put off comes when the earlier one is delivered', async () => {
  const paymentId = queue.newPaymentId()
  const held: ServerResponse[] = []
  server.answer = (response) => {
    if (came().at(-1) === 'charge') held.push(response)
    else response.writeHead(500).end()
  }
  await queue.announce([ofPayment('charge', paymentId)])
  await queue.announce([ofPayment('refund', paymentId)])
  const delivered = queue.deliver()
  await until(() => held.length > 0)
  // It is due, so that this is its first attempt by the schedule.
  await queue.notifications.resend((await stateOf('refund')).id)
  await queue.notifications.delivery.runDue(clock.now())
  await until(async () => (await stateOf('refund')).attempts.length === 1)
  for (const response of held) response.writeHead(500).end()
  await delivered
  server.answer = 500
  await pass(31)
  const [charge, refund] = [await stateOf('charge'), await stateOf('refund')]
  assert.equal(charge.attempts.length, 2)
  assert.deepEqual(refund.nextAttemptAt, charge.nextAttemptAt)
  server.answer = 200
  await queue.notifications.resend(charge.id)
  await queue.deliver()
  assert.equal((await stateOf('refund')).status, 'delivered')
})
