/**
 * KKI: kill -9 at each step of who finishes what was left: the resolver of payments, that of
 * bindings, and the worker that ends tokens with the switch. Another process finishes it, once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  begin,
  bindBody,
  bound,
  callKki,
  cpans,
  newReference,
  payBody,
  payByTokenBody,
  refundBody,
  refusals,
  refused,
  rightOtp,
  served,
  unbindBody,
} from '../conformance/kki/calls.ts'
import { startSnapReceiver } from '../conformance/kki/snap-receiver.ts'
import { assertKkiBooksAgree } from '../harness/compare-kki-books.ts'
import { survive } from '../harness/survivor.ts'
import { control } from '../harness/world.ts'
import {
  assertBoundOnce,
  bindAndPayBody,
  createSurvivingMerchant,
  type KkiCall,
  kindsOf,
  standingOf,
  tokensOf,
  unboundEvents,
  workDying,
} from './kki-calls.ts'

const merchant = await createSurvivingMerchant(400)
const { world, clientId } = merchant
const receiver = await startSnapReceiver()
await control(world, 'PATCH', '/sandbox/merchant', {
  snapTokenUrl: receiver.tokenUrl,
  snapNotificationUrl: receiver.notificationUrl,
})

/** What the merchant was told of a number: the statuses, each as often as it is written down. */
async function toldOf(partnerReferenceNo: string): Promise<string[]> {
  const path = `/sandbox/notifications?partnerReferenceNo=${partnerReferenceNo}`
  const { notifications } = (await control(world, 'GET', path)).body
  return notifications.map(
    ({ body }: { body: { latestTransactionStatus: string } }) => body.latestTransactionStatus,
  )
}

/** A call whose answer, or which itself, gets lost. */
async function lost({ service, body, channel }: KkiCall, lose?: 'answer' | 'request') {
  if (lose) await world.kkiSimulator.steerNext(clientId, { lose })
  const answer = await callKki(merchant, service, body, channel ? { channel } : {})
  assert.equal(answer.status, 202, answer.text)
}

for (const [die, ending, isPaid] of [
  ['inquire before', '9068', true],
  ['inquire after', '9068', true],
  ['settle after', '9068', true],
  ['inquire after', '9069', false],
  ['reverse before', '9069', false],
  ['reverse after', '9069', false],
  // Refused, and its reversal is still to be settled.
  ['settle after', '9069', false],
] as const) {
  test(`bind and pay of …${ending}: killed at "${die}", another finishes it`, async () => {
    const customer = newReference('CUST')
    const body = bindAndPayBody(customer, `1${ending}.25`)
    const { partnerReferenceNo } = body
    await lost({ service: 'pay', body })
    await workDying(merchant, die)
    await survive(world)
    const paid = BigInt(`1${ending}25`)
    const standing = await standingOf(merchant, partnerReferenceNo)
    assert.deepEqual(standing, isPaid ? [{ paid, refunded: 0n }] : [])
    assert.deepEqual(await toldOf(partnerReferenceNo), [isPaid ? '00' : '06'])
    await refused(merchant, 'pay', body, refusals.duplicate)
    assert.equal((await tokensOf(merchant, customer)).length, isPaid ? 1 : 0)
    await assertKkiBooksAgree(world.database)
    if (!isPaid) await served(merchant, 'pay', bindAndPayBody(customer))
    await assertBoundOnce(merchant, customer)
  })
}

for (const [die, ending, isDone] of [
  ['inquire after', '9068', true],
  ['reverse after', '9069', false],
  ['settle after', '9069', false],
] as const) {
  test(`refund of …${ending}: killed at "${die}", another finishes it`, async () => {
    const { partnerReferenceNo, ...rest } = payBody({ value: '50000.00' })
    await served(merchant, 'pay', { partnerReferenceNo, ...rest })
    const body = refundBody(partnerReferenceNo, `1${ending}.75`)
    await lost({ service: 'refund', body })
    await workDying(merchant, die)
    await survive(world)
    const refunded = isDone ? BigInt(`1${ending}75`) : 0n
    const standing = await standingOf(merchant, partnerReferenceNo)
    assert.deepEqual(standing, [{ paid: 5_000_000n, refunded }])
    if (isDone) await served(merchant, 'refund', body)
    else await refused(merchant, 'refund', body, ['504 00', 'Timeout'])
    await assertKkiBooksAgree(world.database)
  })
}

for (const [die, lose] of [
  ['inquire before', 'answer'],
  ['inquire after', 'answer'],
  ['inquire after', 'request'],
  ['settle after', 'request'],
] as const) {
  test(`bind whose ${lose} was lost: killed at "${die}", another finishes it`, async () => {
    const customer = newReference('CUST')
    const body = bindBody(merchant, { customer })
    const { partnerReferenceNo } = body
    await lost({ service: 'bind-card', body, channel: 'H2H' }, lose)
    await workDying(merchant, die)
    await survive(world)
    const otp = { otp: rightOtp, originalPartnerReferenceNo: partnerReferenceNo }
    if (lose === 'answer') await served(merchant, 'verify-otp', otp)
    else {
      assert.deepEqual(await toldOf(partnerReferenceNo), ['06'])
      await refused(merchant, 'verify-otp', otp, refusals.state)
      await bound(merchant, { customer })
    }
    await assertBoundOnce(merchant, customer)
    await assertKkiBooksAgree(world.database)
  })
}

for (const [die, lose] of [
  ['inquire before', 'answer'],
  ['inquire after', 'answer'],
  ['settle after', 'answer'],
  ['inquire after', 'request'],
  ['reverse before', 'request'],
  ['reverse after', 'request'],
] as const) {
  test(`one-time password whose ${lose} was lost: killed at "${die}", another finishes it`, async () => {
    const { additionalInfo } = await begin(merchant)
    const { authCode, custIdMerchant } = additionalInfo
    const body = { otp: rightOtp, authCode }
    await lost({ service: 'verify-otp', body }, lose)
    await workDying(merchant, die)
    await survive(world)
    // What never arrived may be tried again.
    if (lose === 'request') await served(merchant, 'verify-otp', body)
    else await refused(merchant, 'verify-otp', body, refusals.state)
    const otps = (await kindsOf(merchant, { custIdMerchant })).filter((kind) => kind === 'otp')
    assert.equal(otps.length, 1)
    await assertBoundOnce(merchant, custIdMerchant)
    await assertKkiBooksAgree(world.database)
  })
}

for (const [die, isFinal] of [
  ['unbind before', false],
  ['unbind after', false],
  ['unbind after', true],
  ['settle after', true],
] as const) {
  const answer = isFinal ? 'the issuer has done his part' : 'the issuer has to do his part'
  test(`unbinding, where ${answer}: killed at "${die}", another ends both tokens, and tells it once`, async () => {
    const cpan = cpans.mandiri
    const both = [await bound(merchant, { cpan }), await bound(merchant, { cpan })]
    const customers = both.map(({ custIdMerchant }) => custIdMerchant)
    const [{ bankCardToken }] = both as [(typeof both)[0]]
    const begun = await served(merchant, 'unbind-card', unbindBody(bankCardToken))
    if (isFinal) await control(world, 'POST', '/sandbox/clock', { advanceMs: 1 })
    await workDying(merchant, die)
    for (const token of both) {
      await refused(merchant, 'pay', payByTokenBody(token.bankCardToken), refusals.token)
    }
    await survive(world)
    for (const custIdMerchant of customers) {
      const kinds = await kindsOf(merchant, { custIdMerchant })
      assert.equal(kinds.filter((kind) => kind === 'unbind').length, 1)
      assert.deepEqual(await tokensOf(merchant, custIdMerchant), [])
      const events = await unboundEvents(merchant, custIdMerchant)
      assert.deepEqual(
        events.map(({ data }) => [data.referenceNo, data.custIdMerchants.toSorted()]),
        [[begun.referenceNo, customers.toSorted()]],
      )
    }
    await assertKkiBooksAgree(world.database)
    for (const customer of customers) await bound(merchant, { cpan, customer })
    // For the next test the card is nobody's.
    const [token = ''] = await tokensOf(merchant, customers[0] ?? '')
    await served(merchant, 'unbind-card', unbindBody(token))
    await survive(world)
  })
}
