/** The life of a binding, with a switch that answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  begun,
  bind,
  bound,
  createBindingsWorld,
  newClaim,
  newCustomer,
  rightOtp,
  wrongOtp,
} from '../../../../test/harness/bindings.ts'
import { bindingMessageMoves, bindingMoves } from './machine.ts'

const world = await createBindingsWorld()
const { bindings, clock } = world

const otp = (authCode: string, value = rightOtp) =>
  bindings.verifyOtp({ ...newClaim(), name: { by: 'authCode', value: authCode }, otp: value })

test('a card is bound by its one-time password, and its token is listed', async () => {
  const custIdMerchant = newCustomer()
  const { binding, authCode, isAsked } = await begun(bindings, { custIdMerchant })
  assert.equal(isAsked, true)
  assert.equal(binding.state, 'pending')
  const result = await otp(authCode)
  assert.equal(result.kind, 'bound')
  const [card, ...others] = await bindings.listTokens(binding.merchantId, custIdMerchant)
  assert.deepEqual(others, [])
  assert.equal(card?.bankCardToken, result.kind === 'bound' && result.bankCardToken)
  assert.match(card?.bankCardToken ?? '', /^[0-9a-f]{32}$/)
  assert.equal(card?.maskedCpan, '936000******0000')
  assert.equal(await bindings.redeemAuthCode(binding.merchantId, authCode), custIdMerchant)
})

test('an authCode names nobody before its card is bound', async () => {
  const { binding, authCode } = await begun(bindings)
  assert.equal(await bindings.redeemAuthCode(binding.merchantId, authCode), undefined)
})

test('a binding is found by every name that a merchant has for it', async () => {
  const partnerReferenceNo = `BIND-${newCustomer()}`
  const { binding } = await begun(bindings, { partnerReferenceNo })
  for (const name of [
    { by: 'referenceNo', value: binding.referenceNo },
    { by: 'partnerReferenceNo', value: partnerReferenceNo },
  ] as const) {
    const result = await bindings.verifyOtp({ ...newClaim(), name, otp: wrongOtp })
    assert.equal(result.kind, 'refused')
  }
})

test('the third wrong one-time password fails the binding, and no other is taken', async () => {
  const { authCode, pageId } = await begun(bindings)
  for (const code of ['55', '55', '75']) {
    const result = await otp(authCode, wrongOtp)
    assert.equal(result.kind === 'refused' && result.responseCode, code)
  }
  await assert.rejects(otp(authCode), { problem: 'otp_tries_used' })
  const page = await bindings.openPage(pageId)
  assert.equal(page.kind === 'finished' && page.isBound, false)
})

test('a one-time password that comes too late is not asked about, and the binding fails', async () => {
  const { binding, authCode, pageId } = await begun(bindings)
  clock.moveBy(16 * 60_000)
  await assert.rejects(otp(authCode), { problem: 'otp_expired' })
  await world.runDue()
  const page = await bindings.openPage(pageId)
  assert.equal(page.kind === 'finished' && page.binding.state, 'failed')
  assert.equal(page.kind === 'finished' && page.binding.bindingId, binding.bindingId)
})

test('the page ends at the merchant’s URL with reference and status, and says tries left', async () => {
  const { pageId, binding } = await begun(bindings)
  const first = await bindings.openPage(pageId)
  assert.equal(first.kind === 'open' && first.triesLeft, 3)
  const wrong = await bindings.enterOtp(pageId, wrongOtp)
  assert.equal(wrong.kind === 'open' && wrong.triesLeft, 2)
  assert.equal(wrong.kind === 'open' && wrong.notice, 'wrong_otp')
  const right = await bindings.enterOtp(pageId, rightOtp)
  assert.equal(
    right.kind === 'finished' && right.redirectTo,
    `https://shop.example/done?order=1&referenceNo=${binding.referenceNo}&status=SUCCESS`,
  )
})

test('a cardholder who gives up ends at the failed URL, and stays there', async () => {
  const { pageId, binding } = await begun(bindings)
  const page = await bindings.cancel(pageId)
  const url = `https://shop.example/failed?referenceNo=${binding.referenceNo}&status=FAILED`
  assert.equal(page.kind === 'finished' && page.redirectTo, url)
  const again = await bindings.enterOtp(pageId, rightOtp)
  assert.equal(again.kind === 'finished' && again.isBound, false)
})

test('what is no page is none', async () => {
  for (const id of ['', 'x'.repeat(32), '\u0000', '0'.repeat(32)]) {
    assert.equal((await bindings.openPage(id)).kind, 'not_found')
  }
})

test('a customer binds a card once; another customer may bind it too', async () => {
  const { custIdMerchant } = await bound(bindings)
  await assert.rejects(bind(bindings, { custIdMerchant }), { problem: 'already_bound' })
  await bound(bindings)
})

test('of two bindings of one card that are ended at once, one is bound', async () => {
  const custIdMerchant = newCustomer()
  const both = await Promise.all([
    begun(bindings, { custIdMerchant }),
    begun(bindings, { custIdMerchant }),
  ])
  const results = await Promise.all(both.map(({ authCode }) => otp(authCode)))
  assert.deepEqual(results.map(({ kind }) => kind).sort(), ['bound', 'refused'])
  const [first] = both
  assert.equal((await bindings.listTokens(first.binding.merchantId, custIdMerchant)).length, 1)
})

test('a refused card fails its binding with the switch’s code', async () => {
  for (const [cpan, code] of [
    ['9360001600000000001', '14'],
    ['9360001600000000002', '57'],
    ['9360001600000000003', '59'],
  ] as const) {
    const result = await bind(bindings, { cpan })
    assert.equal(result.kind === 'refused' && result.responseCode, code)
  }
})

test('an X-EXTERNAL-ID and a partnerReferenceNo begin one binding each', async () => {
  const externalId = newCustomer()
  await begun(bindings, { externalId, partnerReferenceNo: externalId })
  assert.equal((await bind(bindings, { externalId })).kind, 'duplicate')
  await assert.rejects(bind(bindings, { partnerReferenceNo: externalId }), {
    problem: 'partner_reference_used',
  })
})

test('unbinding ends all tokens of the card at once, and then with the switch', async () => {
  const cpan = '9360000812345678901'
  const one = await bound(bindings, { cpan })
  const other = await bound(bindings, { cpan })
  const result = await bindings.unbind({ ...newClaim(), bankCardToken: one.bankCardToken })
  assert.equal(result.kind === 'unbinding' && result.custIdMerchant, one.custIdMerchant)
  for (const { merchantId, custIdMerchant, bankCardToken } of [one, other]) {
    assert.deepEqual(await bindings.listTokens(merchantId, custIdMerchant), [])
    assert.equal(await bindings.findActive(merchantId, bankCardToken), undefined)
    await assert.rejects(bindings.unbind({ ...newClaim(), bankCardToken }), {
      problem: 'bank_card_token_not_found',
    })
  }
  const before = (await world.readEvents()).length
  await world.runDue()
  await world.runDue(1_000)
  const told = (await world.readEvents()).slice(before)
  assert.deepEqual(told, [
    {
      type: 'kki.card.unbound',
      data: {
        referenceNo: result.kind === 'unbinding' && result.referenceNo,
        custIdMerchants: [one.custIdMerchant, other.custIdMerchant].sort(),
        maskedCpan: '936000******8901',
        issuer: 'Bank Mandiri',
        channel: 'KARTU_KREDIT_INDONESIA',
      },
    },
  ])
  const messages = await world.simulator.messages('MCH-9', { custIdMerchant: one.custIdMerchant })
  assert.deepEqual(
    messages.map(({ kind, responseCode }) => [kind, responseCode]),
    [
      ['bind', '00'],
      ['otp', '00'],
      ['unbind', '00'],
    ],
  )
})

test('a card that was unbound can be bound again', async () => {
  const { custIdMerchant, bankCardToken } = await bound(bindings)
  await bindings.unbind({ ...newClaim(), bankCardToken })
  await world.runDue()
  await world.runDue(1_000)
  const again = await bound(bindings, { custIdMerchant })
  assert.notEqual(again.bankCardToken, bankCardToken)
})

test('an X-EXTERNAL-ID unbinds once', async () => {
  const one = await bound(bindings)
  const other = await bound(bindings)
  const claim = newClaim()
  await bindings.unbind({ ...claim, bankCardToken: one.bankCardToken })
  // The other token is of the same card, and has ended with the first.
  const next = await bound(bindings)
  assert.notEqual(next.bankCardToken, other.bankCardToken)
  const result = await bindings.unbind({ ...claim, bankCardToken: next.bankCardToken })
  assert.equal(result.kind, 'duplicate')
  assert.notEqual(await bindings.findActive(next.merchantId, next.bankCardToken), undefined)
})

test('every state and move of the machines is one that the tests know', () => {
  assert.deepEqual(bindingMoves.table, {
    pending: { bind: 'bound', fail: 'failed' },
    bound: { unbind: 'unbinding' },
    unbinding: { end: 'unbound' },
    failed: {},
    unbound: {},
  })
  assert.deepEqual(bindingMessageMoves.statesThatAllow('approve'), ['asked', 'unknown'])
})
