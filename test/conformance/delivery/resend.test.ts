/** Sending again by hand is one attempt beside the schedule (docs/guides/notifications.md). */
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { createWorld } from '../../harness/world.ts'
import { anotherMerchant, changeSettings } from '../calls.ts'
import { startMerchantServer } from '../merchant-server.ts'
import { createQueue, until } from './queue.ts'

const world = await createWorld()
await world.app.jobs.stop()
const { database, clock } = world
const { clientId } = await anotherMerchant(world, {})
const merchant = await world.app.merchants.findByClientId(clientId)
assert.ok(merchant)
const { merchantId } = merchant
const server = await startMerchantServer()
const queue = createQueue(world)
const { notifications } = queue

beforeEach(async () => {
  await database`truncate notifications, notification_attempts`
  server.received.length = 0
  server.answer = 200
})

async function announced(of: { paymentId?: ReturnType<typeof queue.newPaymentId> } = {}) {
  const [subject = ''] = await queue.announce([{ merchantId, url: server.url, ...of }])
  return subject
}

const shown = async (subject: string) => {
  const [found] = await queue.shown(merchantId, subject)
  assert.ok(found)
  return found
}

async function resend(subject: string): Promise<void> {
  assert.ok(await notifications.resend((await shown(subject)).id))
}

const hour = 3_600_000
const resendAll = () => {
  const [from, to] = [-99 * hour, hour].map((by) => new Date(clock.now().getTime() + by))
  assert.ok(from && to)
  return notifications.resendRange(merchantId, { from, to }, 1_000)
}

const came = () => server.received.map(({ body }) => JSON.parse(body).subject)

async function pass(minutes: number): Promise<void> {
  await clock.moveBy(minutes * 60_000)
  await queue.deliver()
}

for (const [what, again] of [
  ['one', resend],
  ['a range', resendAll],
] as const) {
  test(`the schedule goes on as if ${what} had not been sent again`, async () => {
    server.answer = 503
    const subject = await announced()
    await queue.deliver()
    const { nextAttemptAt } = await shown(subject)
    for (let times = 0; times < 5; times++) {
      await again(subject)
      assert.equal((await shown(subject)).status, 'due')
      await queue.deliver()
    }
    const after = await shown(subject)
    assert.deepEqual([after.status, after.nextAttemptAt], ['due', nextAttemptAt])
    assert.equal(after.attempts.length, 6)
    for (const minutes of [31, 331]) await pass(minutes)
    assert.equal((await shown(subject)).status, 'due')
    await pass(361)
    const end = await shown(subject)
    assert.deepEqual([end.status, end.attempts.length], ['given-up', 9])
  })

  test(`what was delivered stays so where sending ${what} again fails`, async () => {
    const subject = await announced()
    await queue.deliver()
    server.answer = 503
    await again(subject)
    assert.equal((await shown(subject)).status, 'due')
    await queue.deliver()
    const { status, nextAttemptAt, attempts } = await shown(subject)
    assert.deepEqual([status, nextAttemptAt, attempts.length], ['delivered', null, 2])
  })

  test(`what was given up stays so where sending ${what} again fails, and is delivered where not`, async () => {
    server.answer = 503
    const subject = await announced()
    await queue.deliver()
    for (const minutes of [31, 331, 361]) await pass(minutes)
    await again(subject)
    await queue.deliver()
    const { status, attempts } = await shown(subject)
    assert.deepEqual([status, attempts.length], ['given-up', 5])
    server.answer = 200
    await again(subject)
    await queue.deliver()
    assert.equal((await shown(subject)).status, 'delivered')
  })

  test(`${what} sent again while an attempt is under way is sent after it`, async () => {
    for (const status of [500, 200]) {
      let finish = () => {}
      server.answer = (response) => {
        finish = () => response.writeHead(status).end()
      }
      const subject = await announced()
      await notifications.delivery.runDue(clock.now())
      await until(() => server.received.length === 1)
      await again(subject)
      server.answer = 200
      finish()
      await notifications.idle()
      const after = await shown(subject)
      assert.deepEqual(
        after.attempts.map(({ responseStatus }) => responseStatus),
        [status, 200],
      )
      assert.equal(after.status, 'delivered')
      server.received.length = 0
    }
  })
}

test('what was to be sent again during an attempt goes back to what that attempt made of it', async () => {
  let finish = () => {}
  server.answer = (response) => {
    finish = () => response.writeHead(500).end()
  }
  const subject = await announced()
  await notifications.delivery.runDue(clock.now())
  await until(() => server.received.length === 1)
  await resend(subject)
  server.answer = 500
  finish()
  await notifications.idle()
  const { status, nextAttemptAt, attempts } = await shown(subject)
  assert.deepEqual([status, attempts.length], ['due', 2])
  const minutes = ((nextAttemptAt?.getTime() ?? 0) - Date.parse(attempts[0]?.at ?? '')) / 60_000
  assert.ok(minutes > 29 && minutes < 31, `${minutes} minutes`)
})

test('one that was due anyway is sent once, by the schedule', async () => {
  server.answer = 500
  const subject = await announced()
  await resend(subject)
  await queue.deliver()
  const { attempts, nextAttemptAt } = await shown(subject)
  assert.equal(attempts.length, 1)
  assert.ok(nextAttemptAt && nextAttemptAt > clock.now())
})

test('a range that is sent again keeps the order of each payment', async () => {
  const payments = Array.from({ length: 20 }, () => queue.newPaymentId())
  for (const step of ['charge', 'refund', 'second refund']) {
    await queue.announce(
      payments.map((paymentId) => ({
        merchantId,
        url: server.url,
        paymentId,
        subject: `${paymentId} ${step}`,
      })),
    )
  }
  await queue.deliver()
  const firstTime = came()
  server.received.length = 0
  server.answer = (response) => {
    setTimeout(() => response.writeHead(200).end(), Math.random() * 10)
  }
  assert.equal((await resendAll()).resent, 60)
  await queue.deliver()
  assert.equal(came().length, firstTime.length)
  for (const paymentId of payments) {
    assert.deepEqual(
      came().filter((subject) => subject.startsWith(paymentId)),
      ['charge', 'refund', 'second refund'].map((step) => `${paymentId} ${step}`),
    )
  }
})

test('of a range, what is behind one that still fails comes with its retry', async () => {
  const paymentId = queue.newPaymentId()
  server.answer = 500
  const charge = await announced({ paymentId })
  await queue.deliver()
  const refund = await announced({ paymentId })
  await resendAll()
  await queue.deliver()
  assert.deepEqual(came(), [charge, charge])
  assert.equal((await shown(refund)).status, 'due')
  server.answer = 200
  await pass(31)
  assert.deepEqual(came(), [charge, charge, charge, refund])
})

test('while one that was not told yet is sent again by hand, a later one waits for it', async () => {
  const paymentId = queue.newPaymentId()
  server.answer = 500
  const charge = await announced({ paymentId })
  await queue.deliver()
  let finish = () => {}
  server.answer = (response) => {
    finish = () => response.writeHead(200).end()
  }
  await resend(charge)
  await notifications.delivery.runDue(clock.now())
  await until(() => server.received.length === 2)
  const refund = await announced({ paymentId })
  await notifications.delivery.runDue(clock.now())
  assert.deepEqual(came(), [charge, charge])
  server.answer = 200
  finish()
  await notifications.idle()
  assert.deepEqual(came(), [charge, charge, refund])
})

test('a URL that was mistyped is mended by sending again, and stays so for the retries', async () => {
  const right = await startMerchantServer()
  right.answer = 500
  server.answer = 500
  const subject = await announced()
  await queue.deliver()
  await changeSettings(world, { notificationUrl: `${right.url}/right` }, clientId)
  await pass(31)
  assert.deepEqual([server.received.length, right.received.length], [2, 0])
  await resend(subject)
  await queue.deliver()
  await pass(331)
  assert.deepEqual([server.received.length, right.received.length], [2, 2])
  assert.equal((await shown(subject)).url, `${right.url}/right`)
})

for (const [what, again] of [
  ['one', resend],
  ['a range', resendAll],
] as const) {
  test(`${what} that goes to a URL of its own is sent there again`, async () => {
    const configured = await startMerchantServer()
    await changeSettings(world, { notificationUrl: configured.url }, clientId)
    const [subject = ''] = await queue.announce([
      { merchantId, url: server.url, isUrlOverridden: true },
    ])
    await queue.deliver()
    await again(subject)
    await queue.deliver()
    assert.deepEqual([server.received.length, configured.received.length], [2, 0])
  })
}

test('a merchant without a URL by now has it sent to the one that stood', async () => {
  await changeSettings(world, { notificationUrl: null }, clientId)
  const subject = await announced()
  await queue.deliver()
  await resend(subject)
  await queue.deliver()
  assert.equal(server.received.length, 2)
})
