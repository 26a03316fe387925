/** How a card is bound: by a one-time password or by a payment, and what an account can do then. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meaningOf } from '../response-codes.ts'
import {
  able,
  assertRefused,
  type Bound,
  createDesk,
  describe,
  isTaken,
  type KkiWorld,
  taken,
} from './world.ts'

const device = { deviceId: 'device-1', originalRequestId: 'request-1' }

export function testBindings(name: string, world: KkiWorld): void {
  const desk = createDesk(world)

  /** A payment that binds the card of this customer. */
  const bindAndPay = async (customer = world.newBinding()): Promise<Bound> => {
    const payment = desk.pay({ custIdMerchant: customer.custIdMerchant })
    const { source } = payment.command
    assert.ok(source.kind === 'card')
    const binding = desk.pay({ ...payment.command, source: { ...source, binds: true } })
    const outcome = await binding.send()
    assert.ok(outcome.kind === 'approved' && outcome.account, describe(outcome))
    return { customer, otp: binding, account: outcome.account }
  }

  for (const [how, bound] of [
    ['a one-time password', desk.bound],
    ['a payment', bindAndPay],
  ] as const) {
    test(`${name}: what ${how} bound is paid by, with and without a device`, async () => {
      const { customer, account } = await bound()
      for (const known of [device, undefined]) {
        const source = { kind: 'account', account, device: known } as const
        await taken(desk.pay({ custIdMerchant: customer.custIdMerchant, source }))
      }
    })
  }

  test(`${name}: a payment that does not bind names no account`, async () => {
    const outcome = await desk.pay({ custIdMerchant: world.newBinding().custIdMerchant }).send()
    assert.ok(outcome.kind === 'approved' && outcome.account === undefined, describe(outcome))
  })

  test(`${name}: an account is its merchant's alone`, async () => {
    const bound = await desk.bound()
    const { command } = desk.payBy(bound)
    const foreign = desk.pay({ ...command, subMerchantId: `${command.subMerchantId}-other` })
    assert.equal(meaningOf(await assertRefused(foreign)), 'no_card_record')
    const stranger = { ...bound.customer, subMerchantId: foreign.command.subMerchantId }
    assert.equal(
      meaningOf(await assertRefused(desk.unbind(stranger, bound.account))),
      'no_card_record',
    )
    await taken(desk.payBy(bound))
  })

  test(`${name}: two wrong passwords are forgiven, the third fails the binding`, async () => {
    const forgiven = await taken(desk.bind())
    const failed = await taken(desk.bind())
    for (const binding of [forgiven, failed]) {
      for (const _ of [1, 2]) {
        const code = await assertRefused(desk.tryOtp(binding, world.wrongOtp))
        assert.equal(meaningOf(code), 'wrong_otp')
      }
    }
    await taken(desk.tryOtp(forgiven))
    const third = await assertRefused(desk.tryOtp(failed, world.wrongOtp))
    assert.equal(meaningOf(third), 'otp_tries_exceeded')
    const late = await assertRefused(desk.tryOtp(failed))
    assert.equal(meaningOf(late), 'otp_tries_exceeded')
  })

  test(`${name}: of 20 wrong passwords at once three are looked at`, async () => {
    const binding = await taken(desk.bind())
    const tries = Array.from({ length: 20 }, () => desk.tryOtp(binding, world.wrongOtp))
    const codes = await Promise.all(tries.map(assertRefused))
    assert.equal(codes.filter((code) => meaningOf(code) === 'wrong_otp').length, 2)
    await assertRefused(desk.tryOtp(binding))
  })

  test(`${name}: a try that is sent again is one try`, async () => {
    const binding = await taken(desk.bind())
    const wrong = desk.tryOtp(binding, world.wrongOtp)
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => wrong.send()))
    for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0])
    await taken(desk.tryOtp(binding))
  })

  test(`${name}: a binding is ended once, however many right passwords come`, async () => {
    const binding = await taken(desk.bind())
    const tries = Array.from({ length: 10 }, () => desk.tryOtp(binding))
    const outcomes = await Promise.all(tries.map((one) => one.send()))
    assert.equal(outcomes.filter(isTaken).length, 1)
    assert.ok(outcomes.every(({ kind }) => kind !== 'unknown'))
    await assertRefused(desk.tryOtp(binding))
  })

  test(`${name}: a password that comes too late is refused`, async (t) => {
    const passTimeTo = able(t, world.passTimeTo)
    if (!passTimeTo) return
    const binding = desk.bind()
    const begun = await binding.send()
    assert.ok(begun.kind === 'approved' && begun.otpExpiresAt)
    await passTimeTo(begun.otpExpiresAt)
    assert.equal(meaningOf(await assertRefused(desk.tryOtp(binding))), 'otp_expired')
  })

  test(`${name}: a customer binds a card once; another customer binds it too`, async () => {
    const { custIdMerchant } = world.newBinding()
    const begun = await taken(desk.bind({ custIdMerchant }))
    const { account } = await desk.bound({ custIdMerchant })
    for (const duplicate of [desk.bind({ custIdMerchant }), desk.tryOtp(begun)]) {
      assert.equal(meaningOf(await assertRefused(duplicate)), 'duplicate_account')
    }
    assert.notEqual((await desk.bound()).account, account)
  })

  test(`${name}: a payment that binds what is bound names the account that there is`, async () => {
    const { customer, account } = await desk.bound()
    assert.equal((await bindAndPay(customer)).account, account)
  })

  test(`${name}: what is bound at one moment by 10 payments is one account`, async () => {
    const customer = world.newBinding()
    const bound = await Promise.all(Array.from({ length: 10 }, () => bindAndPay(customer)))
    assert.equal(new Set(bound.map(({ account }) => account)).size, 1)
  })
}
