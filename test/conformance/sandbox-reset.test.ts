/** What a reset makes of a call that is in flight (sandbox.md, Reset): it ends, and says why. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { asksBack, pays, settleNow } from '../harness/settlements.ts'
import { control, createWorld } from '../harness/world.ts'

const world = await createWorld()

test('a decision on a manual refund that is reset away meanwhile is answered 503', async () => {
  const paid = await pays(world, { at: 'BANK_CIMB' })
  await settleNow(world)
  const requestId = randomUUID()
  await asksBack(world, paid, { requestId })
  const { acquirerSimulator } = world
  const { decideRefund } = acquirerSimulator
  acquirerSimulator.decideRefund = async (...given) => {
    assert.equal((await control(world, 'POST', '/sandbox/reset')).status, 200)
    return decideRefund(...given)
  }
  const path = `/sandbox/refunds/${requestId}`
  const answer = await control(world, 'POST', path, { approve: true })
  acquirerSimulator.decideRefund = decideRefund
  assert.deepEqual([answer.status, answer.body.error.code], [503, 'SERVICE_UNAVAILABLE'])
  assert.equal((await control(world, 'POST', path, { approve: true })).status, 404)
})
