/** POST /cancellation/credit-card/refund (wire.md 4.8): voids and refunds, whole and in parts. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { cards, control, createWorld } from '../../harness/world.ts'
import {
  advance,
  anotherMerchant,
  assertRefused,
  changeSettings,
  charge,
  messagesOf,
  orderStatus,
  parameter,
  refusals,
} from '../calls.ts'
import {
  absentBody,
  authorize,
  captureOf,
  chargedBy,
  refund,
  refundOf,
  type Wish,
} from './calls.ts'

const world = await createWorld()

const sold = async (wish: Wish = {}) => chargedBy(await charge(world, absentBody('MOTO', wish)))

async function settleAll() {
  assert.equal((await control(world, 'POST', '/sandbox/settlements', {})).status, 200)
}

/** A payment that its acquirer's batch has closed over. */
async function settled(wish: Wish = {}) {
  const of = await sold(wish)
  await settleAll()
  return of
}

const kindsOf = async (invoice: string) =>
  (await messagesOf(world, invoice)).map(({ kind }) => kind)
const statusOf = async (invoice: string) =>
  (await orderStatus(world, invoice)).body.transaction.status

test('before the settlement a sale is voided, as a whole', async () => {
  const of = await sold()
  const { body } = await refundOf(world, of, 90_000)
  assert.deepEqual(
    { ...body.refund, approval_code: undefined },
    {
      amount: 90_000,
      type: 'VOID',
      status: 'SUCCESS',
      message: 'Approved',
      approval_code: undefined,
    },
  )
  assert.match(body.refund.approval_code, /^[0-9]{6}$/)
  assert.deepEqual(body.order, { invoice_number: of.invoice })
  assert.deepEqual(body.payment, { original_request_id: of.requestId })
  assert.deepEqual(await kindsOf(of.invoice), ['sale', 'void'])
  assert.equal(await statusOf(of.invoice), 'REFUNDED')
})

test('before the settlement a part is refused', async () => {
  const of = await sold()
  const answer = await refundOf(world, of, 40_000)
  const message = 'Refund amount must be equal to the transaction amount before settlement'
  assertRefused(answer, parameter(message))
})

test('after the settlement parts are refunded until nothing is left', async () => {
  const of = await settled()
  const parts = [40_000, '30000', 20_000]
  for (const [i, amount] of parts.entries()) {
    const { refund: done } = (await refundOf(world, of, amount)).body
    assert.deepEqual(
      [done.type, done.status, done.amount],
      ['PARTIAL_REFUND', 'SUCCESS', Number(amount)],
    )
    assert.equal(await statusOf(of.invoice), i === parts.length - 1 ? 'REFUNDED' : 'SUCCESS')
  }
  const more = await refundOf(world, of, 1)
  assertRefused(more, parameter('Refund amount exceeds the remaining amount'))
})

test('after the settlement the whole amount is a FULL_REFUND', async () => {
  const of = await settled()
  const { refund: done } = (await refundOf(world, of, 90_000)).body
  assert.deepEqual([done.type, done.status], ['FULL_REFUND', 'SUCCESS'])
})

test('a capture is refunded by its own Request-Id or by that of its authorization', async () => {
  for (const by of ['capture', 'authorize']) {
    const held = await authorize(world)
    const requestId = randomUUID()
    await captureOf(world, held.body.payment.authorize_id, 60_000, { requestId })
    await settleAll()
    const of = chargedBy(held)
    const answer = await refundOf(world, by === 'capture' ? { ...of, requestId } : of, 60_000)
    assert.deepEqual(
      [answer.body.refund.type, answer.body.refund.status],
      ['FULL_REFUND', 'SUCCESS'],
    )
  }
})

test('the same refund of a capture again names the request that it named', async () => {
  const held = await authorize(world)
  const captureId = randomUUID()
  await captureOf(world, held.body.payment.authorize_id, 60_000, { requestId: captureId })
  await settleAll()
  const of = { ...chargedBy(held), requestId: captureId }
  const requestId = randomUUID()
  const first = await refundOf(world, of, 60_000, { requestId })
  const timestamp = formatTimestamp(new Date(Date.now() + 1_500))
  const again = await refundOf(world, of, 60_000, { requestId, timestamp })
  assert.equal(again.status, 409)
  assert.deepEqual({ ...again.body, error: undefined }, { ...first.body, error: undefined })
  assert.equal(again.body.payment.original_request_id, captureId)
})

test('what the acquirer’s own batch closed over is refunded in one answer and told once', async () => {
  await changeSettings(world, { notificationUrl: 'http://127.0.0.1:9/n' })
  const of = await sold()
  const { transaction, acquirer, card_payment } = (await orderStatus(world, of.invoice)).body
  assert.equal(transaction.status, 'SUCCESS')
  const named = (name: string) =>
    card_payment.identifier.find((one: { name: string }) => one.name === name).value
  const batch = { mid: named('MID'), tid: named('TID'), batchId: randomUUID() }
  const deadline = AbortSignal.timeout(5_000)
  await world.acquirerSimulator.acquirer(acquirer.id).closeBatch(batch, deadline)
  const { refund: done } = (await refundOf(world, of, 90_000)).body
  assert.deepEqual([done.type, done.status], ['FULL_REFUND', 'SUCCESS'])
  assert.deepEqual(await kindsOf(of.invoice), ['sale', 'void', 'refund'])
  const path = `/sandbox/notifications?invoiceNumber=${of.invoice}`
  const { notifications } = (await control(world, 'GET', path)).body
  const told = notifications.map(({ body }: { body: { refund?: object } }) => body.refund)
  assert.deepEqual(
    told.map((one: { type: string; status: string } | undefined) => one && [one.type, one.status]),
    [undefined, ['FULL_REFUND', 'SUCCESS']],
  )
  await changeSettings(world, { notificationUrl: null })
})

test('an authorization is voided before it is captured', async () => {
  const held = await authorize(world)
  const { refund: done } = (await refundOf(world, chargedBy(held), 90_000)).body
  assert.deepEqual([done.type, done.status], ['VOID', 'SUCCESS'])
})

test('an acquirer without refund messages: people decide, and the end is told', async () => {
  await changeSettings(world, { notificationUrl: 'http://127.0.0.1:9/n' })
  for (const [approve, amount, type, status] of [
    [true, 90_000, 'MANUAL_FULL_REFUND', 'SUCCESS'],
    [false, 40_000, 'MANUAL_PARTIAL_REFUND', 'FAILED'],
  ] as const) {
    const of = await settled({ number: '5576920000001000' })
    const requestId = randomUUID()
    const asked = (await refundOf(world, of, amount, { requestId })).body.refund
    assert.deepEqual([asked.type, asked.status], [type, 'PENDING'])
    const decided = await control(world, 'POST', `/sandbox/refunds/${requestId}`, { approve })
    assert.equal(decided.status, 200, decided.text)
    const path = `/sandbox/notifications?invoiceNumber=${of.invoice}`
    const { notifications } = (await control(world, 'GET', path)).body
    const told = notifications.at(-1).body
    assert.deepEqual([told.refund.type, told.refund.status], [type, status])
    assert.equal(told.transaction.status, approve ? 'REFUNDED' : 'SUCCESS')
    assert.equal(await statusOf(of.invoice), approve ? 'REFUNDED' : 'SUCCESS')
  }
  await changeSettings(world, { notificationUrl: null })
})

test('both paths are one route: a Request-Id is answered once', async () => {
  const of = await settled()
  const requestId = randomUUID()
  const body = {
    order: { invoice_number: of.invoice },
    payment: { original_request_id: of.requestId },
    refund: { amount: 40_000 },
  }
  const path = '/credit-card/v1/cancellation/credit-card/refund'
  assert.equal((await refund(world, body, { requestId, path })).status, 200)
  const timestamp = formatTimestamp(new Date(Date.now() + 1_500))
  const again = await refund(world, body, { requestId, timestamp })
  assert.deepEqual([again.status, again.body.refund.status], [409, 'SUCCESS'])
  const other = { ...body, refund: { amount: 50_000 } }
  assertRefused(await refund(world, other, { requestId, timestamp }), refusals.otherBody)
  assert.equal((await kindsOf(of.invoice)).filter((kind) => kind === 'refund').length, 1)
})

for (const [what, amount, word, kinds] of [
  ['declined', 19_051, 'FAILED', ['sale', 'refund']],
  ['lost on its way back', 19_068, 'SUCCESS', ['sale', 'refund', 'inquiry']],
  ['lost on its way', 19_069, 'FAILED', ['sale', 'inquiry', 'reversal']],
] as const) {
  test(`a refund that is ${what} ends ${word}`, async () => {
    const of = await settled()
    const requestId = randomUUID()
    const first = await refundOf(world, of, amount, { requestId })
    const isLost = amount !== 19_051
    assert.equal(first.body.refund.status, isLost ? 'PENDING' : 'FAILED')
    // What is under way is kept for it.
    if (isLost) {
      const rest = await refundOf(world, of, 90_000)
      assertRefused(rest, parameter('Refund amount exceeds the remaining amount'))
      await advance(world, 1 / 60)
    }
    const timestamp = formatTimestamp(new Date(Date.now() + 1_500))
    const again = await refundOf(world, of, amount, { requestId, timestamp })
    assert.deepEqual([again.status, again.body.refund.status], [409, word])
    assert.deepEqual(await kindsOf(of.invoice), kinds)
  })
}

test('20 refunds of 60 % at once leave exactly one standing', async () => {
  const of = await settled({ amount: 100_000 })
  const answers = await Promise.all(Array.from({ length: 20 }, () => refundOf(world, of, 60_000)))
  const done = answers.filter(({ body }) => body.refund?.status === 'SUCCESS')
  assert.equal(done.length, 1)
  const messages = [
    'Refund amount exceeds the remaining amount',
    'Your transaction is detected to be concurrent, please create another transaction',
  ]
  for (const { body } of answers) if (body.error) assert.ok(messages.includes(body.error.message))
  assert.equal((await kindsOf(of.invoice)).filter((kind) => kind === 'refund').length, 1)
})

test('20 voids at once are one void', async () => {
  const of = await sold()
  const answers = await Promise.all(Array.from({ length: 20 }, () => refundOf(world, of, 90_000)))
  assert.equal(answers.filter(({ body }) => body.refund?.status === 'SUCCESS').length, 1)
  assert.deepEqual(await kindsOf(of.invoice), ['sale', 'void'])
})

for (const [refundMembers, refusal] of [
  [{}, parameter('Invalid Request')],
  [undefined, parameter('Invalid Request')],
  [{ amount: 0 }, parameter('Invalid Request')],
  [{ amount: '90,000' }, parameter('Invalid Request')],
  [{ amount: -1 }, parameter('Invalid Request')],
  [{ ammount: 90_000 }, parameter('refund.ammount is not known')],
] as const) {
  test(`refund ${JSON.stringify(refundMembers)} is refused`, async () => {
    const body = {
      order: { invoice_number: 'INV' },
      payment: { original_request_id: 'x' },
      refund: refundMembers,
    }
    assertRefused(await refund(world, body), refusal)
  })
}

test('what is not paid, and what is another merchant’s, is not refunded', async () => {
  const of = await sold()
  assertRefused(await refundOf(world, { ...of, requestId: 'x' }, 90_000), refusals.notFound)
  assertRefused(await refundOf(world, { ...of, invoice: 'x' }, 90_000), refusals.notFound)
  const other = await anotherMerchant(world)
  assertRefused(await refundOf(world, of, 90_000, other), refusals.notFound)
  const declined = await sold({ amount: 19_051 })
  const message = 'Transaction can not be refunded'
  assertRefused(await refundOf(world, declined, 19_051), parameter(message))
  const gone = await sold({ number: cards.frictionlessMaster })
  await refundOf(world, gone, 90_000)
  assertRefused(await refundOf(world, gone, 90_000), parameter(message))
})
