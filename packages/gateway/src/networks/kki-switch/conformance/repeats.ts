/** The same message again is done once; messages with references of their own are their own. */
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
  taken,
} from './world.ts'

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))

export function testRepeats(name: string, world: KkiWorld): void {
  const desk = createDesk(world)

  for (const kind of messageKinds) {
    test(`${name}: 20 times the same message of ${named[kind]} at once is one, with one answer`, async (t) => {
      const prepared = await desk.prepare(kind)
      const [first, ...others] = await times(20, () => prepared.send())
      assert.ok(first && isTaken(first))
      for (const other of others) assert.deepEqual(other, first)
      assert.deepEqual(await prepared.send(), first)
      await assertReceived(t, world, prepared, 1)
    })

    test(`${name}: the refusal of ${named[kind]} stays when it is sent again`, async (t) => {
      const refuseNext = able(t, world.provoke.refusal)
      if (!refuseNext) return
      const prepared = await desk.prepare(kind)
      await refuseNext()
      const first = await prepared.send()
      assert.equal(first.kind, 'refused', describe(first))
      assert.deepEqual(await prepared.send(), first)
    })
  }

  test(`${name}: a refund that is repeated gives its amount back once`, async () => {
    const payment = await taken(desk.pay())
    const refund = desk.refund(payment)
    const outcomes = await times(20, () => refund.send())
    assert.ok(outcomes.every(({ kind }) => kind === 'approved'))
    await assertRefused(desk.refund(payment))
    assert.equal((await refund.send()).kind, 'approved')
  })

  test(`${name}: decisions stay when what they were about has moved on`, async () => {
    const binding = desk.bind()
    const begun = await binding.send()
    const otp = desk.tryOtp(binding)
    const ended = await otp.send()
    assert.ok(ended.kind === 'approved' && ended.account)
    await taken(desk.unbind(binding.command, ended.account))
    assert.deepEqual(await binding.send(), begun)
    assert.deepEqual(await otp.send(), ended)
  })

  if (world.kkiSwitch.capabilities.inquiry)
    test(`${name}: equal payments with references of their own are payments of their own`, async (t) => {
      const { references: _, ...same } = world.newPayment()
      const payments = Array.from({ length: 20 }, () => desk.pay(same))
      const outcomes = await times(20, async (i) => payments[i]?.send())
      const [undone, ...others] = payments
      assert.ok(undone)
      assert.deepEqual(await desk.reverse(undone), { kind: 'acknowledged' })
      assert.notEqual((await desk.inquire(undone)).kind, 'approved')
      for (const [i, other] of others.entries()) {
        assert.equal(outcomes[i + 1]?.kind, 'approved')
        assert.deepEqual(await desk.inquire(other), outcomes[i + 1])
      }
      await assertReceived(t, world, undone, 20)
    })
}
