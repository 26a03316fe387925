/** Reversals and inquiries: what was undone never stands, whichever message comes first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  able,
  assertReceived,
  assertRefused,
  createDesk,
  type KkiWorld,
  messageKinds,
  named,
  type Prepared,
  taken,
} from './world.ts'

const acknowledged = { kind: 'acknowledged' }

export function testReversals(name: string, world: KkiWorld): void {
  const desk = createDesk(world)
  const { kkiSwitch } = world

  /** What was reversed is not called approved by an inquiry, where there is one. */
  const assertReversed = async (prepared: Prepared) => {
    if (!kkiSwitch.capabilities.inquiry) return
    const { kind } = await desk.inquire(prepared)
    assert.ok(kind === 'refused' || kind === 'not_found', kind)
  }

  for (const kind of ['otp', 'pay', 'refund'] as const) {
    test(`${name}: ${named[kind]} that comes after its reversal is refused and never stands`, async (t) => {
      const prepared = await desk.prepare(kind)
      assert.deepEqual(await desk.reverse(prepared), acknowledged)
      await assertReversed(prepared)
      await assertRefused(prepared)
      await assertReversed(prepared)
      await assertRefused(prepared)
      await assertReceived(t, world, prepared, 1)
      // What it was about is as if it had never been sent.
      if (kind !== 'pay') await taken(desk.again(prepared))
    })

    test(`${name}: ${named[kind]} is reversed, as often as one likes`, async () => {
      const prepared = await taken(await desk.prepare(kind))
      const reverse = desk.reversalOf(prepared)
      const answers = await Promise.all(Array.from({ length: 20 }, reverse))
      // Also by a reversal with references of its own.
      answers.push(await reverse(), await desk.reverse(prepared))
      for (const answer of answers) assert.deepEqual(answer, acknowledged)
      await assertReversed(prepared)
      await assertRefused(prepared)
      if (kind !== 'pay') await taken(desk.again(prepared))
    })

    test(`${name}: of ${named[kind]} and its reversal at once nothing stands`, async () => {
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const prepared = await desk.prepare(kind)
          const reverse = desk.reversalOf(prepared)
          await Promise.all([prepared.send(), reverse(), prepared.send(), reverse()])
          await assertReversed(prepared)
          await assertRefused(prepared)
        }),
      )
    })
  }

  for (const kind of messageKinds) {
    if (kkiSwitch.capabilities.inquiry)
      test(`${name}: an inquiry finds what became of ${named[kind]}`, async () => {
        const prepared = await desk.prepare(kind)
        assert.deepEqual(await desk.inquire(prepared), { kind: 'not_found' })
        const outcome = await prepared.send()
        assert.deepEqual(await desk.inquire(prepared), outcome)
        assert.deepEqual(await desk.inquire(prepared), outcome)
      })

    if (kkiSwitch.capabilities.inquiry)
      test(`${name}: an inquiry finds ${named[kind]} refused, and its code`, async (t) => {
        const refuseNext = able(t, world.provoke.refusal)
        if (!refuseNext) return
        const prepared = await desk.prepare(kind)
        await refuseNext()
        const outcome = await prepared.send()
        assert.equal(outcome.kind, 'refused')
        assert.deepEqual(await desk.inquire(prepared), outcome)
      })
  }

  test(`${name}: nothing is given back of a payment that was reversed`, async () => {
    const payment = await taken(desk.pay())
    assert.deepEqual(await desk.reverse(payment), acknowledged)
    await assertRefused(desk.refund(payment))
  })

  test(`${name}: what a reversed password or payment bound is bound no more`, async () => {
    const bound = await desk.bound()
    assert.deepEqual(await desk.reverse(bound.otp), acknowledged)
    await assertRefused(desk.payBy(bound))
    const { command } = desk.pay({ custIdMerchant: bound.customer.custIdMerchant })
    assert.ok(command.source.kind === 'card')
    const payment = desk.pay({ ...command, source: { ...command.source, binds: true } })
    const outcome = await payment.send()
    assert.ok(outcome.kind === 'approved' && outcome.account)
    assert.deepEqual(await desk.reverse(payment), acknowledged)
    await assertRefused(desk.payBy({ ...bound, account: outcome.account }))
  })

  test(`${name}: what was bound before a payment outlives its reversal`, async () => {
    const bound = await desk.bound()
    const { command } = desk.pay({ custIdMerchant: bound.customer.custIdMerchant })
    assert.ok(command.source.kind === 'card')
    const payment = await taken(
      desk.pay({ ...command, source: { ...command.source, binds: true } }),
    )
    assert.deepEqual(await desk.reverse(payment), acknowledged)
    await taken(desk.payBy(bound))
  })

  test(`${name}: what a payment bound too outlives the reversal of the password`, async () => {
    const bound = await desk.bound()
    const { command } = desk.pay({ custIdMerchant: bound.customer.custIdMerchant })
    assert.ok(command.source.kind === 'card')
    const payment = desk.pay({ ...command, source: { ...command.source, binds: true } })
    const outcome = await payment.send()
    assert.ok(outcome.kind === 'approved' && outcome.account)
    const shared = { ...bound, account: outcome.account }
    assert.deepEqual(await desk.reverse(bound.otp), acknowledged)
    await taken(desk.payBy(shared))
    assert.deepEqual(await desk.reverse(payment), acknowledged)
    await assertRefused(desk.payBy(shared))
  })

  if (!kkiSwitch.capabilities.inquiry)
    test(`${name}: without an inquiry nothing is known of any message`, async () => {
      assert.equal((await desk.inquire(await taken(desk.pay()))).kind, 'unknown')
      assert.equal((await desk.inquire(desk.pay())).kind, 'unknown')
    })
}
