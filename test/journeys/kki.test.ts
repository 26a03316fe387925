/** Kartu Kredit Indonesia as a merchant lives it: the client SDK against a whole gateway over HTTP. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import {
  createClient,
  createMerchantTokens,
  createSnapClient,
  GerbangConnectionError,
  GerbangSnapError,
  type KkiNotification,
  type SnapClientSettings,
  verifySnapNotification,
} from '@gerbang/client'
import { createListeningWorld } from '../harness/listening.ts'
import { control, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld({ config: { askDeadlineMs: 1_500 } })
const credentials = (await control(world, 'GET', '/sandbox/credentials')).body
const { clientId, secretKey, privateKey, gatewayPublicKey } = credentials
const settings: SnapClientSettings = { baseUrl: world.url, clientId, secretKey, privateKey }
const gerbang = createSnapClient(settings)
const cards = createClient({ baseUrl: world.url, clientId, secretKey })

const cpan = '9360001609987000000'
const ott = '12345678'
const otp = '123456'
noteSecret('card-number', cpan)
noteSecret('password', ott)
noteSecret('password', otp)

const rupiah = (value: string) => ({ value, currency: 'IDR' }) as const

let last = 0
const number = (prefix: string) => `${prefix}x${process.pid}x${++last}`

/** The merchant's endpoints, as the README of the client shows them. */
const told: KkiNotification[] = []
const tokens = createMerchantTokens({ clientId, gatewayPublicKey, privateKey })
const endpoints = createServer(async (request, response) => {
  const { url: path = '', headers } = request
  const body = await buffer(request)
  const isTokenCall = path === '/snap/token'
  const result = isTokenCall
    ? undefined
    : verifySnapNotification({ headers, body, path, secretKey, clientId, tokens })
  const answer = result?.answer ?? tokens.answer({ headers })
  response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body))
  if (result?.ok) told.push(result.notification)
})
await new Promise<void>((resolve) => endpoints.listen(0, '127.0.0.1', resolve))
after(() => endpoints.close())
const merchantUrl = `http://127.0.0.1:${(endpoints.address() as AddressInfo).port}`
await control(world, 'PATCH', '/sandbox/merchant', {
  snapTokenUrl: `${merchantUrl}/snap/token`,
  snapNotificationUrl: `${merchantUrl}/v1.0/debit/notify`,
})

const advance = (advanceMs: number) => control(world, 'POST', '/sandbox/clock', { advanceMs })

/** The notification about a number of ours; moving the clock delivers what is due. */
async function toldOf(originalReferenceNo: string): Promise<KkiNotification | undefined> {
  await advance(1)
  return told.find((one) => one.originalReferenceNo === originalReferenceNo)
}

/** A card that a customer has bound, by a one-time password that the merchant asks for. */
async function bind(custIdMerchant: string): Promise<string> {
  const begun = await gerbang.bindCard({ card: { cpan }, custIdMerchant }, { channelId: 'H2H' })
  const { authCode } = begun.body.additionalInfo
  const { body } = await gerbang.verifyOtp({ otp, authCode })
  assert.ok(body.bankCardToken)
  return body.bankCardToken
}

const refusedWith = (responseCode: string) => (error: unknown) => {
  assert.ok(error instanceof GerbangSnapError, String(error))
  assert.equal(error.responseCode, responseCode)
  return true
}

test('a customer binds a card, pays with it, gets a part back, and unbinds it', async () => {
  const custIdMerchant = number('CUST')
  const bankCardToken = await bind(custIdMerchant)
  const customer = { id: custIdMerchant }
  const channel = { id: 'KARTU_KREDIT_INDONESIA' }
  const listed = await cards.listTokens({ customer, channel })
  assert.deepEqual(
    listed.body.tokens.map(({ id, masked_account }) => [id, masked_account]),
    [[bankCardToken, '********0000']],
  )

  const partnerReferenceNo = number('INV')
  const payment = { partnerReferenceNo, bankCardToken, amount: rupiah('50000.00') }
  const paid = await gerbang.payByKki(payment)
  assert.deepEqual([paid.body.responseCode, paid.isPending], ['2005400', false])
  await assert.rejects(gerbang.payByKki(payment), refusedWith('4095401'))

  const refund = {
    originalPartnerReferenceNo: partnerReferenceNo,
    partnerRefundNo: number('REF'),
    refundAmount: rupiah('20000.00'),
    reason: 'Request by Customer',
  }
  const refunded = await gerbang.refund(refund)
  assert.equal(refunded.body.responseCode, '2005800')
  // After a lost answer the same refund is sent again; it is given back once.
  const again = await gerbang.refund(refund)
  assert.equal(again.body.refundNo, refunded.body.refundNo)

  const { body: status } = await gerbang.paymentStatus({
    originalPartnerReferenceNo: partnerReferenceNo,
  })
  assert.equal(status.latestTransactionStatus, '00')
  assert.deepEqual(status.transAmount, rupiah('50000.00'))
  assert.deepEqual(
    status.refundHistory.map(({ refundAmount, refundStatus }) => [refundAmount, refundStatus]),
    [[rupiah('20000.00'), '00']],
  )

  const unbound = await gerbang.unbindCard({ bankCardToken })
  assert.equal(unbound.body.additionalInfo.status, 'PENDING')
  const payAgain = { ...payment, partnerReferenceNo: number('INV') }
  await assert.rejects(gerbang.payByKki(payAgain), refusedWith('4045411'))
  assert.deepEqual((await cards.listTokens({ customer, channel })).body.tokens, [])
  // The network ends the token.
  await advance(60_000)
})

test('what binding and unbinding did is in the log of events, without the card', async () => {
  const { cursor } = (await control(world, 'GET', '/sandbox/events?limit=1000')).body
  const custIdMerchant = number('CUST')
  const bankCardToken = await bind(custIdMerchant)
  await gerbang.unbindCard({ bankCardToken })
  await advance(60_000)
  const { body, text } = await control(world, 'GET', `/sandbox/events?after=${cursor}`)
  const kinds = body.events.map(({ type }: { type: string }) => type)
  assert.deepEqual(kinds, ['kki.card.bound', 'kki.card.unbound'])
  const [bound, unbound] = body.events.map(({ data }: { data: object }) => data)
  assert.equal(bound.custIdMerchant, custIdMerchant)
  assert.deepEqual(unbound.custIdMerchants, [custIdMerchant])
  assert.ok(!text.includes(cpan) && !text.includes(bankCardToken))
})

test('a card is bound on the hosted page, and the notification brings its token', async () => {
  const { body } = await gerbang.bindCard({
    card: { cpan, ott },
    custIdMerchant: number('CUST'),
    additionalInfo: {
      successRegistrationUrl: 'https://www.merchant.com/bound',
      failedRegistrationUrl: 'https://www.merchant.com/not-bound',
    },
  })
  const page = body.redirectUrl ?? ''
  assert.match(await (await fetch(page)).text(), /<form[^>]*method="post"/i)
  const entered = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ otp }),
    redirect: 'manual',
  })
  assert.equal(entered.status, 303)
  const back = new URL(entered.headers.get('location') ?? '')
  assert.equal(back.origin + back.pathname, 'https://www.merchant.com/bound')
  assert.deepEqual(Object.fromEntries(back.searchParams), {
    referenceNo: body.referenceNo,
    status: 'SUCCESS',
  })
  const notification = await toldOf(body.referenceNo)
  const bankCardToken = notification?.additionalInfo.bankCardToken
  assert.ok(bankCardToken)
  const paid = await gerbang.payByKki({
    partnerReferenceNo: number('INV'),
    bankCardToken,
    amount: rupiah('11500.00'),
  })
  assert.equal(paid.isPending, false)
})

test('a payment by CPAN and OTT binds the card on the way, and its token pays the next one', async () => {
  const amount = rupiah('11500.00')
  const custIdMerchant = number('CUST')
  const first = await gerbang.payByKki({
    partnerReferenceNo: number('INV'),
    chargeToken: cpan,
    otp: ott,
    amount,
    additionalInfo: { isBindAndPay: 'true', customer: { customerId: custIdMerchant } },
  })
  assert.deepEqual(first.body.additionalInfo, { custIdMerchant, status: 'SUCCESS' })
  const { bankCardToken = '' } = first.body
  const additionalInfo = { deviceId: 'device1', originalRequestId: 'request-1' }
  const partnerReferenceNo = number('INV')
  const second = await gerbang.payByKki({
    partnerReferenceNo,
    bankCardToken,
    amount,
    additionalInfo,
  })
  assert.equal(second.body.partnerReferenceNo, partnerReferenceNo)
  assert.equal((await toldOf(second.body.referenceNo))?.latestTransactionStatus, '00')
})

test('a payment that waits for its cardholder is pending, until the app and the notification say more', async () => {
  const pending = await gerbang.payByKki({
    partnerReferenceNo: number('INV'),
    chargeToken: cpan,
    otp: ott,
    amount: rupiah('19002.00'),
  })
  assert.deepEqual([pending.status, pending.isPending], [202, true])
  const { referenceNo } = pending.body
  const status = () => gerbang.paymentStatus({ originalReferenceNo: referenceNo })
  assert.equal((await status()).body.latestTransactionStatus, '03')
  const path = `/sandbox/kki/confirmations/${referenceNo}`
  assert.equal((await control(world, 'POST', path, { approve: true })).status, 200)
  await advance(1_000)
  assert.equal((await toldOf(referenceNo))?.latestTransactionStatus, '00')
  assert.equal((await status()).body.latestTransactionStatus, '00')
})

test('a refusal of the issuer says why', async () => {
  const payment = {
    partnerReferenceNo: number('INV'),
    chargeToken: cpan,
    otp: ott,
    amount: rupiah('19051.00'),
  }
  await assert.rejects(gerbang.payByKki(payment), refusedWith('4035414'))
  const wrongOtt = { ...payment, partnerReferenceNo: number('INV'), otp: '00000000' }
  noteSecret('password', wrongOtt.otp)
  await assert.rejects(gerbang.payByKki(wrongOtt), (error) => {
    assert.ok(error instanceof GerbangSnapError)
    assert.match(error.hint ?? '', /new OTT/)
    return true
  })
})

for (const [what, send, found] of [
  ['arrived is paid', (request: () => Promise<Response>) => request(), true],
  ['never arrived is unknown', () => Promise.resolve(), false],
] as const) {
  test(`after a lost answer the status tells that a payment which ${what}`, async () => {
    const losing = createSnapClient({
      ...settings,
      fetch: async (...request) => {
        if (!String(request[0]).endsWith('/payment-host-to-host')) return fetch(...request)
        await send(() => fetch(...request))
        throw new TypeError('fetch failed')
      },
    })
    const payment = {
      partnerReferenceNo: number('INV'),
      chargeToken: cpan,
      otp: ott,
      amount: rupiah('11500.00'),
    }
    const lost = await losing.payByKki(payment).catch((error) => error)
    assert.ok(lost instanceof GerbangConnectionError)
    assert.match(lost.message, /outcome is unknown/)
    const status = gerbang.paymentStatus({ originalExternalId: lost.requestId })
    if (found) assert.equal((await status).body.latestTransactionStatus, '00')
    else {
      await assert.rejects(status, refusedWith('4045501'))
      assert.equal((await gerbang.payByKki(payment)).isPending, false)
    }
  })
}

test('a binding gives a token of its customer, which calls may carry', async () => {
  const custIdMerchant = number('CUST')
  const begun = await gerbang.bindCard({ card: { cpan }, custIdMerchant }, { channelId: 'H2H' })
  const { authCode } = begun.body.additionalInfo
  const { body } = await gerbang.verifyOtp({ otp, authCode })
  const { accessToken, refreshToken } = (await gerbang.customerToken({ authCode })).body
  const renewed = await gerbang.customerToken({ refreshToken })
  for (const customerToken of [accessToken, renewed.body.accessToken]) {
    const payment = {
      partnerReferenceNo: number('INV'),
      bankCardToken: body.bankCardToken ?? '',
      amount: rupiah('11500.00'),
    }
    assert.equal((await gerbang.payByKki(payment, { customerToken })).isPending, false)
  }
})

test('an access token that the gateway ended is replaced without a word', async () => {
  const status = () => gerbang.paymentStatus({ originalReferenceNo: 'nobody' })
  await assert.rejects(status(), refusedWith('4045501'))
  await advance(16 * 60_000)
  await assert.rejects(status(), refusedWith('4045501'))
})
