/** A merchant whose DOKU library, unmodified, was led to the gateway: all of KKI over real HTTP. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createClient, createSnapClient } from '@gerbang/client'
import { decryptCardData, digestOf, encryptCardData, parseSnapTimestamp } from '@gerbang/wire'
import {
  cardDataCipher,
  DirectDebitController,
  pointLibraryTo,
  requests,
  Snap,
  TokenController,
} from '../harness/doku-library.ts'
import { createListeningWorld } from '../harness/listening.ts'
import { control, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld({ config: { askDeadlineMs: 1_500 } })
const { clientId, secretKey, privateKey } = (await control(world, 'GET', '/sandbox/credentials'))
  .body
pointLibraryTo(world.url)
const options = { isProduction: false, privateKey, clientID: clientId, secretKey }
const snap = new Snap(options)
// The constructor asks for a token, too, and tells nobody when it has come.
await snap.getTokenB2B()
const tokens = new TokenController()
const directDebit = new DirectDebitController()
const ownClient = createSnapClient({ baseUrl: world.url, clientId, secretKey, privateKey })

const channel = 'KARTU_KREDIT_INDONESIA'
const cpan = '9360001609987000000'
const ott = '12345678'
const otp = '123456'
const ipAddress = '192.168.100.1'
noteSecret('card-number', cpan)
noteSecret('password', ott)
noteSecret('password', otp)

let last = 0
const number = (prefix: string) => `${prefix}x${process.pid}x${++last}`

/** Begins a binding; the library always wants the hosted page. */
async function beginBinding(custIdMerchant = number('CUST')) {
  const card = { bankCardNo: cpan, bankCardType: 'C', expiryDate: '1228' }
  const request = new requests.CardRegistrationRequestDTO(card, custIdMerchant, '6281234567890', {
    channel,
    customerName: 'Café Budi',
    email: 'budi@merchant.com',
    successRegistrationUrl: 'https://www.merchant.com/bound?order=1&shop=2',
    failedRegistrationUrl: 'https://www.merchant.com/not-bound',
  })
  const { tokenB2B } = snap
  const { status, data } = await directDebit.doRegistrationCardBind(
    request,
    clientId,
    tokenB2B,
    secretKey,
    false,
  )
  assert.deepEqual([status, data.responseCode], [200, '2000100'])
  return data
}

/** A bound card. No SDK can verify a one-time password: the merchant has to sign that call himself. */
async function bind() {
  const { authCode } = (await beginBinding()).additionalInfo
  const { body } = await ownClient.verifyOtp({ otp, authCode })
  return { bankCardToken: String(body.bankCardToken), authCode: String(authCode) }
}

/** The library's request, with what its class does not know beside: it is sent as it is. */
function payment(members: object, value = '50000.00') {
  const additionalInfo = new requests.PaymentAdditionalInfoRequestDto(
    channel,
    'Kopi',
    'https://www.merchant.com/paid',
    'https://www.merchant.com/not-paid',
    [{ name: 'Kopi <Gayo> & "Té"', price: 50000, quantity: 1 }],
  )
  const amount = new requests.TotalAmountDto(value, 'IDR')
  const request = new requests.PaymentRequestDto(number('INV'), amount, [], additionalInfo)
  return Object.assign(request, members)
}

/** Pays through the library; it completes the request before it sends it. */
function pay(request: object, tokenB2b2c?: string, by = snap) {
  const caller = [privateKey, clientId, by.tokenB2B, tokenB2b2c, by.secretKey, false, ipAddress]
  const answer = directDebit.doPayment(request, ...caller)
  noteSecret('digest', digestOf(JSON.stringify(request)))
  return answer
}

/** The refusal as the library shows it: an error of its HTTP client that holds our answer. */
async function assertRefused(
  call: Promise<unknown>,
  [responseCode, responseMessage]: readonly [string, string],
) {
  const error = await call.then(
    () => assert.fail('it was served'),
    (reason) => reason,
  )
  assert.deepEqual(error.response?.data, { responseCode, responseMessage }, String(error))
  assert.equal(error.response.status, Number(responseCode.slice(0, 3)))
}

/** What nobody knows the library sends as null. */
function statusRequest(partnerReferenceNo: string, additionalInfo: object = {}) {
  const unknown = Array(5).fill(null)
  const names = [partnerReferenceNo, null, '']
  return new requests.CheckStatusDirectDebitDTO(...names, '55', ...unknown, additionalInfo)
}

test('the library binds a card, pays with it, gives a part back, asks, and unbinds it', async () => {
  const { bankCardToken, authCode } = await bind()

  const customer = await tokens.getTokenB2b2c(authCode, privateKey, clientId, false)
  assert.equal(customer.responseCode, '2007400')
  assert.ok(parseSnapTimestamp(customer.accessTokenExpiryTime))
  const request = payment({ bankCardToken })
  const paid = await pay(request, customer.accessToken)
  assert.deepEqual(
    { ...paid },
    {
      responseCode: '2005400',
      responseMessage: 'Successful',
      webRedirectUrl: '',
      partnerReferenceNo: request.partnerReferenceNo,
      referenceNo: paid.referenceNo,
    },
  )
  assert.ok(paid.referenceNo)

  const refund = new requests.RefundRequestDto(
    request.partnerReferenceNo,
    { value: '20000.00', currency: 'IDR' },
    number('REF'),
    undefined,
    'Request by Customer',
    { channel },
  )
  // It gets a customer token of its own before.
  const refunded = await snap.doRefund(refund, authCode, ipAddress)
  assert.deepEqual(
    [refunded.responseCode, refunded.originalReferenceNo],
    ['2005800', paid.referenceNo],
  )
  assert.ok(snap.tokenB2b2c)

  const status = await snap.doCheckStatus(statusRequest(request.partnerReferenceNo))
  assert.deepEqual([status.responseCode, status.latestTransactionStatus], ['2005500', '00'])
  const [given] = status.refundHistory
  assert.deepEqual(given.refundAmount, { value: '20000.00', currency: 'IDR' })

  const unbind = new requests.CardUnRegistUnbindRequestDTO(bankCardToken, { channel })
  const caller = [clientId, snap.tokenB2B, secretKey, false]
  const unbound = await directDebit.doUnRegistCardUnBind(unbind, ...caller)
  assert.deepEqual([unbound.responseCode, unbound.additionalInfo.status], ['2000500', 'PENDING'])
  await assertRefused(pay(payment({ bankCardToken })), [
    '4045411',
    'Invalid Card/Account/Customer bankCardToken',
  ])
})

test('the page that the library is led to binds the card, and the list of tokens names it', async () => {
  const custIdMerchant = number('CUST')
  const { redirectUrl, referenceNo } = await beginBinding(custIdMerchant)
  const entered = await fetch(redirectUrl, {
    method: 'POST',
    body: new URLSearchParams({ otp }),
    redirect: 'manual',
  })
  const back = entered.headers.get('location') ?? ''
  const added = `referenceNo=${referenceNo}&status=SUCCESS`
  assert.equal(back, `https://www.merchant.com/bound?order=1&shop=2&${added}`)
  const cards = createClient({ baseUrl: world.url, clientId, secretKey })
  const { body } = await cards.listTokens({
    customer: { id: custIdMerchant },
    channel: { id: channel },
  })
  const paid = await pay(payment({ bankCardToken: body.tokens[0]?.id }))
  assert.equal(paid.responseCode, '2005400')
})

test('a payment by CPAN and OTT goes through the library, and its refusals are shown', async () => {
  const request = payment({ chargeToken: cpan, otp: ott })
  assert.equal((await pay(request)).responseCode, '2005400')
  await assertRefused(pay(request), ['4095401', 'Duplicate partnerReferenceNo'])
  const poor = payment({ chargeToken: cpan, otp: ott }, '19051.00')
  await assertRefused(pay(poor), ['4035414', 'Insufficient Funds'])
  const { tokenB2B } = snap
  const status = await directDebit.doCheckStatus(
    statusRequest(poor.partnerReferenceNo, { channel, deviceId: '' }),
    clientId,
    tokenB2B,
    secretKey,
    false,
  )
  assert.equal(status.originalResponseCode, '4035414')
})

test('with a wrong key the library is refused, and shows why', async (t) => {
  // It prints the whole error of a binding.
  t.mock.method(console, 'log', () => {})
  const wrong = new Snap({ ...options, secretKey: 'SK-another' })
  await wrong.getTokenB2B()
  const said = (service: string) => [`401${service}00`, 'Unauthorized. Invalid Signature'] as const
  await assertRefused(wrong.doCheckStatus(statusRequest('INV-1')), said('55'))
  await assertRefused(pay(payment({ chargeToken: cpan, otp: ott }), undefined, wrong), said('54'))
  const bind = new requests.CardRegistrationRequestDTO({ bankCardNo: cpan }, 'CUST', '', {
    channel,
  })
  const caller = [clientId, wrong.tokenB2B, wrong.secretKey, false]
  await assertRefused(directDebit.doRegistrationCardBind(bind, ...caller), said('01'))

  const { privateKey: anotherKey } = (await control(world, 'POST', '/sandbox/merchants')).body
  await assertRefused(tokens.getTokenB2B(anotherKey, clientId, false), said('73'))
  await assertRefused(tokens.getTokenB2b2c('code', privateKey, clientId, false), [
    '4017400',
    'Unauthorized. Invalid authCode',
  ])
})

for (const [zone, isTaken] of [
  ['UTC', true],
  ['Asia/Jakarta', true],
  ['America/New_York', true],
  // It writes +5.5:30.
  ['Asia/Kolkata', false],
] as const) {
  test(`the library's timestamp of ${zone} is ${isTaken ? 'taken' : 'refused as malformed'}`, async (t) => {
    const before = process.env['TZ']
    t.after(() => {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    })
    process.env['TZ'] = zone
    const token = () => tokens.getTokenB2B(privateKey, clientId, false)
    const status = () => snap.doCheckStatus(statusRequest('nobody'))
    if (isTaken) {
      assert.equal((await token()).responseCode, '2007300')
      await assertRefused(status(), ['4045501', 'Transaction Not Found'])
    } else {
      const message = 'Invalid Field Format X-TIMESTAMP'
      await assertRefused(token(), ['4007301', message])
      await assertRefused(status(), ['4005501', message])
    }
  })
}

for (const key of [secretKey, 'SK-16-characters', 'SK-short']) {
  test(`cardData under a key of ${key.length} characters is the same for the library and us`, () => {
    const card = JSON.stringify({ bankCardNo: cpan, bankCardType: 'C', name: 'Café – 🙂' })
    assert.equal(decryptCardData(cardDataCipher.encryptCbc(card, key), key), card)
    assert.equal(cardDataCipher.decryptCbc(encryptCardData(card, key, randomBytes(16)), key), card)
  })
}
