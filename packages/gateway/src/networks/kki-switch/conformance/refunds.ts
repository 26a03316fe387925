/** What refunds give back, one by one and many at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../../../primitives/money.ts'
import { meaningOf } from '../response-codes.ts'
import { assertRefused, createDesk, type KkiWorld, percent, taken, whole } from './world.ts'

export function testRefunds(name: string, world: KkiWorld): void {
  const desk = createDesk(world)
  const { partialRefund } = world.kkiSwitch.capabilities

  const countRefunded = async (amount: typeof whole): Promise<number> => {
    const payment = await taken(desk.pay())
    const refunds = Array.from({ length: 20 }, () => desk.refund(payment, amount))
    const outcomes = await Promise.all(refunds.map((refund) => refund.send()))
    assert.ok(outcomes.every(({ kind }) => kind !== 'unknown'))
    return outcomes.filter(({ kind }) => kind === 'approved').length
  }

  test(`${name}: a refund gives back the whole, once and no more`, async () => {
    const payment = await taken(desk.pay())
    const above = desk.refund(payment, money(whole.minor + 1n, 'IDR'))
    assert.equal(meaningOf(await assertRefused(above)), 'invalid_amount')
    await taken(desk.refund(payment))
    await assertRefused(desk.refund(payment))
  })

  test(`${name}: a payment by account is refunded like one by card`, async () => {
    const payment = await taken(desk.payBy(await desk.bound()))
    await taken(desk.refund(payment))
    await assertRefused(desk.refund(payment))
  })

  test(`${name}: of 20 refunds of the whole at once one is approved`, async () => {
    assert.equal(await countRefunded(whole), 1)
  })

  if (!partialRefund) {
    test(`${name}: a refund in part is refused`, async () => {
      const payment = await taken(desk.pay())
      await assertRefused(desk.refund(payment, percent(60n)))
      await taken(desk.refund(payment))
    })
    return
  }

  test(`${name}: refunds in parts give back what was paid, and no more`, async () => {
    const payment = await taken(desk.pay())
    for (const part of [10n, 20n]) await taken(desk.refund(payment, percent(part)))
    await assertRefused(desk.refund(payment, percent(71n)))
    await taken(desk.refund(payment, percent(70n)))
    await assertRefused(desk.refund(payment, percent(1n)))
  })

  for (const [part, fit] of [
    [60n, 1],
    [30n, 3],
  ] as const) {
    test(`${name}: of 20 refunds of ${part} % at once ${fit} are approved`, async () => {
      assert.equal(await countRefunded(percent(part)), fit)
    })
  }
}
