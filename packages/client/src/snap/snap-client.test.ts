/** Each call of SNAP against a stub: what is sent, how it is signed, what comes back. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { decryptCardData, parseSnapTimestamp, snapServices } from '@gerbang/wire'
import {
  b2b2cTokenResponse,
  kkiBindResponse,
  kkiOtpResponse,
  kkiPayResponse,
  kkiRefundResponse,
  kkiStatusResponse,
  kkiUnbindResponse,
} from '@gerbang/wire/schemas'
import { Value } from 'typebox/value'
import { createSnapClient, type PayByKkiRequest, type SnapClient } from '../index.ts'
import {
  approvedSnapAnswer,
  type StubAnswer,
  type StubSnapRequest,
  startStubSnapGateway,
} from '../testing.ts'

const merchant = {
  clientId: 'MCH-0001-10791114622547',
  secretKey: 'SK-exampleSecretKey00001',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}
const channel = 'KARTU_KREDIT_INDONESIA'
const card = { cpan: '9360001609987000000', ott: '12345678' }
const amount = { value: '11500.00', currency: 'IDR' } as const
const token = 'de52e5820f4c381db88a1cf91d57b73e'

type Answers = (request: StubSnapRequest) => StubAnswer | 'silence' | 'hang-up'

async function world(t: TestContext, settings: { answer?: Answers; path?: string } = {}) {
  const { answer, path = '' } = settings
  const gateway = await startStubSnapGateway({ ...merchant, ...(answer && { answer }) })
  t.after(() => gateway.close())
  return { gateway, client: createSnapClient({ ...merchant, baseUrl: gateway.url + path }) }
}

const payments: Record<string, PayByKkiRequest> = {
  'CPAN and OTT': {
    partnerReferenceNo: 'INV-0001',
    chargeToken: card.cpan,
    otp: card.ott,
    amount,
  },
  'CPAN and OTT, binding the card': {
    partnerReferenceNo: 'INV-0001',
    chargeToken: card.cpan,
    otp: card.ott,
    amount,
    additionalInfo: { isBindAndPay: 'true', customer: { customerId: 'CUST0001', postalCode: 1 } },
  },
  'a token': {
    partnerReferenceNo: 'INV-0001',
    bankCardToken: token,
    amount,
    additionalInfo: { lineItems: [{ name: 'Kopi Gayo', price: '11500.00', quantity: '1' }] },
  },
  'a token, with the device': {
    partnerReferenceNo: 'INV-0001',
    bankCardToken: token,
    amount,
    additionalInfo: { deviceId: 'device-1', originalRequestId: 'request-1' },
  },
}
const refund = {
  originalPartnerReferenceNo: 'INV-0001',
  partnerRefundNo: 'INV-REF-0001',
  refundAmount: amount,
  reason: 'Request by Customer',
}

const calls = [
  {
    service: 'verify-otp',
    schema: kkiOtpResponse,
    sent: { otp: '123456', authCode: 'auth-1', additionalInfo: { channel } },
    call: (client: SnapClient) => client.verifyOtp({ otp: '123456', authCode: 'auth-1' }),
  },
  {
    service: 'unbind-card',
    schema: kkiUnbindResponse,
    sent: { tokenId: token, additionalInfo: { channel, channelId: channel } },
    call: (client: SnapClient) => client.unbindCard({ bankCardToken: token }),
  },
  ...Object.values(payments).map((payment) => ({
    service: 'pay' as const,
    schema: kkiPayResponse,
    sent: { ...payment, additionalInfo: { channel, ...payment.additionalInfo } },
    call: (client: SnapClient) => client.payByKki(payment),
  })),
  {
    service: 'refund',
    schema: kkiRefundResponse,
    sent: { ...refund, additionalInfo: { channel } },
    call: (client: SnapClient) => client.refund(refund),
  },
  {
    service: 'payment-status',
    schema: kkiStatusResponse,
    sent: {
      serviceCode: '55',
      originalPartnerReferenceNo: 'INV-0001',
      additionalInfo: { channel },
    },
    call: (client: SnapClient) => client.paymentStatus({ originalPartnerReferenceNo: 'INV-0001' }),
  },
] as const

for (const { service, schema, sent, call } of calls) {
  const what = service === 'pay' ? `pay by ${Object.keys(sent).slice(1, 3).join(' and ')}` : service
  test(`${what}: ${JSON.stringify(sent.additionalInfo)} is sent as signed, and comes back typed`, async (t) => {
    const { gateway, client } = await world(t)
    const answer = await call(client)
    const [, request] = gateway.requests
    assert.deepEqual([request?.service, request?.path], [service, snapServices[service].path])
    assert.equal(request?.isSigned, true)
    assert.deepEqual(JSON.parse(request?.text ?? ''), sent)
    assert.deepEqual([...Value.Errors(schema, answer.body)], [])
    assert.deepEqual([answer.status, answer.isPending], [200, false])
    assert.equal(answer.headers['content-type'], 'application/json')
  })
}

test('a card is bound by its encrypted data, with another IV each time', async (t) => {
  const { gateway, client } = await world(t)
  const request = {
    card,
    custIdMerchant: 'CUST0001',
    phoneNo: '6281234567890',
    additionalInfo: { successRegistrationUrl: 'https://www.merchant.com/bound' },
  }
  const answer = await client.bindCard(request)
  assert.deepEqual([...Value.Errors(kkiBindResponse, answer.body)], [])
  assert.match(answer.body.redirectUrl ?? '', /^http/)
  await client.bindCard(request)
  const [, first, second] = gateway.requests.map(({ text }) => JSON.parse(text))
  const { cardData, ...rest } = first
  assert.deepEqual(rest, {
    custIdMerchant: 'CUST0001',
    phoneNo: '6281234567890',
    additionalInfo: { channel, successRegistrationUrl: 'https://www.merchant.com/bound' },
  })
  assert.deepEqual(JSON.parse(decryptCardData(cardData, merchant.secretKey) ?? ''), {
    bankCardNo: card.cpan,
    otp: card.ott,
  })
  assert.notEqual(cardData.split('|')[1], second.cardData.split('|')[1])
  assert.doesNotMatch(gateway.requests[1]?.text ?? '', /9360001609987000000/)
})

test('a card without an OTT is sent without one, and H2H asks for no page', async (t) => {
  const { gateway, client } = await world(t)
  const { body } = await client.bindCard(
    { card: { cpan: card.cpan }, custIdMerchant: 'CUST0001' },
    { channelId: 'H2H' },
  )
  assert.equal(body.redirectUrl, undefined)
  const [, request] = gateway.requests
  assert.equal(request?.headers['channel-id'], 'H2H')
  const plain = decryptCardData(JSON.parse(request?.text ?? '').cardData, merchant.secretKey)
  assert.equal(plain, JSON.stringify({ bankCardNo: card.cpan }))
})

for (const [grant, sent] of [
  [{ authCode: 'auth-1' }, { grantType: 'authorization_code', authCode: 'auth-1' }],
  [{ refreshToken: 'refresh-1' }, { grantType: 'refresh_token', refreshToken: 'refresh-1' }],
] as const) {
  test(`a customer's token is had by ${sent.grantType}, signed with the private key`, async (t) => {
    const { gateway, client } = await world(t)
    const answer = await client.customerToken(grant)
    assert.deepEqual([...Value.Errors(b2b2cTokenResponse, answer.body)], [])
    const [request, ...others] = gateway.requests
    assert.deepEqual([request?.service, request?.isSigned], ['b2b2c-token', true])
    assert.deepEqual(JSON.parse(request?.text ?? ''), sent)
    assert.deepEqual(others, [])
  })
}

test('headers are those of the documents', async (t) => {
  const { gateway, client } = await world(t)
  const answer = await client.refund(refund, { customerToken: 'customer-1' })
  const [asked, sent] = gateway.requests.map(({ headers }) => headers)
  assert.equal(asked?.['x-client-key'], merchant.clientId)
  assert.equal(sent?.['x-partner-id'], merchant.clientId)
  assert.equal(sent?.['x-external-id'], answer.externalId)
  // The stricter of the documents' words: numeric, at most 36.
  assert.match(answer.externalId, /^\d{33}$/)
  assert.equal(sent?.['authorization-customer'], 'Bearer customer-1')
  assert.match(String(sent?.authorization), /^Bearer \S+$/)
  assert.ok(parseSnapTimestamp(String(sent?.['x-timestamp'])))
  await client.refund(refund, { externalId: 'mine-1' })
  const mine = gateway.requests.at(-1)?.headers
  assert.equal(mine?.['x-external-id'], 'mine-1')
  assert.equal(mine?.['authorization-customer'], undefined)
})

test('text beyond ASCII and a base URL with a path are signed as they are sent', async (t) => {
  const { gateway, client } = await world(t, { path: '/doku/' })
  await client.refund({ ...refund, reason: 'Kopi “Gayo” é 日本' })
  for (const { isSigned, path } of gateway.requests) {
    assert.ok(isSigned)
    assert.match(path, /^\/doku\/\w/)
  }
})

test('202 is an answer that is pending, not an error', async (t) => {
  const { client } = await world(t, {
    answer: (request) => {
      const approved = approvedSnapAnswer(request)
      if (request.service !== 'pay') return approved
      const pending = { responseCode: '2025400', responseMessage: 'Request In Progress' }
      return { status: 202, json: { ...(approved.json as object), ...pending } }
    },
  })
  const answer = await client.payByKki(payments['a token'] as PayByKkiRequest)
  assert.deepEqual([answer.status, answer.isPending], [202, true])
  assert.equal(answer.body.partnerReferenceNo, 'INV-0001')
})

test('settings and X-EXTERNAL-IDs that cannot work are refused before anything is sent', async (t) => {
  const { gateway, client } = await world(t)
  for (const externalId of ['', 'a b', 'a\nb', 'é', 'x'.repeat(129)]) {
    await assert.rejects(client.refund(refund, { externalId }), TypeError)
  }
  assert.deepEqual(gateway.requests, [])
  const baseUrl = 'http://127.0.0.1:8080'
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  for (const wrong of [
    { baseUrl: 'gateway' },
    { clientId: '' },
    { secretKey: '' },
    { privateKey: 'SK-not-a-key' },
    { privateKey: ec },
  ]) {
    assert.throws(
      () => createSnapClient({ ...merchant, baseUrl, ...wrong }),
      (error) => error instanceof TypeError && !error.message.includes('SK-'),
    )
  }
})

test('the types know the four ways to pay, and take members that they do not name', async (t) => {
  const { client } = await world(t)
  const by = { partnerReferenceNo: 'INV-0001', amount }
  await client.payByKki({ ...by, bankCardToken: token, more: 1, additionalInfo: { remarks: 'x' } })
  // @ts-expect-error A CPAN needs its OTT.
  const withoutOtt: PayByKkiRequest = { ...by, chargeToken: card.cpan }
  // @ts-expect-error Who binds names the customer.
  const nobody: PayByKkiRequest = {
    ...by,
    chargeToken: card.cpan,
    otp: card.ott,
    additionalInfo: { isBindAndPay: true },
  }
  // @ts-expect-error It is one or the other.
  const both: PayByKkiRequest = {
    ...by,
    chargeToken: card.cpan,
    otp: card.ott,
    bankCardToken: token,
  }
  assert.ok(withoutOtt && nobody && both)
})
