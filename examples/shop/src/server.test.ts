import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient, signNotificationForTest, type TransactionReport } from '@gerbang/client'
import { type StubAnswer, type StubRequest, startStubGateway } from '@gerbang/client/testing'
import { createOrders } from './orders.ts'
import { createShop } from './server.ts'

const credentials = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-exampleSecretKey00001' }
const authenticationId = 'eb7e7231'.repeat(8)
const bankUrl = 'https://bank.example/3ds?id=1'
const form = { product: 'gayo', test_card: '', card_number: '5573 3810 1111 1101' }
const filled = { ...form, expiry: '12/28', cvv: '987' }

type Answers = Partial<Record<'check' | 'charge' | 'status', StubAnswer | 'silence' | 'hang-up'>>

const enrolled = (isEnrolled: boolean): StubAnswer => ({
  json: {
    order: { amount: 90000 },
    three_dsecure: {
      enrollment_status: isEnrolled,
      authentication_id: authenticationId,
      ...(isEnrolled && { authentication_url: bankUrl }),
    },
  },
})
const charged = (status: string, code: string, message: string): StubAnswer => ({
  json: {
    payment: { status, response_code: code, response_message: message, approval_code: '123123' },
    card: { masked: '557338******1101' },
  },
})
const approved = charged('SUCCESS', '00', 'PAYMENT APPROVED')
const refused = (status: number, code: string, message: string): StubAnswer => ({
  status,
  json: { error: { code, message, type: code } },
})

async function world(t: TestContext, answers: Answers = {}) {
  const current: Answers = { check: enrolled(true), charge: approved, ...answers }
  const kindOf = ({ path }: StubRequest) =>
    path.includes('/check-') ? 'check' : path.endsWith('/charge') ? 'charge' : 'status'
  const answer = (request: StubRequest) =>
    current[kindOf(request)] ?? refused(400, 'TRANSACTION_NOT_FOUND', 'Failed Get Transaction')
  const gateway = await startStubGateway({ ...credentials, answer })
  const client = createClient({ ...credentials, baseUrl: gateway.url, timeoutMs: 200 })
  const orders = createOrders()
  const shopUrl = 'http://shop.test'
  const app = await createShop({ client, orders, credentials, shopUrl: () => shopUrl })
  t.after(() => Promise.all([app.close(), gateway.close()]))

  const sentTo = (kind: string) => gateway.requests.filter((one) => kindOf(one) === kind)
  const get = (url: string) => app.inject({ url: url.replace(shopUrl, '') })
  const checkout = (fields: Record<string, string> = filled) =>
    app.inject({
      method: 'POST',
      url: '/checkout',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
  /** Checks out, and gives the order by what the gateway was told. */
  const place = async () => {
    await checkout()
    const check = JSON.parse(sentTo('check').at(-1)?.text ?? '')
    const successUrl: string = check.three_dsecure.callback_url_success
    const order = orders.find(successUrl.split('/').at(-1) ?? '')
    assert(order)
    return { order, successUrl, failedUrl: check.three_dsecure.callback_url_failed as string }
  }
  const notify = (report: object, path = '/notifications', secretKey = credentials.secretKey) => {
    const notification = report as TransactionReport
    const signed = signNotificationForTest({ notification, ...credentials, path, secretKey })
    return app.inject({ method: 'POST', url: '/notifications', ...signed })
  }
  return { current, orders, sentTo, get, checkout, place, notify }
}

const reportOf = (order: { invoiceNumber: string; chargeRequestId: string }, status: string) => ({
  order: { invoice_number: order.invoiceNumber, amount: 90000 },
  transaction: { type: 'SALE', status, original_request_id: order.chargeRequestId },
  card_payment: {
    masked_card_number: '557338******1101',
    response_code: status === 'SUCCESS' ? '00' : '51',
    response_message: 'as reported',
    approval_code: '081981',
  },
})

test('the product page has a form that works without JavaScript, under a strict policy', async (t) => {
  const { get } = await world(t)
  const { body, headers, statusCode } = await get('/')
  assert.equal(statusCode, 200)
  assert.match(body, /<form method="post" action="\/checkout">/)
  assert.match(body, /value="5573381011111101"/)
  assert.doesNotMatch(body, /<script|style="|https?:/)
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /default-src 'none'.*form-action 'self' http: https:/)
  assert.equal((await get('/style.css')).headers['content-type'], 'text/css; charset=utf-8')
})

test('a checkout is checked and the browser is sent to the bank; nothing is charged yet', async (t) => {
  const { checkout, sentTo } = await world(t)
  const answer = await checkout()
  assert.equal(answer.statusCode, 303)
  assert.equal(answer.headers.location, bankUrl)
  const check = JSON.parse(sentTo('check')[0]?.text ?? '')
  assert.deepEqual(check.card, { number: '5573381011111101', expiry: '1228' })
  assert.equal(check.order.amount, 90000)
  assert.match(check.order.invoice_number, /^.{1,30}$/)
  assert.match(check.three_dsecure.callback_url_success, /success\/[\w-]{32}$/)
  assert.equal(sentTo('charge').length, 0)
})

test('coming back from the bank charges once, by the authentication id alone', async (t) => {
  const { place, get, sentTo } = await world(t)
  const { order, successUrl } = await place()
  const answers = await Promise.all([get(successUrl), get(successUrl)])
  answers.push(await get(successUrl))
  for (const answer of answers) assert.equal(answer.headers.location, `/orders/${order.id}`)
  assert.equal(sentTo('charge').length, 1)
  assert.deepEqual(JSON.parse(sentTo('charge')[0]?.text ?? ''), {
    order: { amount: 90000, invoice_number: order.invoiceNumber },
    three_dsecure: { authentication_id: authenticationId },
    payment: { type: 'SALE' },
  })
  const page = await get(`/orders/${order.id}`)
  assert.match(page.body, /Paid, thank you!.*557338\*{6}1101.*has not come yet.*Look&nbsp;again/s)
  assert.doesNotMatch(JSON.stringify(order), /5573381011111101|"987"/)
})

test('a card that is not enrolled is charged at once, with its CVV', async (t) => {
  const { checkout, sentTo } = await world(t, { check: enrolled(false) })
  const answer = await checkout({ ...filled, test_card: '4000000000000002' })
  assert.match(String(answer.headers.location), /\/orders\/[\w-]{32}$/)
  assert.equal(JSON.parse(sentTo('check')[0]?.text ?? '').card.number, '4000000000000002')
  assert.deepEqual(JSON.parse(sentTo('charge')[0]?.text ?? '').card, { cvv: '987' })
})

test('a decline is told with the bank’s answer, and stays', async (t) => {
  const { place, get, notify } = await world(t, { charge: charged('FAILED', '51', 'DECLINED') })
  const { order, successUrl, failedUrl } = await place()
  await get(successUrl)
  assert.match((await get(`/orders/${order.id}`)).body, /not enough money.*<dd>51</s)
  await notify(reportOf(order, 'FAILED'))
  assert.match((await get(`/orders/${order.id}`)).body, /<dd>51<.*FAILED, verified/s)
  assert.equal((await get(failedUrl)).headers.location, `/orders/${order.id}`)
})

test('a failed authentication leads to a friendly page, and nothing is charged', async (t) => {
  const { place, get, sentTo } = await world(t)
  const { failedUrl } = await place()
  const page = await get(failedUrl)
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /could not confirm.*Try again/s)
  assert.equal(sentTo('charge').length, 0)
})

for (const charge of ['silence', 'hang-up', charged('PENDING', '', '')] as const) {
  const name = typeof charge === 'string' ? charge : 'PENDING'
  test(`after ${name} the order is pending until the status tells, and is not charged again`, async (t) => {
    const { current, place, get, sentTo } = await world(t, { charge, status: 'hang-up' })
    const { order, successUrl } = await place()
    await get(successUrl)
    assert.match((await get(`/orders/${order.id}`)).body, /http-equiv="refresh".*do not pay again/s)
    assert.equal(sentTo('status').at(-1)?.path, `/orders/v1/status/${order.chargeRequestId}`)
    await get(successUrl)
    assert.equal(sentTo('charge').length, 1)
    current.status = { json: reportOf(order, 'SUCCESS') }
    assert.match((await get(`/orders/${order.id}`)).body, /Paid, thank you!/)
  })
}

test('a charge that never arrived may be sent again as the same request', async (t) => {
  const { current, place, get, sentTo } = await world(t, { charge: 'hang-up' })
  const { order, successUrl } = await place()
  await get(successUrl)
  assert.match((await get(`/orders/${order.id}`)).body, /Charge again/)
  current.charge = { ...approved, status: 409 }
  await get(successUrl)
  assert.equal(order.state.kind, 'paid')
  const requestIds = sentTo('charge').map(({ headers }) => headers['request-id'])
  assert.deepEqual(requestIds, [order.chargeRequestId, order.chargeRequestId])
})

test('a refused charge is told in words for customers, and no notification is awaited', async (t) => {
  const charge = refused(400, 'INVALID_PARAMETER', 'Invalid Authentication Id')
  const { place, get } = await world(t, { charge })
  const { order, successUrl } = await place()
  await get(successUrl)
  const { body } = await get(`/orders/${order.id}`)
  assert.match(body, /Nothing was charged.*not valid any more.*nothing was begun/s)
  assert.doesNotMatch(body, /Invalid Auth|Look|http-equiv="refresh"/)
})

test('a verified notification decides a pending order; others change nothing', async (t) => {
  const { place, get, notify } = await world(t, { charge: 'silence', status: 'hang-up' })
  const { order, successUrl } = await place()
  await get(successUrl)
  const report = reportOf(order, 'SUCCESS')
  const forged = await notify(report, '/notifications', 'SK-other')
  assert.equal(forged.statusCode, 401)
  assert.deepEqual(forged.json(), { refused: 'wrong-signature' })
  const cheaper = { ...report, order: { ...report.order, amount: 1 } }
  assert.deepEqual((await notify(cheaper)).json(), { taken: false })
  const other = { ...report, order: { ...report.order, invoice_number: 'INV-OTHER' } }
  assert.deepEqual((await notify(other)).json(), { taken: false })
  assert.equal(order.state.kind, 'pending')
  assert.deepEqual((await notify(report)).json(), { taken: true })
  assert.match((await get(`/orders/${order.id}`)).body, /Paid, thank you!.*SUCCESS, verified/s)
})

test('a check that is refused shows the form as it was filled in, without the card', async (t) => {
  const check = refused(400, 'INVALID_PARAMETER', 'Luhn Validation')
  const { checkout, current } = await world(t, { check })
  const typed = { ...filled, product: 'teapot', card_number: '5573381011111102', expiry: '11/29' }
  const answer = await checkout(typed)
  assert.equal(answer.statusCode, 400)
  assert.match(answer.body, /role="alert">Nothing was charged\. The card number is not right/)
  assert.match(answer.body, /value="teapot" checked/)
  assert.match(answer.body, /name="expiry" value="11\/29"/)
  assert.match(answer.body, /name="card_number" value=""/)
  assert.doesNotMatch(answer.body, /5573381011111102|987|Luhn/)
  current.check = 'silence'
  const later = await checkout(typed)
  assert.equal(later.statusCode, 502)
  assert.match(later.body, /Payments are not possible now/)
})

test('a test card that was chosen, or typed, is kept', async (t) => {
  const { checkout } = await world(t, { check: refused(400, 'MID_TID_NOT_EXIST', 'Unauthorized') })
  const { body } = await checkout({ ...filled, test_card: '371449635398431' })
  assert.match(body, /We do not take this kind of card/)
  assert.match(body, /<option value="371449635398431" selected/)
  assert.match(body, /name="card_number" value="5573381011111101"/)
})

test('what was entered is escaped', async (t) => {
  const { checkout } = await world(t)
  const { body } = await checkout({ ...filled, expiry: '"><script>' })
  assert.match(body, /name="expiry" value="&#34;&#62;&#60;script&#62;"/)
})

for (const [code, message, text] of [
  ['INVALID_PARAMETER', 'Expiry Date Validation', /expiry date is not right/],
  ['THREE_D_SECURE_AUTHENTICATION_FAILED', 'This card is not', /bank cannot confirm payments/],
  ['INVALID_PARAMETER', 'customer.id is required', /please try another card/],
] as const) {
  test(`customers do not read ${code} ${message}`, async (t) => {
    const { body } = await (await world(t, { check: refused(400, code, message) })).checkout()
    assert.match(body, text)
    assert.ok(!body.includes(message))
  })
}

test('a form that is not filled in asks nobody', async (t) => {
  const { checkout, sentTo } = await world(t)
  for (const wrong of [{}, { ...filled, cvv: '' }, { ...filled, product: 'x' }, form]) {
    assert.equal((await checkout(wrong)).statusCode, 400)
  }
  assert.equal(sentTo('check').length, 0)
})

test('an order that nobody placed is not found', async (t) => {
  const { get } = await world(t)
  for (const path of ['/orders/x', '/payment/success/x', '/payment/failed/x', '/nothing']) {
    assert.equal((await get(path)).statusCode, 404)
  }
})
