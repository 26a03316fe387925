/** POST /credit-card/capture (wire.md 4.5). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { sandboxClientId } from '../../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { assertBooksAgree } from '../../harness/compare-books.ts'
import { createWorld } from '../../harness/world.ts'
import {
  advance,
  anotherMerchant,
  assertRefused,
  messagesOf,
  orderStatus,
  parameter,
  refusals,
} from '../calls.ts'
import { authorize, capture, captureOf, chargedBy, refundOf } from './calls.ts'

const world = await createWorld()

async function hold(amount = 90_000) {
  const answer = await authorize(world, { amount })
  assert.equal(answer.body.payment.status, 'SUCCESS')
  const { invoice, requestId } = chargedBy(answer)
  return { authorizeId: answer.body.payment.authorize_id as string, invoice, requestId }
}

const kindsOf = async (invoice: string) =>
  (await messagesOf(world, invoice)).map(({ kind }) => kind)

test('without an amount the whole authorization is captured', async () => {
  const { authorizeId, invoice } = await hold()
  const requestId = randomUUID()
  const { body } = await captureOf(world, authorizeId, undefined, { requestId })
  assert.deepEqual(
    [body.payment.type, body.payment.status, body.payment.response_code, body.payment.eci],
    ['CAPTURE', 'SUCCESS', '00', ''],
  )
  assert.equal(body.payment.request_id, requestId)
  assert.equal(body.payment.authorize_id, authorizeId)
  assert.equal(body.order.amount, 90_000)
  assert.equal((await orderStatus(world, invoice)).body.transaction.status, 'SUCCESS')
  assert.deepEqual(await kindsOf(invoice), ['authorize', 'capture'])
})

for (const amount of [50_000, '50000']) {
  test(`a part is captured: ${JSON.stringify(amount)}`, async () => {
    const { authorizeId } = await hold()
    const { body } = await captureOf(world, authorizeId, amount)
    assert.deepEqual([body.payment.status, body.order.amount], ['SUCCESS', 50_000])
  })
}

test('what a part leaves is released at the acquirer, and can be captured by nobody', async () => {
  const { authorizeId, invoice } = await hold()
  await captureOf(world, authorizeId, 60_000)
  await advance(world, 1 / 60)
  assert.deepEqual(await kindsOf(invoice), ['authorize', 'capture', 'reversal'])
  const [standing] = await world.acquirerSimulator.standing(sandboxClientId, invoice)
  assert.deepEqual([standing?.authorized, standing?.captured], [6_000_000n, 6_000_000n])
  const { transaction, order, capture } = (await orderStatus(world, invoice)).body
  assert.deepEqual([transaction.status, order.amount, capture.amount], ['SUCCESS', 90_000, 60_000])
})

test('a second capture is refused', async () => {
  const { authorizeId } = await hold()
  await captureOf(world, authorizeId, 10_000)
  const again = await captureOf(world, authorizeId, 10_000)
  assertRefused(again, parameter('Authorization has been captured'))
})

test('more than authorized is refused, and less is captured after that', async () => {
  const { authorizeId } = await hold()
  assertRefused(await captureOf(world, authorizeId, 90_001), parameter('Invalid capture amount'))
  assert.equal((await captureOf(world, authorizeId, 90_000)).body.payment.status, 'SUCCESS')
})

for (const amount of ['0', '-1', '9e4', '90000.00', '90,000', '1234567890123']) {
  test(`the amount ${amount} is no amount`, async () => {
    const answer = await captureOf(world, '1'.repeat(17), amount)
    assertRefused(answer, parameter('Invalid capture amount'))
  })
}

for (const payment of [
  undefined,
  {},
  { authorize_id: null },
  { authorize_id: '' },
  { authorize_id: ' ' },
]) {
  test(`Authorize Id Must Not Be Blank: ${JSON.stringify(payment)}`, async () => {
    assertRefused(await capture(world, { payment }), parameter('Authorize Id Must Not Be Blank'))
  })
}

test('a member that is not known is refused: a misspelt amount would take everything', async () => {
  const { authorizeId } = await hold()
  const answer = await capture(world, { payment: { authorize_id: authorizeId, amount: 1 } })
  assertRefused(answer, parameter('payment.amount is not known'))
})

test('an unknown authorize id, and one of another merchant, is not found', async () => {
  assertRefused(await captureOf(world, '9'.repeat(17)), refusals.notFound)
  const { authorizeId } = await hold()
  const other = await anotherMerchant(world)
  assertRefused(await captureOf(world, authorizeId, undefined, other), refusals.notFound)
  assert.equal((await captureOf(world, authorizeId)).body.payment.status, 'SUCCESS')
})

test('after a void nothing is captured', async () => {
  const held = await hold()
  assert.equal((await refundOf(world, held, 90_000)).body.refund.type, 'VOID')
  const late = await captureOf(world, held.authorizeId)
  assertRefused(late, parameter('Authorization has been voided'))
})

test('a declined capture leaves the hold as it was', async () => {
  const { authorizeId, invoice } = await hold(200_000)
  const declined = await captureOf(world, authorizeId, 19_051)
  assert.deepEqual(
    [declined.body.payment.status, declined.body.payment.response_code, declined.body.error.code],
    ['FAILED', '51', 'PAYMENT_FAILED'],
  )
  assert.equal((await orderStatus(world, invoice)).body.transaction.status, 'PENDING')
  assert.equal((await captureOf(world, authorizeId, 150_000)).body.payment.status, 'SUCCESS')
})

test('the same Request-Id again is answered 409 with the capture as it stands', async () => {
  const { authorizeId, invoice } = await hold()
  const requestId = randomUUID()
  await captureOf(world, authorizeId, 40_000, { requestId })
  const timestamp = formatTimestamp(new Date(Date.now() + 1_500))
  const again = await captureOf(world, authorizeId, 40_000, { requestId, timestamp })
  assert.deepEqual([again.status, again.body.payment.status], [409, 'SUCCESS'])
  const other = await captureOf(world, authorizeId, 50_000, { requestId, timestamp })
  assertRefused(other, refusals.otherBody)
  assert.equal((await kindsOf(invoice)).filter((kind) => kind === 'capture').length, 1)
})

test('20 captures of 60 % at once leave exactly one standing', async () => {
  const { authorizeId, invoice } = await hold(100_000)
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => captureOf(world, authorizeId, 60_000)),
  )
  const done = answers.filter(({ body }) => body.payment?.status === 'SUCCESS')
  assert.equal(done.length, 1)
  for (const answer of answers) {
    if (answer === done[0]) continue
    const { message } = answer.body.error
    assert.ok(
      [parameter('Authorization has been captured').message, refusals.double.message].includes(
        message,
      ),
      message,
    )
  }
  assert.equal((await kindsOf(invoice)).filter((kind) => kind === 'capture').length, 1)
})

test('a hold that nobody captures for 7 days is released at the acquirer', async () => {
  const { authorizeId, invoice } = await hold()
  await advance(world, 7 * 24 + 1)
  assertRefused(await captureOf(world, authorizeId), parameter('Authorization has expired'))
  assert.equal((await orderStatus(world, invoice)).body.transaction.status, 'FAILED')
  assert.deepEqual(await kindsOf(invoice), ['authorize', 'reversal'])
})

test('a capture that races with the end of its hold has one winner, and the books agree', async (t) => {
  const own = await createWorld()
  const invoices: string[] = []
  for (let round = 0; round < 20; round++) {
    const held = await authorize(own)
    const { invoice } = chargedBy(held)
    invoices.push(invoice)
    // The hold ends within the next few milliseconds: before, while or after the capture begins.
    const end = new Date(own.clock.now().getTime() + (round % 10) * 5)
    await own.database`update payments set capture_until = ${end} where invoice_number = ${invoice}`
    const [answer] = await Promise.all([
      captureOf(own, held.body.payment.authorize_id),
      advance(own, 1 / 3_600),
    ])
    if (answer.body.error) {
      const said = ['Authorization has expired', refusals.double.message]
      assert.ok(said.includes(answer.body.error.message), answer.text)
    }
  }
  await advance(own, 1)
  const ends = await assertBooksAgree(own.database, invoices)
  assert.equal((ends['captured'] ?? 0) + (ends['released'] ?? 0), 20, JSON.stringify(ends))
  t.diagnostic(JSON.stringify(ends))
})
