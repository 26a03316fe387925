/** Messages and answers that get lost or late, and deadlines. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AcquirerWorld,
  assertReceived,
  canInquire,
  canSend,
  createDesk,
  describe,
  kindsOf,
  named,
  type Prepared,
  provoking,
} from './world.ts'

/** A timer rings late on a busy machine; a connector that waits for an answer waits for ever. */
const slackMs = 4_000

export function testLostMessages(name: string, world: AcquirerWorld): void {
  const desk = createDesk(world)
  const { acquirer, patienceMs } = world

  /** Waits for an answer that does not come, and no longer. */
  const assertUnknown = async (prepared: Prepared) => {
    const start = performance.now()
    const outcome = await prepared.send(AbortSignal.timeout(patienceMs))
    assert.equal(outcome.kind, 'unknown', describe(outcome))
    assert.ok(performance.now() - start < patienceMs + slackMs, 'waited beyond the deadline')
  }

  for (const kind of kindsOf(acquirer)) {
    test(`${name}: ${named[kind]} whose answer is lost is unknown, and the inquiry finds it`, async (t) => {
      const loseNext = provoking(t, world.provoke.lostAnswer)
      if (!loseNext || !canSend(t, acquirer, kind)) return
      const prepared = await desk.prepare(kind)
      await loseNext()
      await assertUnknown(prepared)
      await assertReceived(t, world, prepared, 1)
      const again = await prepared.send()
      assert.equal(again.kind, 'approved', describe(again))
      await assertReceived(t, world, prepared, 1)
      if (acquirer.capabilities.inquiry) assert.deepEqual(await desk.inquire(prepared), again)
    })

    test(`${name}: ${named[kind]} whose request is lost is unknown, and can be sent again`, async (t) => {
      const loseNext = provoking(t, world.provoke.lostRequest)
      if (!loseNext || !canSend(t, acquirer, kind)) return
      const prepared = await desk.prepare(kind)
      await loseNext()
      await assertUnknown(prepared)
      await assertReceived(t, world, prepared, 0)
      if (acquirer.capabilities.inquiry) {
        assert.deepEqual(await desk.inquire(prepared), { kind: 'not_found' })
      }
      assert.equal((await prepared.send()).kind, 'approved')
      await assertReceived(t, world, prepared, 1)
    })

    test(`${name}: the late answer to ${named[kind]} is nobody else's answer`, async (t) => {
      const delayNext = provoking(t, world.provoke.lateAnswer)
      if (!delayNext || !canSend(t, acquirer, kind) || !canInquire(t, acquirer)) return
      const late = await desk.prepare(kind)
      await delayNext()
      await assertUnknown(late)
      // Each asks for itself while the late answer arrives.
      const others = await Promise.all(Array.from({ length: 5 }, () => desk.prepare('sale')))
      for (const other of others) {
        const outcome = await other.send()
        assert.equal(outcome.kind, 'approved', describe(outcome))
        assert.deepEqual(await desk.inquire(other), outcome)
        await new Promise((resolve) => setTimeout(resolve, patienceMs / 4))
      }
      assert.deepEqual(await desk.inquire(late), await late.send())
    })

    test(`${name}: the message of ${named[kind]} is not sent after the deadline`, async (t) => {
      if (!canSend(t, acquirer, kind)) return
      const prepared = await desk.prepare(kind)
      assert.equal((await prepared.send(AbortSignal.abort())).kind, 'unknown')
      await assertReceived(t, world, prepared, 0)
      if (!canInquire(t, acquirer)) return
      assert.deepEqual(await desk.inquire(prepared), { kind: 'not_found' })
    })
  }

  test(`${name}: an answer that comes before the deadline is waited for`, async (t) => {
    const delayNext = provoking(t, world.provoke.lateAnswer)
    if (!delayNext) return
    await delayNext()
    const start = performance.now()
    await desk.approved(desk.first('sale'))
    assert.ok(performance.now() - start >= patienceMs)
  })

  test(`${name}: inquiry, reversal and the end of a batch know the deadline too`, async () => {
    const sale = await desk.approved(desk.first('sale'))
    const { mid, tid, amount } = sale.command
    const over = AbortSignal.abort()
    assert.equal((await desk.inquire(sale, over)).kind, 'unknown')
    assert.equal((await desk.reverse(sale, amount, over)).kind, 'unknown')
    const closed = await acquirer.closeBatch({ mid, tid, batchId: 'bat_late' }, over)
    assert.equal(closed.kind, 'unknown')
    // None of them was sent: the sale stands and its batch is open.
    if (acquirer.capabilities.void) await desk.approved(desk.follow('void', sale))
  })

  test(`${name}: whenever the deadline comes, the outcome is true or unknown`, async (t) => {
    if (!canInquire(t, acquirer)) return
    await Promise.all(
      Array.from({ length: 30 }, async (_, milliseconds) => {
        const sale = desk.first('sale')
        const outcome = await sale.send(AbortSignal.timeout(milliseconds))
        assert.notEqual(outcome.kind, 'refused')
        if (outcome.kind === 'approved') assert.deepEqual(await desk.inquire(sale), outcome)
        assert.deepEqual(await desk.reverse(sale), { kind: 'acknowledged' })
        assert.equal((await sale.send()).kind, 'refused')
      }),
    )
  })
}
