/** Approvals and refusals: what they carry and what they show. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { money } from '../../../primitives/money.ts'
import { meaningOf } from '../response-codes.ts'
import {
  able,
  assertRefused,
  createDesk,
  describe,
  type KkiWorld,
  messageKinds,
  named,
  taken,
} from './world.ts'

export function testDecisions(name: string, world: KkiWorld): void {
  const desk = createDesk(world)

  for (const kind of messageKinds) {
    test(`${name}: ${named[kind]} is taken, with all that belongs to it`, async () => {
      const outcome = await (await desk.prepare(kind)).send()
      if (kind === 'unbind' && outcome.kind === 'pending') {
        return assert.ok(outcome.decidedBy instanceof Date)
      }
      assert.ok(outcome.kind === 'approved', describe(outcome))
      assert.equal(outcome.responseCode, '00')
      assert.match(outcome.approvalCode, /^[0-9A-Z]{6}$/)
      assert.equal(outcome.otpExpiresAt instanceof Date, kind === 'bind')
      assert.equal(outcome.account !== undefined, kind === 'otp')
    })

    test(`${name}: the refusal of ${named[kind]} carries the switch's code`, async (t) => {
      const refuseNext = able(t, world.provoke.refusal)
      if (!refuseNext) return
      const prepared = await desk.prepare(kind)
      await refuseNext()
      assert.match(await assertRefused(prepared), /^[0-9A-Z]{2}$/)
    })
  }

  test(`${name}: nothing follows what was refused`, async (t) => {
    const refuseNext = able(t, world.provoke.refusal)
    if (!refuseNext) return
    const [payment, binding] = [desk.pay(), desk.bind()]
    for (const refused of [payment, binding]) {
      await refuseNext()
      await assertRefused(refused)
    }
    await assertRefused(desk.refund(payment))
    await assertRefused(desk.tryOtp(binding))
  })

  test(`${name}: nothing follows what the switch never heard of`, async () => {
    assert.equal(meaningOf(await assertRefused(desk.refund(desk.pay()))), 'original_not_found')
    assert.equal(meaningOf(await assertRefused(desk.tryOtp(desk.bind()))), 'original_not_found')
    const { custIdMerchant } = world.newBinding()
    const unknown = { ...(await desk.bound()), account: 'no such account' }
    assert.equal(meaningOf(await assertRefused(desk.payBy(unknown))), 'no_card_record')
    const unbinding = desk.unbind({ ...unknown.customer, custIdMerchant }, unknown.account)
    assert.equal(meaningOf(await assertRefused(unbinding)), 'no_card_record')
  })

  for (const minor of [1n, 999_999_999_999_999_999n]) {
    test(`${name}: ${minor} sen are taken, and given back once`, async () => {
      const payment = await taken(desk.pay({}, money(minor, 'IDR')))
      await taken(desk.refund(payment))
      await assertRefused(desk.refund(payment, money(1n, 'IDR')))
    })
  }

  test(`${name}: outcomes and commands show no card, no token and no password`, async () => {
    const payment = desk.pay()
    const binding = desk.bind()
    const shown: unknown[] = []
    for (const { command, send } of [binding, desk.tryOtp(binding), payment]) {
      shown.push(command, await send())
    }
    const asNumber = (_: string, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value
    const text = inspect(shown, { depth: 9 }) + JSON.stringify(shown, asNumber)
    const { source } = payment.command
    assert.ok(source.kind === 'card')
    for (const secret of [source.card.cpan, source.card.ott, world.rightOtp]) {
      secret.reveal((value) => assert.ok(!text.includes(value)))
    }
  })
}
