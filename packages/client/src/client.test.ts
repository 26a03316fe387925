import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ChargeRequest, createClient } from './index.ts'
import { type StubAnswer, type StubRequest, startStubGateway } from './testing.ts'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-exampleSecretKey00001' }

const checkRequest = {
  order: { amount: 90000, invoice_number: 'INV-20210118-0001' },
  card: { number: '5573381011111101', expiry: '1228' },
  three_dsecure: {
    callback_url_success: 'https://www.merchant.com/success',
    callback_url_failed: 'https://www.merchant.com/failed',
  },
}
const chargeRequest: ChargeRequest = {
  order: { amount: 90000, invoice_number: 'INV-20210118-0001' },
  three_dsecure: { authentication_id: 'eb7e7231'.repeat(8) },
  payment: { type: 'SALE' },
}

async function world(
  t: TestContext,
  answer: (request: StubRequest) => StubAnswer | 'silence' | 'hang-up',
  settings: { secretKey?: string; timeoutMs?: number; path?: string } = {},
) {
  const gateway = await startStubGateway({ ...merchant, answer })
  t.after(() => gateway.close())
  const { path = '', ...others } = settings
  const client = createClient({ ...merchant, baseUrl: gateway.url + path, ...others })
  return { gateway, client }
}

const refusal = (code: string, message: string, type = 'Invalid Parameter') => ({
  error: { code, message, type },
})

test('a check is sent as signed, and its verified answer comes back typed', async (t) => {
  const body = { order: { amount: 90000 }, three_dsecure: { enrollment_status: true } }
  const { client, gateway } = await world(t, () => ({ json: body }))
  const answer = await client.checkThreeDSecure(checkRequest)
  assert.deepEqual(answer.body, body)
  assert.equal(answer.status, 200)
  assert.equal(answer.signatureVerified, true)
  assert.equal(answer.headers['request-id'], answer.requestId)
  const [request] = gateway.requests
  assert.equal(request?.isSigned, true)
  assert.equal(request?.method, 'POST')
  assert.equal(request?.path, '/credit-card/check-three-d-secure')
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(request?.headers['request-id'], answer.requestId)
  assert.match(request?.headers['request-timestamp'] as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.deepEqual(JSON.parse(request?.text ?? ''), checkRequest)
})

test('the signature is the one of the published vector', async (t) => {
  const { client, gateway } = await world(t, () => ({ json: {} }))
  const fixed = createClient({
    ...merchant,
    baseUrl: gateway.url,
    now: () => new Date('2020-11-18T08:45:42.999Z'),
    newRequestId: () => 'e71fe02a-bfef-4af9-a6f6-2cf1f03b00e7',
  })
  await fixed.orderStatus('INV-20210118-0001')
  assert.equal(
    gateway.requests[0]?.headers['signature'],
    'HMACSHA256=s7RzR4Lmx3PZ7X6uFkuIjwttTZc5BJNtWd0Ebyfow7I=',
  )
  await client.orderStatus('INV-20210118-0001')
  assert.notEqual(
    gateway.requests[1]?.headers['request-id'],
    'e71fe02a-bfef-4af9-a6f6-2cf1f03b00e7',
  )
})

test('a declined charge is an answer, not an error', async (t) => {
  const json = {
    payment: { status: 'FAILED', response_code: '51' },
    ...refusal('PAYMENT_FAILED', 'DECLINED', 'PAYMENT_FAILED'),
  }
  const { client, gateway } = await world(t, () => ({ json }))
  const answer = await client.charge(chargeRequest, { requestId: 'charge-1' })
  assert.equal(answer.body.payment.status, 'FAILED')
  assert.equal(answer.body.error?.code, 'PAYMENT_FAILED')
  assert.equal(answer.requestId, 'charge-1')
  assert.equal(gateway.requests[0]?.isSigned, true)
})

test('text beyond ASCII and a base URL with a path are signed as they are sent', async (t) => {
  const { client, gateway } = await world(t, () => ({ json: {} }), { path: '/doku/' })
  await client.charge({ ...chargeRequest, customer: { name: 'Алиса “Ünï” 日本' } })
  assert.equal(gateway.requests[0]?.path, '/doku/credit-card/charge')
  assert.equal(gateway.requests[0]?.isSigned, true)
})

for (const [identifier, path] of [
  ['INV-1', 'INV-1'],
  ['INV/2026 #7?a=b%20', 'INV%2F2026%20%237%3Fa%3Db%2520'],
  ["INV+é!'()*~;@&", "INV%2B%C3%A9!'()*~%3B%40%26"],
  ['..a', '..a'],
] as const) {
  test(`the status of ${identifier} is asked, and signed, as ${path}`, async (t) => {
    const { client, gateway } = await world(t, () => ({ json: { transaction: {} } }))
    const answer = await client.orderStatus(identifier)
    assert.equal(answer.signatureVerified, true)
    assert.equal(gateway.requests[0]?.method, 'GET')
    assert.equal(gateway.requests[0]?.path, `/orders/v1/status/${path}`)
    assert.equal(gateway.requests[0]?.isSigned, true)
  })
}

test('an identifier or Request-Id that cannot be sent is refused before anything is sent', async (t) => {
  const { client, gateway } = await world(t, () => ({ json: {} }))
  for (const identifier of ['', '.', '..']) {
    await assert.rejects(client.orderStatus(identifier), TypeError)
  }
  for (const requestId of ['', 'a b', 'a\nb', 'é', 'x'.repeat(129)]) {
    await assert.rejects(client.charge(chargeRequest, { requestId }), TypeError)
  }
  assert.equal(gateway.requests.length, 0)
})

test('settings that cannot work are refused at once', () => {
  const baseUrl = 'http://127.0.0.1:8080'
  assert.throws(() => createClient({ ...merchant, baseUrl: 'ftp://gateway' }), TypeError)
  assert.throws(() => createClient({ ...merchant, baseUrl: 'gateway' }), TypeError)
  assert.throws(() => createClient({ ...merchant, baseUrl, secretKey: '' }), TypeError)
  assert.throws(() => createClient({ ...merchant, baseUrl, clientId: '' }), TypeError)
})

test('members that the types do not name are sent as they are', async (t) => {
  const { client, gateway } = await world(t, () => ({ json: {} }))
  const request: ChargeRequest = {
    order: { amount: 90000, invoice_number: 'INV-1', line_items: [{ name: 'Mug', sku: 'M-1' }] },
    payment: { type: 'INSTALLMENT', tenor: 3, plan_id: '1232131' },
    card: { token: 'token-1', cvv: '123' },
    override_notification_url: 'https://www.merchant.com/notifications',
  }
  await client.charge(request)
  const [sent] = gateway.requests
  assert.equal(sent?.isSigned, true)
  assert.deepEqual(JSON.parse(sent?.text ?? ''), request)
  // @ts-expect-error What the types name is still checked.
  const wrong: ChargeRequest = { ...request, payment: { type: 'SALES' } }
  assert.ok(wrong)
})
