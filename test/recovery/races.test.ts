/** Races that an attacker found, over two apps on one database: each had two winners, or a wrong answer. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { startMerchantServer } from '../conformance/merchant-server.ts'
import { control, createWorld, futureExpiry, newInvoice, paths, post } from '../harness/world.ts'

const one = await createWorld({ connections: 8 })
const two = await createWorld({ shares: one, connections: 8 })
await control(one, 'PATCH', '/sandbox/merchant', { threeDSecure: false })
const number = '4111111111111111'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function charged(type: string, more: object = {}) {
  const invoice = newInvoice()
  const requestId = randomUUID()
  const order = { invoice_number: invoice, amount: 100_000 }
  const card = { number, expiry: futureExpiry, cvv: '917' }
  const answer = await post(
    one,
    paths.charge,
    { order, payment: { type }, card, ...more },
    { requestId },
  )
  return { invoice, requestId, authorizeId: answer.body.payment.authorize_id }
}
const refund = (
  world: typeof one,
  { invoice, requestId }: { invoice: string; requestId: string },
  amount: number,
) =>
  post(world, '/cancellation/credit-card/refund', {
    order: { invoice_number: invoice },
    payment: { original_request_id: requestId },
    refund: { amount },
  })
/** A payment over which the acquirer closed its batch, and we did not. */
async function held() {
  const paid = await charged('SALE', { additional_info: { hold_settlement: true } })
  await charged('SALE')
  await control(one, 'POST', '/sandbox/settlements')
  return paid
}

test('R1: no void of an authorization is sent once its capture is approved', async () => {
  for (let round = 0; round < 40; round++) {
    const paid = await charged('AUTHORIZE')
    const capture = { payment: { authorize_id: paid.authorizeId, capture_amount: 60_000 } }
    await Promise.all([
      post(one, '/credit-card/capture', capture),
      ...Array.from({ length: 8 }, async (_, i) => {
        await pause(i)
        return refund(i % 2 ? one : two, paid, 100_000)
      }),
    ])
    const path = `/sandbox/acquirer/messages?invoiceNumber=${paid.invoice}`
    const messages: { kind: string; amount: number; responseCode: string }[] = (
      await control(one, 'GET', path)
    ).body.messages
    const kinds = messages.map(({ kind, amount, responseCode }) =>
      [kind, amount, responseCode].join(' '),
    )
    assert.ok(
      !(kinds.includes('capture 60000 00') && kinds.some((one) => one.startsWith('void 100000'))),
      kinds.join(', '),
    )
  }
})

test('R2: a rightly signed first request is never told that its signature is wrong', async () => {
  for (let round = 0; round < 30; round++) {
    const paid = await held()
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        await pause(i)
        return refund(i % 2 ? one : two, paid, i % 3 === 1 ? 10 : 100_000)
      }),
    )
    const wrong = answers.filter(({ body }) => body.error?.code === 'invalid_signature')
    assert.equal(wrong.length, 0, `round ${round}: ${wrong[0]?.text}`)
  }
})

test('R3: a refund that took the place of a void is told once', async () => {
  const merchant = await startMerchantServer()
  await control(one, 'PATCH', '/sandbox/merchant', { notificationUrl: merchant.url })
  const paid = await held()
  assert.equal((await refund(one, paid, 100_000)).body.refund.type, 'FULL_REFUND')
  const { notifications } = (
    await control(one, 'GET', `/sandbox/notifications?invoiceNumber=${paid.invoice}`)
  ).body
  const told = notifications.flatMap(
    (n: { body: { refund?: { type: string; status: string } } }) =>
      n.body.refund ? [`${n.body.refund.type} ${n.body.refund.status}`] : [],
  )
  assert.deepEqual(told, ['FULL_REFUND SUCCESS'])
})

test('R4: of contrary decisions at once the one that lost is refused', async () => {
  const card = { number: '5576920000001000', expiry: futureExpiry, cvv: '917' }
  for (let round = 0; round < 10; round++) {
    const paid = await charged('SALE', { card })
    await control(one, 'POST', '/sandbox/settlements')
    const requestId = randomUUID()
    await post(
      one,
      '/cancellation/credit-card/refund',
      {
        order: { invoice_number: paid.invoice },
        payment: { original_request_id: paid.requestId },
        refund: { amount: 30_000 },
      },
      { requestId },
    )
    const answers = await Promise.all(
      [true, false, true, false].map(async (approve, i) => ({
        approve,
        answer: await control(i < 2 ? one : two, 'POST', `/sandbox/refunds/${requestId}`, {
          approve,
        }),
      })),
    )
    for (const { approve, answer } of answers) {
      if (answer.status === 200) assert.equal(answer.body.status, approve ? 'SUCCESS' : 'FAILED')
      else assert.equal(answer.body.error.code, 'ALREADY_DECIDED')
    }
  }
})
