import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import {
  createClient,
  createMerchantTokens,
  createSnapClient,
  type KkiNotification,
  signSnapNotificationForTest,
} from '@gerbang/client'
import {
  approvedSnapAnswer,
  type StubAnswer,
  type StubSnapRequest,
  startStubSnapGateway,
} from '@gerbang/client/testing'
import { type Customer, createCustomers } from './customers.ts'
import { createCafe } from './server.ts'

const keys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-exampleSecretKey00001' }
const { privateKey } = keys()
const gatewayKeys = keys()
const channel = 'KARTU_KREDIT_INDONESIA'

type Answers = Partial<
  Record<
    'bind-card' | 'pay' | 'payment-status' | 'refund' | 'unbind-card',
    StubAnswer | 'silence' | 'hang-up'
  >
>

const refused = (responseCode: string): StubAnswer => ({
  status: Number(responseCode.slice(0, 3)),
  json: { responseCode, responseMessage: 'as the issuer says it' },
})
const pending: StubAnswer = {
  status: 202,
  json: { responseCode: '2025400', responseMessage: 'Request In Progress', referenceNo: 'ref_1' },
}

async function world(t: TestContext, answers: Answers = {}) {
  const answer = (request: StubSnapRequest) =>
    answers[request.service as keyof Answers] ?? approvedSnapAnswer(request)
  const gateway = await startStubSnapGateway({ ...merchant, privateKey, answer })
  const account = { ...merchant, baseUrl: gateway.url, timeoutMs: 200 }
  const customers = createCustomers()
  const tokens = createMerchantTokens({
    clientId: merchant.clientId,
    gatewayPublicKey: gatewayKeys.publicKey,
    privateKey,
  })
  const app = await createCafe({
    gerbang: createSnapClient({ ...account, privateKey }),
    cards: createClient(account),
    customers,
    credentials: merchant,
    tokens,
    cafeUrl: () => 'http://cafe.test',
    issuerAppUrl: 'http://gateway.test/issuer-app',
  })
  t.after(() => Promise.all([app.close(), gateway.close()]))

  const cookie = ({ key }: Customer) => ({ cookie: `other=1; gerbang_cafe=${key}` })
  const get = (customer: Customer, url: string) => app.inject({ url, headers: cookie(customer) })
  const post = (customer: Customer, url: string, fields: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: { ...cookie(customer), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
  return {
    answers,
    app,
    customers,
    get,
    post,
    sentTo: (service: string) => gateway.requests.filter((one) => one.service === service),
    /** A customer whose card is bound. */
    regular: () => {
      const customer = customers.welcome()
      customer.card = { kind: 'bound', lastDigits: '0000', bankCardToken: 'token-1' }
      return customer
    },
    /** Taps a drink as often as is said; gives the order's page. */
    tap: async (customer: Customer, drink: string, times = 1) => {
      const { body } = await get(customer, '/')
      const button = new RegExp(`name="order" value="(\\w+)">\\s*<p><button>${drink}`)
      const order = button.exec(body)?.[1] ?? ''
      const taps = Array.from({ length: times }, () => post(customer, '/orders', { order }))
      const [first] = await Promise.all(taps)
      return get(customer, String(first?.headers.location))
    },
    notify: (notification: object, change: Record<string, string> = {}) => {
      const signed = signSnapNotificationForTest({
        notification: notification as KkiNotification,
        path: '/snap/notifications',
        tokens,
        ...merchant,
      })
      const { headers, body } = signed
      const url = '/snap/notifications'
      return app.inject({ method: 'POST', url, headers: { ...headers, ...change }, body })
    },
  }
}

const amountOf = (value: string) => ({ value, currency: 'IDR' })
const bindingOf = ({ custIdMerchant }: Customer, additionalInfo: object) => ({
  originalReferenceNo: 'ref_1',
  latestTransactionStatus: '00',
  additionalInfo: { channel, custIdMerchant, ...additionalInfo },
})

test('the pages work without JavaScript, under a strict policy', async (t) => {
  const { app } = await world(t)
  const { body, headers, statusCode } = await app.inject('/')
  assert.equal(statusCode, 200)
  assert.match(body, /<form method="post" action="\/card">/)
  assert.doesNotMatch(body, /<script|style="|https?:/)
  assert.match(String(headers['content-security-policy']), /default-src 'none'/)
  assert.match(String(headers['set-cookie']), /^gerbang_cafe=[\w-]{32}; .*HttpOnly; SameSite=Lax/)
})

test('the card goes to the gateway encrypted, the customer to its page, and the number is not kept', async (t) => {
  const { customers, post, sentTo } = await world(t)
  const customer = customers.welcome()
  const { statusCode, headers } = await post(customer, '/card', { cpan: '9360 0016 0998 7000 000' })
  assert.equal(statusCode, 303)
  assert.match(String(headers.location), /^http:\/\/127\.0\.0\.1\/kki/)
  const sent = sentTo('bind-card')[0]?.text ?? ''
  assert.ok(!sent.includes('9360001609987000000'))
  const { custIdMerchant, additionalInfo } = JSON.parse(sent)
  assert.equal(custIdMerchant, customer.custIdMerchant)
  assert.equal(additionalInfo.successRegistrationUrl, 'http://cafe.test/card/back')
  assert.ok(!JSON.stringify(customer).includes('9360001609987000000'))
})

test('only a notification that verifies binds the card, and only its customer’s', async (t) => {
  const { customers, post, get, notify } = await world(t)
  const customer = customers.welcome()
  await post(customer, '/card', { cpan: '9360001609987000000' })
  await get(customer, '/card/back?referenceNo=ref_1&status=SUCCESS')
  assert.equal(customer.card.kind, 'asked')
  const binding = bindingOf(customer, { status: 'SUCCESS', bankCardToken: 'token-9' })
  assert.equal((await notify(binding, { Authorization: 'Bearer x' })).statusCode, 401)
  assert.equal((await notify(binding, { 'X-SIGNATURE': 'x' })).statusCode, 401)
  assert.equal(customer.card.kind, 'asked')
  const stranger = bindingOf(customers.welcome(), { status: 'SUCCESS', bankCardToken: 'token-8' })
  assert.equal((await notify(stranger)).statusCode, 200)
  assert.equal(customer.card.kind, 'asked')
  const taken = await notify(binding)
  assert.deepEqual([taken.statusCode, taken.json().responseCode], [200, '2005600'])
  assert.deepEqual(customer.card, {
    kind: 'bound',
    lastDigits: '0000',
    bankCardToken: 'token-9',
  })
})

test('a binding that failed is told, and the form is there again', async (t) => {
  const { customers, post, get, notify } = await world(t)
  const customer = customers.welcome()
  await post(customer, '/card', { cpan: '9360001609987000000' })
  await notify(bindingOf(customer, { status: 'FAILED' }))
  assert.match((await get(customer, '/')).body, /role="alert">Your bank could not confirm/)
})

test('however often it is tapped, an order is paid once', async (t) => {
  const { regular, tap, sentTo } = await world(t)
  const customer = regular()
  assert.match((await tap(customer, 'Kopi tubruk', 3)).body, /Paid, thank you!/)
  assert.equal(sentTo('pay').length, 1)
  const { partnerReferenceNo, bankCardToken, amount } = JSON.parse(sentTo('pay')[0]?.text ?? '')
  assert.match(partnerReferenceNo, /^CAFE-[0-9A-F]{10}$/)
  assert.equal(bankCardToken, 'token-1')
  assert.deepEqual(amount, amountOf('15000.00'))
  assert.equal(customer.orders.length, 1)
})

test('an order that was never offered, or is another customer’s, is not found', async (t) => {
  const { regular, tap, get, post, sentTo } = await world(t)
  const customer = regular()
  await tap(customer, 'Kopi tubruk')
  const [order] = customer.orders
  const other = regular()
  const answers = await Promise.all([
    post(other, '/orders', { order: 'aaaaaaaaaa' }),
    post(other, '/orders', { order: order?.id ?? '' }),
    post(other, `/orders/${order?.id}/refund`),
    get(other, `/orders/${order?.id}`),
  ])
  for (const { statusCode } of answers) assert.equal(statusCode, 404)
  assert.equal(sentTo('pay').length + sentTo('refund').length, 1)
})

test('a refusal says what the customer can do', async (t) => {
  const { regular, tap } = await world(t, { pay: refused('4035414') })
  const { body } = await tap(regular(), 'Kopi luwak')
  assert.match(body, /Not paid[\s\S]*There is not enough money on your card/)
  assert.doesNotMatch(body, /as the issuer says it/)
})

test('a token that pays no more leads back to the form', async (t) => {
  const { regular, tap, get } = await world(t, { pay: refused('4045411') })
  const customer = regular()
  await tap(customer, 'Kopi tubruk')
  assert.match((await get(customer, '/')).body, /role="alert">Your card is not bound any more/)
})

test('a payment without an answer is asked for, and not paid again where it arrived', async (t) => {
  for (const lost of ['silence', 'hang-up', refused('5005402'), refused('4095401')] as const) {
    const { regular, tap, sentTo } = await world(t, { pay: lost })
    assert.match((await tap(regular(), 'Kopi tubruk')).body, /Paid, thank you!/)
    assert.deepEqual([sentTo('pay').length, sentTo('payment-status').length], [1, 1])
  }
})

test('a payment that never arrived may be sent again, under the same number', async (t) => {
  const { answers, regular, tap, post, get, sentTo } = await world(t, {
    pay: 'hang-up',
    'payment-status': refused('4045501'),
  })
  const customer = regular()
  const { body } = await tap(customer, 'Kopi tubruk')
  assert.match(body, /Not paid yet[\s\S]*Pay again/)
  delete answers.pay
  const [order] = customer.orders
  await post(customer, '/orders', { order: order?.id ?? '' })
  assert.match((await get(customer, `/orders/${order?.id}`)).body, /Paid, thank you!/)
  const numbers = sentTo('pay').map(({ text }) => JSON.parse(text).partnerReferenceNo)
  assert.deepEqual(numbers, [order?.partnerReferenceNo, order?.partnerReferenceNo])
})

test('a pending payment is paid by its notification, unless that tells another amount', async (t) => {
  const { regular, tap, get, notify } = await world(t, {
    pay: pending,
    'payment-status': {
      json: { ...(pending.json as object), responseCode: '2005500', refundHistory: [] },
    },
  })
  const customer = regular()
  assert.match((await tap(customer, 'Cold brew')).body, /Waiting for your bank/)
  const [order] = customer.orders
  const paid = (value: string) => ({
    originalPartnerReferenceNo: order?.partnerReferenceNo,
    originalReferenceNo: 'ref_1',
    latestTransactionStatus: '00',
    amount: amountOf(value),
    additionalInfo: { channel },
  })
  await notify(paid('1.00'))
  assert.equal(order?.state, 'pending')
  await notify(paid('29002.00'))
  assert.match((await get(customer, `/orders/${order?.id}`)).body, /Paid, thank you!/)
})

test('a refund without an answer is sent again as the same one', async (t) => {
  const { answers, regular, tap, get, post, sentTo } = await world(t, { refund: 'hang-up' })
  const customer = regular()
  await tap(customer, 'Kopi tubruk')
  const [order] = customer.orders
  const url = `/orders/${order?.id}`
  await post(customer, `${url}/refund`)
  assert.match((await get(customer, url)).body, /Refund pending/)
  delete answers.refund
  await post(customer, `${url}/refund`)
  assert.match((await get(customer, url)).body, /Refunded/)
  const numbers = sentTo('refund').map(({ text }) => JSON.parse(text).partnerRefundNo)
  assert.deepEqual(numbers, [order?.partnerRefundNo, order?.partnerRefundNo])
})

test('a card is unlinked, also where it was unbound before; a lost answer leaves it', async (t) => {
  for (const [answer, kind] of [
    [undefined, 'none'],
    [refused('4040511'), 'none'],
    ['hang-up', 'bound'],
  ] as const) {
    const { regular, post } = await world(t, answer ? { 'unbind-card': answer } : {})
    const customer = regular()
    await post(customer, '/card/unbind')
    assert.equal(customer.card.kind, kind)
  }
})

test('only the gateway gets a token', async (t) => {
  const { app } = await world(t)
  const answer = await app.inject({ method: 'POST', url: '/snap/token', body: '{}' })
  assert.deepEqual([answer.statusCode, answer.json().responseCode], [401, '4017300'])
})
