/** The same message again is done once; messages with references of their own are their own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AcquirerWorld,
  assertReceived,
  assertRefused,
  canInquire,
  canSend,
  createDesk,
  describe,
  kindsOf,
  named,
  percent,
  provoking,
} from './world.ts'

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))

export function testRepeats(name: string, world: AcquirerWorld): void {
  const desk = createDesk(world)

  for (const kind of kindsOf(world.acquirer)) {
    test(`${name}: 20 times the same message of ${named[kind]} at once is one, with one answer`, async (t) => {
      if (!canSend(t, world.acquirer, kind)) return
      const prepared = await desk.prepare(kind)
      const [first, ...others] = await times(20, () => prepared.send())
      assert.equal(first?.kind, 'approved')
      for (const other of others) assert.deepEqual(other, first)
      assert.deepEqual(await prepared.send(), first)
      await assertReceived(t, world, prepared, 1)
    })

    test(`${name}: the refusal of ${named[kind]} stays when it is sent again`, async (t) => {
      if (!canSend(t, world.acquirer, kind)) return
      const refuseNext = provoking(t, world.provoke.refusal)
      if (!refuseNext) return
      const prepared = await desk.prepare(kind)
      await refuseNext()
      const first = await prepared.send()
      assert.equal(first.kind, 'refused', describe(first))
      assert.deepEqual(await prepared.send(), first)
    })
  }

  if (world.acquirer.capabilities.onlineRefund)
    test(`${name}: a refund that is repeated gives its amount back once`, async (t) => {
      if (!canSend(t, world.acquirer, 'refund')) return
      const sale = await desk.approved(desk.first('sale'))
      const refund = desk.follow('refund', sale, percent(60n))
      const outcomes = await times(20, () => refund.send())
      assert.ok(outcomes.every(({ kind }) => kind === 'approved'))
      await assertRefused(desk.follow('refund', sale, percent(41n)))
      await desk.approved(desk.follow('refund', sale, percent(40n)))
      assert.equal((await refund.send()).kind, 'approved')
    })

  test(`${name}: a decision stays when what it was about has moved on`, async (t) => {
    if (!canSend(t, world.acquirer, 'void')) return
    const authorization = await desk.approved(desk.first('authorize'))
    const capture = desk.follow('capture', authorization, percent(60n))
    const first = await capture.send()
    await desk.approved(desk.follow('void', capture))
    assert.deepEqual(await capture.send(), first)
    await assertRefused(desk.follow('capture', authorization, percent(60n)))
  })

  test(`${name}: equal messages with references of their own are messages of their own`, async (t) => {
    if (!canInquire(t, world.acquirer)) return
    const { invoiceNumber } = world.newSale()
    const sales = Array.from({ length: 20 }, () => desk.first('sale', undefined, { invoiceNumber }))
    const outcomes = await times(20, async (i) => sales[i]?.send())
    const [undone, ...others] = sales
    assert.ok(undone)
    assert.deepEqual(await desk.reverse(undone), { kind: 'acknowledged' })
    assert.notEqual((await desk.inquire(undone)).kind, 'approved')
    for (const [i, other] of others.entries()) {
      const outcome = outcomes[i + 1]
      assert.equal(outcome?.kind, 'approved')
      assert.deepEqual(await desk.inquire(other), outcome)
    }
    await assertReceived(t, world, undone, 20)
  })
}
