/** Refunds at an acquirer that takes no refund messages (sandbox.md: BANK_CIMB). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { anotherMerchant, messagesOf } from '../../../../test/conformance/calls.ts'
import {
  asksBack,
  doBooksAgree,
  paymentOf,
  pays,
  settleNow,
} from '../../../../test/harness/settlements.ts'
import { control, createWorld } from '../../../../test/harness/world.ts'

const world = await createWorld()
const other = await createWorld({ shares: world })

const decide = (requestId: string, approve: boolean, where = world, query = '') =>
  control(where, 'POST', `/sandbox/refunds/${requestId}${query}`, { approve })

/** A settled payment with a refund that people have to decide. */
async function waits(amount?: number) {
  const paid = await pays(world, { at: 'BANK_CIMB', amount: 90_000 })
  await settleNow(world)
  const requestId = randomUUID()
  const refund = await asksBack(world, paid, { requestId, ...(amount ? { amount } : {}) })
  assert.equal(refund.status, 'PENDING')
  return { paid, requestId }
}

const reservedOf = async ({ invoice }: { invoice: string }) => {
  const [row] = await world.database<{ reserved: bigint }[]>`
    select reserved_minor as reserved from payments where invoice_number = ${invoice}`
  return row?.reserved
}

test('an approved manual refund gives the money back, in both books', async () => {
  const { paid, requestId } = await waits()
  const kinds = async () => (await messagesOf(world, paid.invoice)).map(({ kind }) => kind)
  assert.deepEqual(await kinds(), ['sale'])
  assert.equal(await reservedOf(paid), 9_000_000n)
  const answer = await decide(requestId, true)
  assert.deepEqual(answer.body, {
    requestId,
    invoiceNumber: paid.invoice,
    type: 'MANUAL_FULL_REFUND',
    status: 'SUCCESS',
    amount: 90_000,
  })
  const { state, refundedMinor } = await paymentOf(world, paid)
  assert.deepEqual([state, refundedMinor], ['refunded', 9_000_000n])
  assert.equal(await reservedOf(paid), 0n)
  assert.deepEqual(await kinds(), ['sale', 'refund'])
  assert.ok(await doBooksAgree(world, paid))
  const [batch] = await settleNow(world)
  assert.deepEqual([batch?.acquirerId, batch?.net], ['BANK_CIMB', -90_000])
})

test('a refused manual refund lets the money go for another', async () => {
  const { paid, requestId } = await waits(40_000)
  const answer = await decide(requestId, false)
  assert.deepEqual([answer.body.type, answer.body.status], ['MANUAL_PARTIAL_REFUND', 'FAILED'])
  const { state, refundedMinor } = await paymentOf(world, paid)
  assert.deepEqual([state, refundedMinor], ['captured', 0n])
  assert.ok(await doBooksAgree(world, paid))
  const whole = randomUUID()
  await asksBack(world, paid, { requestId: whole })
  assert.equal((await decide(whole, true)).body.status, 'SUCCESS')
  assert.ok(await doBooksAgree(world, paid))
})

test('the same decision again changes nothing, the other one is refused', async () => {
  for (const approve of [true, false]) {
    const { paid, requestId } = await waits(30_000)
    const first = await decide(requestId, approve)
    const before = await paymentOf(world, paid)
    assert.deepEqual((await decide(requestId, approve)).body, first.body)
    const contrary = await decide(requestId, !approve)
    assert.equal(contrary.status, 409)
    assert.equal(contrary.body.error.code, 'ALREADY_DECIDED')
    assert.deepEqual(await paymentOf(world, paid), before)
    assert.ok(await doBooksAgree(world, paid))
  }
})

test('contrary decisions at once, in two processes, are one, and the books agree', async () => {
  for (let i = 0; i < 10; i++) {
    const { paid, requestId } = await waits(30_000)
    const answers = await Promise.all([
      decide(requestId, true),
      decide(requestId, false, other),
      decide(requestId, true, other),
      decide(requestId, false),
    ])
    const told = new Set(answers.filter(({ status }) => status === 200).map((a) => a.body.status))
    assert.equal(told.size, 1)
    const isApproved = told.has('SUCCESS')
    assert.equal((await paymentOf(world, paid)).refundedMinor, isApproved ? 3_000_000n : 0n)
    assert.equal(await reservedOf(paid), 0n)
    assert.ok(await doBooksAgree(world, paid))
  }
})

test('a refund that nobody knows, is not manual or is another merchant’s is not found', async () => {
  const stranger = await anotherMerchant(world)
  const { requestId } = await waits()
  const online = await pays(world)
  await settleNow(world)
  const onlineId = randomUUID()
  await asksBack(world, online, { requestId: onlineId })
  for (const answer of [
    await decide(randomUUID(), true),
    await decide(onlineId, true),
    await decide(online.requestId, true),
    await decide(requestId, true, world, `?clientId=${stranger.clientId}`),
  ]) {
    assert.equal(answer.status, 404)
    assert.equal(answer.body.error.code, 'NOT_FOUND')
  }
  for (const body of [{}, { approve: 'yes' }, { approve: true, amount: 1 }]) {
    const answer = await control(world, 'POST', `/sandbox/refunds/${requestId}`, body)
    assert.equal(answer.status, 400)
  }
})
