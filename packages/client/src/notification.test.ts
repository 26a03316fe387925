import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf, sign } from '@gerbang/wire'
import { signNotificationForTest, type TransactionReport, verifyNotification } from './index.ts'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-exampleSecretKey00001' }
const path = '/notifications'
const now = () => new Date('2026-08-27T10:24:12Z')

const notification: TransactionReport = {
  order: { invoice_number: 'INV-1', amount: 90000 },
  transaction: {
    type: 'SALE',
    status: 'SUCCESS',
    date: '2026-08-27T10:23:47Z',
    original_request_id: 'charge-1',
  },
  service: { id: 'CREDIT_CARD' },
  acquirer: { id: 'BANK_MANDIRI' },
  channel: { id: 'CREDIT_CARD', name: 'Credit Card' },
  card_payment: {
    masked_card_number: '557338******1101',
    approval_code: '081981',
    response_code: '00',
    response_message: 'PAYMENT APPROVED',
    issuer: 'PT BANK MANDIRI (PERSERO) Tbk',
    identifier: [{ name: 'MID', value: '71003372992' }],
    brand: 'MASTER',
    three_d_secure_status: 'TRUE',
  },
}

const signed = signNotificationForTest({ notification, path, ...merchant, requestId: 'N-1', now })
const received = { ...signed, path, secretKey: merchant.secretKey, now }
const reasonOf = (result: ReturnType<typeof verifyNotification>) =>
  result.ok ? 'ok' : result.reason

test('a good notification is verified and read', () => {
  const result = verifyNotification({ ...received, clientId: merchant.clientId })
  assert.deepEqual(result, { ok: true, notification, requestId: 'N-1' })
})

test('headers may come in any case and from any framework', () => {
  const lower = Object.fromEntries(
    Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  assert.equal(verifyNotification({ ...received, headers: lower }).ok, true)
  assert.equal(verifyNotification({ ...received, headers: new Headers(lower) }).ok, true)
  const arrays = Object.fromEntries(Object.entries(lower).map(([name, value]) => [name, [value]]))
  assert.equal(verifyNotification({ ...received, headers: arrays }).ok, true)
})

test('the body may be bytes, and the path may carry a query', () => {
  const body = Buffer.from(signed.body)
  assert.equal(verifyNotification({ ...received, body, path: `${path}?shop=1` }).ok, true)
})

test('base64 without its last = counts too', () => {
  const Signature = signed.headers['Signature']?.replace(/=$/, '') ?? ''
  assert.equal(
    verifyNotification({ ...received, headers: { ...signed.headers, Signature } }).ok,
    true,
  )
})

test('anything changed on the way is refused', () => {
  const wrong = [
    { ...received, body: signed.body.replace('90000', '90001') },
    { ...received, body: JSON.stringify(JSON.parse(signed.body), null, 2) },
    { ...received, path: '/other' },
    { ...received, secretKey: 'SK-exampleAnother' },
    { ...received, headers: { ...signed.headers, 'Request-Id': 'N-2' } },
    { ...received, headers: { ...signed.headers, 'Request-Timestamp': '2026-08-27T10:24:13Z' } },
    { ...received, headers: { ...signed.headers, Signature: 'HMACSHA256=' } },
  ]
  for (const one of wrong) assert.equal(reasonOf(verifyNotification(one)), 'wrong-signature')
})

for (const name of ['Client-Id', 'Request-Id', 'Request-Timestamp', 'Signature']) {
  test(`a notification without ${name}, or with two of them, is refused`, () => {
    for (const value of [undefined, '', ['a', 'b']]) {
      const headers = { ...signed.headers, [name]: value }
      assert.equal(reasonOf(verifyNotification({ ...received, headers })), 'missing-header')
    }
  })
}

test('a notification for another merchant is refused when the own id is given', () => {
  const result = verifyNotification({ ...received, clientId: 'MCH-2' })
  assert.equal(reasonOf(result), 'other-client-id')
})

test('an old or early notification is outside the tolerance, which can be set', () => {
  const at = (text: string) => () => new Date(text)
  const cases = [
    [at('2026-08-27T10:29:12Z'), undefined, 'ok'],
    [at('2026-08-27T10:29:13Z'), undefined, 'outside-tolerance'],
    [at('2026-08-27T10:19:11Z'), undefined, 'outside-tolerance'],
    [at('2026-08-27T10:24:23Z'), 10, 'outside-tolerance'],
    [at('2027-08-27T10:24:23Z'), Number.POSITIVE_INFINITY, 'ok'],
    [at('2026-08-27T10:24:12Z'), Number.NaN, 'outside-tolerance'],
  ] as const
  for (const [clock, toleranceSeconds, expected] of cases) {
    const result = verifyNotification({
      ...received,
      now: clock,
      ...(toleranceSeconds !== undefined && { toleranceSeconds }),
    })
    assert.equal(reasonOf(result), expected)
  }
})

function signedBody(body: string, timestamp = '2026-08-27T10:24:12Z') {
  const parts = { clientId: merchant.clientId, requestId: 'N-1', timestamp }
  const components = { ...parts, requestTarget: path, digest: digestOf(body) }
  const headers = {
    'Client-Id': parts.clientId,
    'Request-Id': parts.requestId,
    'Request-Timestamp': timestamp,
    Signature: sign('request', components, merchant.secretKey),
  }
  return { headers, body, path, secretKey: merchant.secretKey, now }
}

test('a signed body that is no report, or a signed time that is none, is refused', () => {
  for (const body of ['', 'null', '[]', '{}', '{"order":{}}', '<p>']) {
    assert.equal(reasonOf(verifyNotification(signedBody(body))), 'malformed-body')
  }
  const result = verifyNotification(signedBody(signed.body, '2026-08-27 10:24:12'))
  assert.equal(reasonOf(result), 'malformed-timestamp')
})
