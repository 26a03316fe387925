/** How an account ends: at once for the merchant, later at the issuer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meaningOf } from '../response-codes.ts'
import { able, assertRefused, createDesk, isTaken, type KkiWorld, taken } from './world.ts'

export function testUnbindings(name: string, world: KkiWorld): void {
  const desk = createDesk(world)

  test(`${name}: nobody pays by an account from its unbinding on`, async () => {
    const bound = await desk.bound()
    const payment = await taken(desk.payBy(bound))
    await taken(desk.unbind(bound.customer, bound.account))
    assert.equal(meaningOf(await assertRefused(desk.payBy(bound))), 'no_card_record')
    // What was paid can still be given back, and its decision stays.
    assert.ok(isTaken(await payment.send()))
    await taken(desk.refund(payment))
  })

  if (world.kkiSwitch.capabilities.inquiry)
    test(`${name}: an unbinding is approved by the time that its answer told`, async (t) => {
      const passTimeTo = able(t, world.passTimeTo)
      if (!passTimeTo) return
      const { customer, account } = await desk.bound()
      const unbinding = desk.unbind(customer, account)
      const first = await unbinding.send()
      if (first.kind === 'pending') await passTimeTo(first.decidedBy)
      const outcome = await desk.inquire(unbinding)
      assert.equal(outcome.kind, 'approved')
      assert.deepEqual(await unbinding.send(), outcome)
    })

  test(`${name}: of 10 unbindings of an account one is taken`, async () => {
    const { customer, account } = await desk.bound()
    const unbindings = Array.from({ length: 10 }, () => desk.unbind(customer, account))
    const outcomes = await Promise.all(unbindings.map((one) => one.send()))
    assert.equal(outcomes.filter(isTaken).length, 1)
    assert.ok(outcomes.every(({ kind }) => kind !== 'unknown'))
  })

  test(`${name}: what was unbound is bound again, as another account`, async () => {
    const { customer, account } = await desk.bound()
    await taken(desk.unbind(customer, account))
    const { custIdMerchant } = customer
    const again = await desk.bound({ custIdMerchant })
    assert.notEqual(again.account, account)
    await taken(desk.payBy(again))
  })

  test(`${name}: of a payment and an unbinding at once the payment's decision is what stands`, async () => {
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const bound = await desk.bound()
        const payment = desk.payBy(bound)
        const [paid] = await Promise.all([
          payment.send(),
          taken(desk.unbind(bound.customer, bound.account)),
        ])
        assert.ok(paid.kind === 'approved' || paid.kind === 'refused')
        assert.deepEqual(await payment.send(), paid)
      }),
    )
  })
}
