/**
 * KKI: kill -9 at each step between a call and its answer. What was begun is finished by another
 * process, once; the switch's book and ours agree, and the call again is answered as documented.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { MessageFilter } from '../../packages/gateway/src/networks/kki-switch/simulator/index.ts'
import {
  begin,
  bindBody,
  bound,
  newReference,
  payBody,
  payByTokenBody,
  type Refusal,
  refundBody,
  refusals,
  refused,
  rightOtp,
  served,
  unbindBody,
} from '../conformance/kki/calls.ts'
import { assertKkiBooksAgree } from '../harness/compare-kki-books.ts'
import { survive } from '../harness/survivor.ts'
import {
  assertBoundOnce,
  bindAndPayBody,
  callDying,
  createSurvivingMerchant,
  type KkiCall,
  kindsOf,
  standingOf,
  tokensOf,
  unboundEvents,
} from './kki-calls.ts'

const merchant = await createSurvivingMerchant(2_000)
const { world } = merchant

type Prepared = KkiCall & {
  /** Whose messages at the switch these are. */
  readonly of: MessageFilter
  /** What must be so once it is known that it was done, or was not. */
  readonly check: (isDone: boolean) => Promise<void>
}

type Operation = {
  readonly prepare: () => Promise<Prepared>
  /** The message, as the switch and as the connector call it. */
  readonly kind: string
  readonly verb: string
  /** What the switch receives of what it never got before. */
  readonly foundOut: readonly string[]
  /** The same call again: refused so, or else served. */
  readonly again: { readonly undone?: Refusal; readonly done?: Refusal }
}

const timeout: Refusal = ['504 00', 'Timeout']
const payments = {
  kind: 'pay',
  verb: 'pay',
  foundOut: ['inquiry', 'reversal'],
  again: { undone: refusals.duplicate, done: refusals.duplicate },
} as const

const operations: Readonly<Record<string, Operation>> = {
  'pay by CPAN': {
    ...payments,
    prepare: async () => payment(payBody({ value: '9999999999999999.99' })),
  },
  'bind and pay': {
    ...payments,
    prepare: async () => {
      const customer = newReference('CUST')
      const asked = payment(bindAndPayBody(customer))
      const check = async (isDone: boolean) => {
        await asked.check(isDone)
        assert.equal((await tokensOf(merchant, customer)).length, isDone ? 1 : 0)
        if (!isDone) await served(merchant, 'pay', bindAndPayBody(customer))
        await assertBoundOnce(merchant, customer)
      }
      return { ...asked, check }
    },
  },
  'pay by token': {
    ...payments,
    prepare: async () => {
      const { bankCardToken } = await bound(merchant)
      return payment(payByTokenBody(bankCardToken, '11500.50'))
    },
  },
  refund: {
    kind: 'refund',
    verb: 'refund',
    foundOut: ['inquiry', 'reversal'],
    again: { undone: timeout },
    prepare: async () => {
      const { partnerReferenceNo } = await paid('20000.00')
      const check = async (isDone: boolean) => {
        const left = isDone ? '12499.75' : '20000.00'
        await served(merchant, 'refund', refundBody(partnerReferenceNo, left))
        const standing = await standingOf(merchant, partnerReferenceNo)
        assert.deepEqual(standing, [{ paid: 2_000_000n, refunded: 2_000_000n }])
      }
      const body = refundBody(partnerReferenceNo, '7500.25')
      return { service: 'refund', body, of: { partnerReferenceNo }, check }
    },
  },
  bind: {
    kind: 'bind',
    verb: 'bind',
    // A binding that was only begun does nothing: there is nothing to reverse.
    foundOut: ['inquiry'],
    again: { undone: refusals.duplicate, done: refusals.duplicate },
    prepare: async () => {
      const custIdMerchant = newReference('CUST')
      const body = bindBody(merchant, { customer: custIdMerchant })
      const { partnerReferenceNo } = body
      const check = async (isDone: boolean) => {
        const otp = { otp: rightOtp, originalPartnerReferenceNo: partnerReferenceNo }
        if (isDone) await served(merchant, 'verify-otp', otp)
        else {
          await refused(merchant, 'verify-otp', otp, refusals.state)
          await bound(merchant, { customer: custIdMerchant })
        }
        await assertBoundOnce(merchant, custIdMerchant)
      }
      return { service: 'bind-card', body, channel: 'H2H', of: { custIdMerchant }, check }
    },
  },
  'verify-otp': {
    kind: 'otp',
    verb: 'verifyOtp',
    foundOut: ['inquiry', 'reversal'],
    // What never arrived may be tried again.
    again: { done: refusals.state },
    prepare: async () => {
      const { additionalInfo } = await begin(merchant)
      const { authCode, custIdMerchant } = additionalInfo
      const check = () => assertBoundOnce(merchant, custIdMerchant)
      return {
        service: 'verify-otp',
        body: { otp: rightOtp, authCode },
        of: { custIdMerchant },
        check,
      }
    },
  },
}

/** A payment that is about to be asked for, and how its status must be. */
function payment(body: { partnerReferenceNo: string; amount: { value: string } }): Prepared {
  const { partnerReferenceNo, amount } = body
  const minor = BigInt(amount.value.replace('.', ''))
  const check = async (isDone: boolean) => {
    const asked = { originalPartnerReferenceNo: partnerReferenceNo, serviceCode: '55' }
    const status = await served(merchant, 'payment-status', asked)
    assert.equal(status.latestTransactionStatus, isDone ? '00' : '06')
    assert.equal(status.originalResponseCode, isDone ? '2005400' : '5045400')
    const standing = await standingOf(merchant, partnerReferenceNo)
    assert.deepEqual(standing, isDone ? [{ paid: minor, refunded: 0n }] : [])
  }
  return { service: 'pay', body, of: { partnerReferenceNo }, check }
}

async function paid(value: string) {
  const body = payBody({ value })
  await served(merchant, 'pay', body)
  return body
}

async function askAgain({ service, body, channel }: KkiCall, refusal: Refusal | undefined) {
  const options = channel ? { channel } : {}
  if (refusal) await refused(merchant, service, body, refusal, options)
  else await served(merchant, service, body, options)
}

for (const [name, { prepare, kind, verb, foundOut, again }] of Object.entries(operations)) {
  test(`${name}: killed before it is begun, it was never asked for and may be asked again`, async () => {
    const prepared = await prepare()
    const externalId = randomUUID()
    await callDying(merchant, prepared, { die: 'door request', externalId })
    await survive(world)
    assert.ok(!(await kindsOf(merchant, prepared.of)).includes(kind))
    const { service, body, ...options } = prepared
    await served(merchant, service, body, { ...options, externalId })
    await prepared.check(true)
    await assertKkiBooksAgree(world.database)
  })

  test(`${name}: killed after begin, before it is asked, it is found out that it was not done`, async () => {
    const prepared = await prepare()
    const externalId = randomUUID()
    await callDying(merchant, prepared, { die: `${verb} before`, externalId })
    const { service, body, ...options } = prepared
    await refused(merchant, service, body, refusals.conflict, { ...options, externalId })
    await survive(world)
    const kinds = await kindsOf(merchant, prepared.of)
    assert.ok(!kinds.includes(kind), kinds.join())
    assert.deepEqual(kinds.slice(-foundOut.length), foundOut)
    await askAgain(prepared, again.undone)
    await prepared.check(false)
    await assertKkiBooksAgree(world.database)
  })

  test(`${name}: killed after the switch did it, before it is settled, it is found and settled`, async () => {
    const prepared = await prepare()
    const externalId = randomUUID()
    await callDying(merchant, prepared, { die: `${verb} after`, externalId })
    const { service, body, ...options } = prepared
    await refused(merchant, service, body, refusals.conflict, { ...options, externalId })
    await survive(world)
    assert.deepEqual((await kindsOf(merchant, prepared.of)).slice(-2), [kind, 'inquiry'])
    await askAgain(prepared, again.done)
    await prepared.check(true)
    await assertKkiBooksAgree(world.database)
  })

  test(`${name}: killed after it is settled, before it is answered, it stands as settled`, async () => {
    const prepared = await prepare()
    await callDying(merchant, prepared, { die: 'door answer', externalId: randomUUID() })
    await askAgain(prepared, again.done)
    await survive(world)
    const kinds = await kindsOf(merchant, prepared.of)
    assert.equal(kinds.filter((one) => one === kind).length, 1)
    await prepared.check(true)
    await assertKkiBooksAgree(world.database)
  })
}

for (const [die, when, again] of [
  ['door request', 'before it is begun, it may be asked again', undefined],
  ['door answer', 'after it is begun, the token is out of use and ends', refusals.token],
] as const) {
  test(`unbind: killed ${when}`, async () => {
    const { bankCardToken, custIdMerchant } = await bound(merchant)
    const call = { service: 'unbind-card', body: unbindBody(bankCardToken) } as const
    await callDying(merchant, call, { die, externalId: randomUUID() })
    if (again) await refused(merchant, 'pay', payByTokenBody(bankCardToken), refusals.token)
    else await served(merchant, 'pay', payByTokenBody(bankCardToken))
    await askAgain(call, again)
    await survive(world)
    await refused(merchant, 'pay', payByTokenBody(bankCardToken), refusals.token)
    assert.equal((await unboundEvents(merchant, custIdMerchant)).length, 1)
    await assertKkiBooksAgree(world.database)
    await bound(merchant, { customer: custIdMerchant })
  })
}
