/** What captures, voids and refunds may take and give back, one by one and many at once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { money } from '../../../primitives/money.ts'
import {
  type AcquirerWorld,
  assertRefused,
  canSend,
  createDesk,
  type Prepared,
  percent,
  whole,
} from './world.ts'

const aboveWhole = money(whole.minor + 1n, 'IDR')

export function testLimits(name: string, world: AcquirerWorld): void {
  const desk = createDesk(world)
  const { acquirer } = world

  /** Sends them all at once; how many were approved. None may be left open. */
  const countApproved = async (messages: readonly Prepared[]): Promise<number> => {
    const outcomes = await Promise.all(messages.map((message) => message.send()))
    assert.ok(outcomes.every(({ kind }) => kind !== 'unknown'))
    return outcomes.filter(({ kind }) => kind === 'approved').length
  }

  test(`${name}: a capture takes what was authorized or less, once`, async () => {
    const one = await desk.approved(desk.first('authorize'))
    await assertRefused(desk.follow('capture', one, aboveWhole))
    await desk.approved(desk.follow('capture', one, percent(60n)))
    await assertRefused(desk.follow('capture', one, percent(40n)))
    const other = await desk.approved(desk.first('authorize'))
    await desk.approved(desk.follow('capture', other))
  })

  test(`${name}: of 20 captures at once one is approved`, async () => {
    const authorization = await desk.approved(desk.first('authorize'))
    const captures = Array.from({ length: 20 }, () =>
      desk.follow('capture', authorization, percent(60n)),
    )
    assert.equal(await countApproved(captures), 1)
  })

  test(`${name}: nothing follows what the acquirer never heard of`, async () => {
    for (const kind of ['capture', 'void', 'refund'] as const) {
      const never = desk.first(kind === 'capture' ? 'authorize' : 'sale')
      await assertRefused(desk.follow(kind, never))
    }
  })

  test(`${name}: a sale is not captured`, async () => {
    await assertRefused(desk.follow('capture', await desk.approved(desk.first('sale'))))
  })

  test(`${name}: what was only authorized is not refunded`, async () => {
    await assertRefused(desk.follow('refund', await desk.approved(desk.first('authorize'))))
  })

  test(`${name}: what was voided is neither captured, voided nor refunded`, async (t) => {
    if (!canSend(t, acquirer, 'void')) return
    const authorization = await desk.approved(desk.first('authorize'))
    await desk.approved(desk.follow('void', authorization))
    await assertRefused(desk.follow('capture', authorization))
    await assertRefused(desk.follow('void', authorization))
    const sale = await desk.approved(desk.first('sale'))
    await desk.approved(desk.follow('void', sale))
    await assertRefused(desk.follow('void', sale))
    await assertRefused(desk.follow('refund', sale, percent(1n)))
  })

  test(`${name}: a void takes back the whole, or nothing`, async (t) => {
    if (!canSend(t, acquirer, 'void')) return
    const sale = await desk.approved(desk.first('sale'))
    await assertRefused(desk.follow('void', sale, percent(60n)))
    await desk.approved(desk.follow('void', sale))
    const authorization = await desk.approved(desk.first('authorize'))
    const capture = await desk.approved(desk.follow('capture', authorization, percent(60n)))
    await assertRefused(desk.follow('void', authorization))
    await desk.approved(desk.follow('void', capture))
    await assertRefused(desk.follow('refund', capture, percent(1n)))
  })

  test(`${name}: of 20 voids at once one is approved`, async (t) => {
    if (!canSend(t, acquirer, 'void')) return
    const sale = await desk.approved(desk.first('sale'))
    const voids = Array.from({ length: 20 }, () => desk.follow('void', sale))
    assert.equal(await countApproved(voids), 1)
  })

  test(`${name}: of a capture and a void at once one is approved`, async (t) => {
    if (!canSend(t, acquirer, 'void')) return
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const authorization = await desk.approved(desk.first('authorize'))
        const both = (['capture', 'void'] as const).map((kind) => desk.follow(kind, authorization))
        assert.equal(await countApproved(both), 1)
      }),
    )
  })

  if (acquirer.capabilities.onlineRefund)
    test(`${name}: of a refund and a void at once one is approved`, async (t) => {
      if (!canSend(t, acquirer, 'void') || !canSend(t, acquirer, 'refund')) return
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const sale = await desk.approved(desk.first('sale'))
          const both = (['refund', 'void'] as const).map((kind) => desk.follow(kind, sale))
          assert.equal(await countApproved(both), 1)
        }),
      )
    })

  if (acquirer.capabilities.onlineRefund)
    test(`${name}: refunds give back what was captured, in parts, and no more`, async (t) => {
      if (!canSend(t, acquirer, 'refund')) return
      const authorization = await desk.approved(desk.first('authorize'))
      const capture = await desk.approved(desk.follow('capture', authorization, percent(60n)))
      await assertRefused(desk.follow('refund', capture, percent(61n)))
      for (const part of [10n, 20n]) {
        await desk.approved(desk.follow('refund', capture, percent(part)))
      }
      await assertRefused(desk.follow('refund', capture, percent(31n)))
      await desk.approved(desk.follow('refund', capture, percent(30n)))
      await assertRefused(desk.follow('refund', capture, percent(1n)))
    })

  for (const [part, fit] of [
    [60n, 1],
    [30n, 3],
  ] as const) {
    if (acquirer.capabilities.onlineRefund)
      test(`${name}: of 20 refunds of ${part} % at once ${fit} are approved`, async (t) => {
        if (!canSend(t, acquirer, 'refund')) return
        const sale = await desk.approved(desk.first('sale'))
        const refunds = Array.from({ length: 20 }, () => desk.follow('refund', sale, percent(part)))
        assert.equal(await countApproved(refunds), fit)
      })
  }

  test(`${name}: after its batch is closed a void is refused as such`, async (t) => {
    if (!canSend(t, acquirer, 'void')) return
    const sale = await desk.approved(desk.first('sale'))
    const authorization = await desk.approved(desk.first('authorize'))
    const capture = await desk.approved(desk.follow('capture', authorization))
    const hold = await desk.approved(desk.first('authorize'))
    const batchId = randomUUID()
    await desk.closeBatch(sale, batchId)
    for (const closed of [sale, capture]) {
      const outcome = await desk.follow('void', closed).send()
      assert.ok(outcome.kind === 'refused' && outcome.batchClosed === true)
    }
    // A hold is in no batch, and what comes next is in the next one, however often this one is told.
    const next = await desk.approved(desk.first('sale'))
    await desk.closeBatch(sale, batchId)
    await desk.approved(desk.follow('void', next))
    await desk.approved(desk.follow('void', hold))
    if (!acquirer.capabilities.onlineRefund) return
    for (const closed of [sale, capture]) await desk.approved(desk.follow('refund', closed))
  })
}
