/** Payments that wait for their cardholder in the issuer's app. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Decided, PayCommand } from '../contract.ts'
import { meaningOf } from '../response-codes.ts'
import {
  able,
  assertRefused,
  createDesk,
  describe,
  type KkiWorld,
  type Prepared,
  taken,
} from './world.ts'

export function testPending(name: string, world: KkiWorld): void {
  // What waits is learnt of by inquiry.
  if (!world.kkiSwitch.capabilities.inquiry) return
  const desk = createDesk(world)
  const { kkiSwitch } = world

  /** A payment that was sent and waits, and who decides it. */
  const waiting = async (t: TestContext, prepared: Prepared<PayCommand> = desk.pay()) => {
    const waitNext = able(t, world.provoke.waiting)
    const decide = waitNext && able(t, world.decide)
    if (!waitNext || !decide) return
    await waitNext()
    const outcome = await prepared.send()
    assert.ok(outcome.kind === 'pending', describe(outcome))
    assert.deepEqual(await prepared.send(), outcome)
    assert.deepEqual(await desk.inquire(prepared), outcome)
    const decideIt = (approve: boolean) => decide(prepared.command, approve)
    return { ...prepared, decidedBy: outcome.decidedBy, decide: decideIt }
  }

  for (const approve of [true, false]) {
    const decided = approve ? 'approved' : 'refused'
    test(`${name}: what the cardholder ${approve ? 'confirms' : 'declines'} is ${decided}`, async (t) => {
      const payment = await waiting(t)
      if (!payment) return
      assert.ok(await payment.decide(approve))
      const outcome = await desk.inquire(payment)
      assert.equal(outcome.kind, decided)
      assert.deepEqual(await payment.send(), outcome)
      if (outcome.kind === 'refused') {
        assert.equal(meaningOf(outcome.responseCode), 'cancelled_by_cardholder')
      }
      // His first decision stands.
      assert.equal(await payment.decide(!approve), false)
      assert.deepEqual(await desk.inquire(payment), outcome)
      if (approve) await taken(desk.refund(payment))
      else await assertRefused(desk.refund(payment))
    })
  }

  test(`${name}: what nobody confirms is refused when its time is over`, async (t) => {
    const passTimeTo = able(t, world.passTimeTo)
    const payment = passTimeTo && (await waiting(t))
    if (!payment) return
    await passTimeTo(payment.decidedBy)
    const outcome = await desk.inquire(payment)
    assert.ok(
      outcome.kind === 'refused' && meaningOf(outcome.responseCode) === 'confirmation_expired',
    )
    assert.equal(await payment.decide(true), false)
    assert.deepEqual(await payment.send(), outcome)
  })

  test(`${name}: of many decisions at once one counts`, async (t) => {
    const payment = await waiting(t)
    if (!payment) return
    const choices = Array.from({ length: 10 }, (_, i) => i % 2 === 0)
    const counted = await Promise.all(choices.map(payment.decide))
    const [winner, ...others] = choices.filter((_, i) => counted[i])
    assert.equal(others.length, 0)
    assert.equal((await desk.inquire(payment)).kind, winner ? 'approved' : 'refused')
  })

  test(`${name}: what waits is not refunded`, async (t) => {
    const payment = await waiting(t)
    if (payment) await assertRefused(desk.refund(payment))
  })

  test(`${name}: what was reversed while it waited never stands`, async (t) => {
    const payment = await waiting(t)
    if (!payment) return
    assert.deepEqual(await desk.reverse(payment), { kind: 'acknowledged' })
    assert.equal(await payment.decide(true), false)
    assert.equal((await desk.inquire(payment)).kind, 'refused')
    await assertRefused(payment)
  })

  test(`${name}: of a confirmation and a reversal at once nothing stands`, async (t) => {
    const payment = await waiting(t)
    if (!payment) return
    await Promise.all([payment.decide(true), desk.reverse(payment)])
    assert.equal((await desk.inquire(payment)).kind, 'refused')
    await assertRefused(desk.refund(payment))
  })

  test(`${name}: a payment that waits binds when it is confirmed`, async (t) => {
    const { custIdMerchant } = world.newBinding()
    const { command } = desk.pay({ custIdMerchant })
    assert.ok(command.source.kind === 'card')
    const source = { ...command.source, binds: true }
    const payment = await waiting(t, desk.pay({ ...command, source }))
    if (!payment) return
    assert.ok(await payment.decide(true))
    const outcome = await desk.inquire(payment)
    assert.ok(outcome.kind === 'approved' && outcome.account !== undefined, describe(outcome))
    const byAccount = { kind: 'account', account: outcome.account, device: undefined } as const
    await taken(desk.pay({ custIdMerchant, source: byAccount }))
  })

  test(`${name}: who listens hears that a payment was decided, unless he stopped`, async (t) => {
    const heard: Decided[] = []
    const stop = kkiSwitch.onDecided((decided) => void heard.push(decided))
    const stopBroken = kkiSwitch.onDecided(() => Promise.reject(new Error('a listener failed')))
    const payment = await waiting(t)
    if (payment) {
      assert.ok(await payment.decide(true))
      const { mid, references } = payment.command
      assert.deepEqual(heard, [{ mid, rrn: references.rrn, kind: 'pay' }])
    }
    stop()
    stopBroken()
    const other = await waiting(t)
    await other?.decide(true)
    assert.equal(heard.length, payment ? 1 : 0)
  })
}
