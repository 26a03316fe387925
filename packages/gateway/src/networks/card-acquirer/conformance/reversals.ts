/** Reversals and inquiries: what was undone never stands, whichever message comes first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AcquirerWorld,
  assertReceived,
  assertRefused,
  canInquire,
  canSend,
  createDesk,
  kindsOf,
  named,
  type Prepared,
  percent,
  provoking,
} from './world.ts'

const acknowledged = { kind: 'acknowledged' }

export function testReversals(name: string, world: AcquirerWorld): void {
  const desk = createDesk(world)
  const { acquirer } = world

  /** What was reversed is not called approved by an inquiry, where there is one. */
  const assertReversed = async (prepared: Prepared) => {
    if (!acquirer.capabilities.inquiry) return
    const { kind } = await desk.inquire(prepared)
    assert.ok(kind === 'refused' || kind === 'not_found', kind)
  }

  for (const kind of kindsOf(acquirer)) {
    test(`${name}: ${named[kind]} that comes after its reversal is refused and never stands`, async (t) => {
      if (!canSend(t, acquirer, kind)) return
      const prepared = await desk.prepare(kind)
      assert.deepEqual(await desk.reverse(prepared), acknowledged)
      await assertReversed(prepared)
      await assertRefused(prepared)
      await assertReversed(prepared)
      await assertRefused(prepared)
      await assertReceived(t, world, prepared, 1)
      if (kind === 'sale' || kind === 'authorize') {
        await assertRefused(desk.follow(kind === 'sale' ? 'refund' : 'capture', prepared))
      } else {
        // What it was about is as if it had never been sent.
        await desk.approved({ ...prepared, ...(await again(prepared)) })
      }
    })

    test(`${name}: ${named[kind]} is reversed, as often as one likes`, async (t) => {
      if (!canSend(t, acquirer, kind)) return
      const prepared = await desk.prepare(kind)
      await desk.approved(prepared)
      const reverse = desk.reversalOf(prepared)
      const answers = await Promise.all(Array.from({ length: 20 }, reverse))
      // Also by a reversal with references of its own.
      answers.push(await reverse(), await desk.reverse(prepared))
      for (const answer of answers) assert.deepEqual(answer, acknowledged)
      await assertReversed(prepared)
      await assertRefused(prepared)
      if (kind !== 'sale' && kind !== 'authorize') {
        await desk.approved({ ...prepared, ...(await again(prepared)) })
      }
    })

    test(`${name}: an inquiry finds ${named[kind]} approved, and its decision`, async (t) => {
      if (!canSend(t, acquirer, kind) || !canInquire(t, acquirer)) return
      const prepared = await desk.prepare(kind)
      assert.deepEqual(await desk.inquire(prepared), { kind: 'not_found' })
      const outcome = await prepared.send()
      assert.equal(outcome.kind, 'approved')
      assert.deepEqual(await desk.inquire(prepared), outcome)
      assert.deepEqual(await desk.inquire(prepared), outcome)
    })

    test(`${name}: an inquiry finds ${named[kind]} refused, and its code`, async (t) => {
      if (!canSend(t, acquirer, kind) || !canInquire(t, acquirer)) return
      const refuseNext = provoking(t, world.provoke.refusal)
      if (!refuseNext) return
      const prepared = await desk.prepare(kind)
      await refuseNext()
      const outcome = await prepared.send()
      assert.equal(outcome.kind, 'refused')
      assert.deepEqual(await desk.inquire(prepared), outcome)
    })

    test(`${name}: of ${named[kind]} and its reversal at once nothing stands`, async (t) => {
      if (!canSend(t, acquirer, kind)) return
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

  /** The same follow-up as a new message. */
  const again = async ({ kind, command }: Prepared) => {
    assert.ok('original' in command && kind !== 'sale' && kind !== 'authorize')
    const fresh = { ...command, references: world.nextReferences() }
    return {
      command: fresh,
      send: () => acquirer[kind](fresh, AbortSignal.timeout(world.answerMs)),
    }
  }

  test(`${name}: nothing follows what was reversed`, async (t) => {
    for (const kind of ['capture', 'void', 'refund'] as const) {
      const first = desk.first(kind === 'capture' ? 'authorize' : 'sale')
      const original = await desk.approved(first)
      assert.deepEqual(await desk.reverse(original), acknowledged)
      await assertRefused(desk.follow(kind, original))
    }
    if (!canSend(t, acquirer, 'void')) return
    const authorization = await desk.approved(desk.first('authorize'))
    const capture = await desk.approved(desk.follow('capture', authorization, percent(60n)))
    assert.deepEqual(await desk.reverse(capture), acknowledged)
    for (const kind of ['void', 'refund'] as const) await assertRefused(desk.follow(kind, capture))
    // The hold is as it was before the capture.
    await desk.approved(desk.follow('capture', authorization))
  })

  if (acquirer.capabilities.onlineRefund)
    test(`${name}: a refund that is reversed leaves the others as they are`, async (t) => {
      if (!canSend(t, acquirer, 'refund')) return
      const sale = await desk.approved(desk.first('sale'))
      await desk.approved(desk.follow('refund', sale, percent(30n)))
      const second = await desk.approved(desk.follow('refund', sale, percent(40n)))
      const reverse = desk.reversalOf(second)
      await Promise.all([...Array.from({ length: 5 }, reverse), desk.reverse(second)])
      await assertRefused(desk.follow('refund', sale, percent(71n)))
      await desk.approved(desk.follow('refund', sale, percent(70n)))
    })
}
