/** Messages and answers that get lost or late, and deadlines. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  able,
  assertReceived,
  assertRefused,
  createDesk,
  describe,
  isTaken,
  type KkiWorld,
  messageKinds,
  named,
  type Prepared,
  taken,
} from './world.ts'

/** A timer rings late on a busy machine; a connector that waits for an answer waits for ever. */
const slackMs = 4_000

export function testLostMessages(name: string, world: KkiWorld): void {
  const desk = createDesk(world)
  const { kkiSwitch, patienceMs } = world

  /** Waits for an answer that does not come, and no longer. */
  const assertUnknown = async (prepared: Prepared) => {
    const start = performance.now()
    const outcome = await prepared.send(AbortSignal.timeout(patienceMs))
    assert.equal(outcome.kind, 'unknown', describe(outcome))
    assert.ok(performance.now() - start < patienceMs + slackMs, 'waited beyond the deadline')
  }

  for (const kind of messageKinds) {
    test(`${name}: ${named[kind]} whose answer is lost is unknown, and the inquiry finds it`, async (t) => {
      const loseNext = able(t, world.provoke.lostAnswer)
      if (!loseNext) return
      const prepared = await desk.prepare(kind)
      await loseNext()
      await assertUnknown(prepared)
      await assertReceived(t, world, prepared, 1)
      const again = await prepared.send()
      assert.ok(isTaken(again), describe(again))
      await assertReceived(t, world, prepared, 1)
      if (kkiSwitch.capabilities.inquiry) assert.deepEqual(await desk.inquire(prepared), again)
    })

    test(`${name}: ${named[kind]} whose request is lost is unknown, and can be sent again`, async (t) => {
      const loseNext = able(t, world.provoke.lostRequest)
      if (!loseNext) return
      const prepared = await desk.prepare(kind)
      await loseNext()
      await assertUnknown(prepared)
      await assertReceived(t, world, prepared, 0)
      if (kkiSwitch.capabilities.inquiry) {
        assert.deepEqual(await desk.inquire(prepared), { kind: 'not_found' })
      }
      await taken(prepared)
      await assertReceived(t, world, prepared, 1)
    })

    if (kkiSwitch.capabilities.inquiry)
      test(`${name}: the late answer to ${named[kind]} is nobody else's answer`, async (t) => {
        const delayNext = able(t, world.provoke.lateAnswer)
        if (!delayNext) return
        const late = await desk.prepare(kind)
        await delayNext()
        await assertUnknown(late)
        // Each asks for itself while the late answer arrives.
        for (const other of Array.from({ length: 5 }, () => desk.pay())) {
          const outcome = await other.send()
          assert.equal(outcome.kind, 'approved', describe(outcome))
          assert.deepEqual(await desk.inquire(other), outcome)
          await new Promise((resolve) => setTimeout(resolve, patienceMs / 4))
        }
        assert.deepEqual(await desk.inquire(late), await late.send())
      })

    test(`${name}: the message of ${named[kind]} is not sent after the deadline`, async (t) => {
      const prepared = await desk.prepare(kind)
      assert.equal((await prepared.send(AbortSignal.abort())).kind, 'unknown')
      await assertReceived(t, world, prepared, 0)
      if (!kkiSwitch.capabilities.inquiry) return
      assert.deepEqual(await desk.inquire(prepared), { kind: 'not_found' })
    })
  }

  test(`${name}: an answer that comes before the deadline is waited for`, async (t) => {
    const delayNext = able(t, world.provoke.lateAnswer)
    if (!delayNext) return
    await delayNext()
    const start = performance.now()
    await taken(desk.pay())
    assert.ok(performance.now() - start >= patienceMs)
  })

  test(`${name}: inquiry and reversal know the deadline too`, async () => {
    const payment = await taken(desk.pay())
    assert.equal((await desk.inquire(payment, AbortSignal.abort())).kind, 'unknown')
    assert.equal((await desk.reverse(payment, AbortSignal.abort())).kind, 'unknown')
    // It was not reversed: it can be given back.
    await taken(desk.refund(payment))
  })

  if (kkiSwitch.capabilities.inquiry)
    test(`${name}: whenever the deadline comes, the outcome is true or unknown`, async () => {
      await Promise.all(
        Array.from({ length: 30 }, async (_, milliseconds) => {
          const payment = desk.pay()
          const outcome = await payment.send(AbortSignal.timeout(milliseconds))
          assert.notEqual(outcome.kind, 'refused')
          if (outcome.kind === 'approved') assert.deepEqual(await desk.inquire(payment), outcome)
          assert.deepEqual(await desk.reverse(payment), { kind: 'acknowledged' })
          await assertRefused(payment)
        }),
      )
    })
}
