/** Approvals and refusals: what they carry and what they show. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { rupiah, wholeRupiah } from '../../../primitives/money.ts'
import type { SaleCommand } from '../contract.ts'
import {
  type AcquirerWorld,
  assertRefused,
  canSend,
  createDesk,
  describe,
  kindsOf,
  named,
  provoking,
} from './world.ts'

export function testDecisions(name: string, world: AcquirerWorld): void {
  const desk = createDesk(world)

  for (const kind of kindsOf(world.acquirer)) {
    test(`${name}: the approval of ${named[kind]} carries its response code and an approval code`, async (t) => {
      if (!canSend(t, world.acquirer, kind)) return
      const outcome = await (await desk.prepare(kind)).send()
      assert.ok(outcome.kind === 'approved', describe(outcome))
      assert.equal(outcome.responseCode, '00')
      assert.match(outcome.approvalCode, /^[0-9A-Z]{6}$/)
    })

    test(`${name}: the refusal of ${named[kind]} carries the acquirer's code`, async (t) => {
      if (!canSend(t, world.acquirer, kind)) return
      const refuseNext = provoking(t, world.provoke.refusal)
      if (!refuseNext) return
      const prepared = await desk.prepare(kind)
      await refuseNext()
      const outcome = await prepared.send()
      assert.ok(outcome.kind === 'refused', describe(outcome))
      assert.match(outcome.responseCode, /^[0-9A-Z]{2}$/)
      assert.ok(!outcome.batchClosed)
    })
  }

  test(`${name}: nothing follows what was refused`, async (t) => {
    const refuseNext = provoking(t, world.provoke.refusal)
    if (!refuseNext) return
    for (const kind of ['capture', 'void', 'refund'] as const) {
      const original = desk.first(kind === 'capture' ? 'authorize' : 'sale')
      await refuseNext()
      await assertRefused(original)
      await assertRefused(desk.follow(kind, original))
    }
  })

  for (const amount of [rupiah(1n), rupiah(999_999_999_999n)]) {
    if (world.acquirer.capabilities.onlineRefund)
      test(`${name}: ${wholeRupiah(amount)} rupiah are taken, and given back once`, async (t) => {
        const sale = await desk.approved(desk.first('sale', amount))
        if (!canSend(t, world.acquirer, 'refund')) return
        await desk.approved(desk.follow('refund', sale))
        await assertRefused(desk.follow('refund', sale, rupiah(1n)))
      })
  }

  for (const terms of [
    { kind: 'installment', planId: '1232131', tenor: 3 },
    { kind: 'moto' },
    { kind: 'recurring', billingNumber: 'bill-1', ordinal: 1, variability: 'FIXED' },
    { kind: 'recurring', billingNumber: 'bill-1', ordinal: 2, variability: 'VARIABLE' },
  ] satisfies SaleCommand['terms'][]) {
    test(`${name}: a sale by ${Object.values(terms).join(' ')} is approved`, async () => {
      const outcome = await desk.first('sale', undefined, { terms }).send()
      assert.equal(outcome.kind, 'approved', describe(outcome))
    })
  }

  test(`${name}: an outcome shows no card data`, async () => {
    const command = world.newSale()
    const outcome = await world.acquirer.sale(command, AbortSignal.timeout(world.answerMs))
    const shown = `${inspect(outcome)}${JSON.stringify(command.card)}`
    command.card.number.reveal((digits) => assert.ok(!shown.includes(digits)))
  })
}
