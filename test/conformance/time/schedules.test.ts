/**
 * What takes months is played in moments (docs/guides/sandbox.md, Time). The bounds are generous: a
 * wait that is not skipped would take minutes at least.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { control, createWorld, newInvoice, pay } from '../../harness/world.ts'
import { advance, anotherMerchant, changeSettings, charge } from '../calls.ts'
import { absentBody } from '../cards-life/calls.ts'
import { until } from '../delivery/queue.ts'
import { advance as advanceKki, callKki, createKkiMerchant, payBody } from '../kki/calls.ts'
import { startMerchantServer } from '../merchant-server.ts'

const world = await createWorld()

/** Fails after far more than the work takes, and far less than what it plays. */
async function inMoments(work: () => Promise<void>): Promise<void> {
  const started = performance.now()
  await work()
  const tookMs = performance.now() - started
  assert.ok(tookMs < 5_000, `it took ${Math.round(tookMs)} ms`)
}

test('a retry schedule of 12 hours is played by one advance', async () => {
  const server = await startMerchantServer()
  server.answer = 500
  await changeSettings(world, { notificationUrl: server.url })
  const invoice = newInvoice()
  await pay(world, { invoice })
  await until(() => server.received.length === 1)
  await inMoments(() => advance(world, 12.5))
  const path = `/sandbox/notifications?invoiceNumber=${invoice}`
  const [{ status, attempts }] = (await control(world, 'GET', path)).body.notifications
  assert.equal(status, 'given-up')
  const first = Date.parse(attempts[0].at)
  const minutes = attempts.map(({ at }: { at: string }) => (Date.parse(at) - first) / 60_000)
  assert.deepEqual(minutes.map(Math.round), [0, 30, 360, 720])
  await changeSettings(world, { notificationUrl: null })
})

test('24 monthly payments of an agreement are made, and each is told', async () => {
  const server = await startMerchantServer()
  const settings = { threeDSecure: false, notificationUrl: server.url }
  const merchant = await anotherMerchant(world, settings)
  await inMoments(async () => {
    for (let month = 1; month <= 24; month++) {
      const body = {
        ...absentBody('RECURRING'),
        billing: {
          billing_number: 'membership',
          number_of_payments: month,
          payment_frequency: 'MONTHLY',
          amount_variability: 'FIXED',
        },
      }
      const { payment } = (await charge(world, body, merchant)).body
      assert.equal(payment.status, 'SUCCESS', `month ${month}`)
      await advance(world, 30 * 24)
    }
  })
  const told = server.received.map(({ body }) =>
    Number(JSON.parse(body).billing.number_of_payments),
  )
  assert.deepEqual(
    told,
    Array.from({ length: 24 }, (_, i) => i + 1),
  )
})

test('a payment that waits for its cardholder is decided, or ends, by one advance', async () => {
  const merchant = await createKkiMerchant()
  for (const approve of [true, false, undefined]) {
    const { referenceNo } = (await callKki(merchant, 'pay', payBody({ value: '19002.00' }))).body
    await inMoments(async () => {
      if (approve !== undefined) {
        const path = `/sandbox/kki/confirmations/${referenceNo}`
        await control(merchant.world, 'POST', path, { approve })
      }
      await advanceKki(merchant, approve === undefined ? 301_000 : 1_000)
    })
    const status = await callKki(merchant, 'payment-status', {
      originalReferenceNo: referenceNo,
      serviceCode: '54',
    })
    assert.equal(status.body.latestTransactionStatus, approve ? '00' : '06')
  }
})

test('a merchant who never answers does not stop time: each attempt has its 10 seconds', async () => {
  const server = await startMerchantServer()
  const merchant = await anotherMerchant(world, {
    threeDSecure: false,
    notificationUrl: server.url,
  })
  server.answer = () => {}
  await charge(world, absentBody('MOTO'), merchant)
  await until(() => server.received.length === 1)
  const started = performance.now()
  const { offsetMs } = (await control(world, 'GET', '/sandbox/clock')).body
  await advance(world, 0.1)
  const after = (await control(world, 'GET', '/sandbox/clock')).body
  assert.equal(after.offsetMs - offsetMs, 360_000)
  assert.ok(performance.now() - started < 15_000)
})

/** A merchant whose server is called, and answers nothing. */
async function silentMerchant() {
  const server = await startMerchantServer()
  server.answer = () => {}
  const settings = { threeDSecure: false, notificationUrl: server.url }
  return { server, merchant: await anotherMerchant(world, settings) }
}

test('who never answers delays nothing of others: their retries fall due at their times', async () => {
  const silent = await silentMerchant()
  await charge(world, absentBody('MOTO'), silent.merchant)
  await until(() => silent.server.received.length === 1)
  const server = await startMerchantServer()
  server.answer = 500
  const settings = { threeDSecure: false, notificationUrl: server.url }
  const merchant = await anotherMerchant(world, settings)
  const invoice = newInvoice()
  await charge(
    world,
    { ...absentBody('MOTO'), order: { amount: 90_000, invoice_number: invoice } },
    merchant,
  )
  await until(() => server.received.length === 1)
  await advance(world, 1)
  const path = `/sandbox/notifications?invoiceNumber=${invoice}&clientId=${merchant.clientId}`
  const [{ attempts }] = (await control(world, 'GET', path)).body.notifications
  const first = Date.parse(attempts[0].at)
  const minutes = attempts.map(({ at }: { at: string }) => (Date.parse(at) - first) / 60_000)
  assert.deepEqual(minutes.map(Math.round), [0, 30])
  assert.equal(silent.server.received.length, 2)
})

test('a reset ends an advance that is under way: the clock stays at real time', async () => {
  const { server, merchant } = await silentMerchant()
  await charge(world, absentBody('MOTO'), merchant)
  await until(() => server.received.length === 1)
  const clock = '/sandbox/clock'
  const [move, behind] = [1, 2].map(() =>
    control(world, 'POST', clock, { advanceMs: 12 * 3_600_000 }),
  )
  await until(() => server.received.length === 2)
  assert.ok((await control(world, 'GET', clock)).body.offsetMs > 0)
  await control(world, 'POST', '/sandbox/reset')
  for (const answer of await Promise.all([move, behind])) {
    assert.equal(answer?.status, 409, answer?.text)
    assert.equal(answer?.body.error.code, 'RESET_MEANWHILE')
  }
  assert.equal((await control(world, 'GET', clock)).body.offsetMs, 0)
})
