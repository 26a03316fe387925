/** What a KKI merchant is told (wire.md 7.10) of payments, refunds and bindings, by the whole gateway. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { runInThisContext } from 'node:vm'
import { kkiNotification } from '@gerbang/wire/schemas'
import { control } from '../../harness/world.ts'
import { assertShape, changeSettings } from '../calls.ts'
import { until } from '../delivery/queue.ts'
import {
  amount,
  bindBody,
  bound,
  callKki,
  createKkiMerchant,
  newReference,
  payBody,
  payByTokenBody,
  refundBody,
  served,
} from './calls.ts'
import { startSnapReceiver } from './snap-receiver.ts'

const merchant = await createKkiMerchant()
const { world } = merchant
const receiver = await startSnapReceiver()
await changeSettings(world, {
  snapTokenUrl: receiver.tokenUrl,
  snapNotificationUrl: receiver.notificationUrl,
})

/** The bodies that came for a number, once as many came as are awaited. */
async function toldOf(number: string, count = 1) {
  const bodies = () =>
    receiver.notifications.map(({ body }) => JSON.parse(body)).filter(isAbout(number))
  for (const end = Date.now() + 10_000; bodies().length < count && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const told = bodies()
  assert.equal(told.length, count, `of ${number}: ${JSON.stringify(told)}`)
  for (const body of told) assertShape(kkiNotification, body)
  return told
}

const isAbout =
  (number: string) =>
  (body: Record<'originalPartnerReferenceNo' | 'originalReferenceNo', string>): boolean =>
    [body.originalPartnerReferenceNo, body.originalReferenceNo].includes(number)

const shownOf = async (query: string) =>
  (await control(world, 'GET', `/sandbox/notifications?${query}`)).body.notifications

/** What stands in every row of the table, as a text. */
async function keptRows(): Promise<string> {
  const rows = await world.database`select to_jsonb(n)::text as text from notifications n`
  return rows.map(({ text }) => text).join('\n')
}

test('a payment is told with its numbers, its state and what was bought', async () => {
  const price = '12345678901234567890.10'
  const lineItems = [{ name: 'Kopi Gayo', price: '#', quantity: '1', sku: 'K-7' }]
  const body = payBody({ value: '11500.50' })
  const { partnerReferenceNo } = body
  const customer = { customerId: newReference('CUST') }
  const sent = { ...body, additionalInfo: { ...body.additionalInfo, customer, lineItems } }
  const text = JSON.stringify(sent).replace('"#"', price)
  const externalId = newReference('EXT')
  const { referenceNo } = await served(merchant, 'pay', text, { externalId })
  const [told] = await toldOf(partnerReferenceNo)
  const items = [{ ...lineItems[0], price: Number(price) }]
  assert.deepEqual(told, {
    originalPartnerReferenceNo: partnerReferenceNo,
    originalReferenceNo: referenceNo,
    originalExternalId: externalId,
    latestTransactionStatus: '00',
    transactionStatusDesc: 'Success',
    amount: { value: '11500.50', currency: 'IDR' },
    additionalInfo: {
      channel: 'KARTU_KREDIT_INDONESIA',
      channelId: 'KARTU_KREDIT_INDONESIA',
      acquirerId: told.additionalInfo.acquirerId,
      custIdMerchant: customer.customerId,
      accountType: 'DIRECT_DEBIT',
      lineItems: items,
    },
    lineItems: items,
  })
  const received = receiver.notifications.find(({ body }) => body.includes(partnerReferenceNo))
  assert.ok(received?.body.includes(`"price":${price}`), 'a number lost digits')
  // The answer is written down a moment after it was given.
  const shown = await until(async () => {
    const [found] = await shownOf(`partnerReferenceNo=${partnerReferenceNo}`)
    return found.status === 'delivered' && found
  })
  assert.equal(shown.url, receiver.notificationUrl)
  assert.deepEqual(shown.body, told)
})

test('a payment that the issuer refuses is told as failed', async () => {
  const body = payBody({ value: '89051.00' })
  assert.equal((await callKki(merchant, 'pay', body)).status, 403)
  const [told] = await toldOf(body.partnerReferenceNo)
  assert.deepEqual([told.latestTransactionStatus, told.transactionStatusDesc], ['06', 'Failed'])
  assert.deepEqual(told.lineItems, [])
})

for (const [approve, status] of [
  [true, '00'],
  [false, '06'],
] as const) {
  test(`a payment that waits for its cardholder is told when he has decided: ${status}`, async () => {
    const body = payBody({ value: '19002.00' })
    const answer = await callKki(merchant, 'pay', body)
    assert.equal(answer.status, 202)
    const path = `/sandbox/kki/confirmations/${answer.body.referenceNo}`
    assert.deepEqual(await shownOf(`partnerReferenceNo=${body.partnerReferenceNo}`), [])
    assert.equal((await control(world, 'POST', path, { approve })).status, 200)
    await control(world, 'POST', '/sandbox/clock', { advanceMs: 301_000 })
    const [told] = await toldOf(body.partnerReferenceNo)
    assert.equal(told.latestTransactionStatus, status)
  })
}

test('a payment whose answer was lost is told when it is found', async () => {
  const body = payBody({ value: '19068.00' })
  assert.equal((await callKki(merchant, 'pay', body)).status, 202)
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 60_000 })
  const [told] = await toldOf(body.partnerReferenceNo)
  assert.equal(told.latestTransactionStatus, '00')
})

test('a refund is told with its own numbers; the payment is refunded when nothing is left', async () => {
  const body = payBody({ value: '11500.00' })
  const { partnerReferenceNo } = body
  await served(merchant, 'pay', body)
  await toldOf(partnerReferenceNo)
  const part = refundBody(partnerReferenceNo, '1500.00')
  const rest = refundBody(partnerReferenceNo, '10000.00')
  const first = await served(merchant, 'refund', part)
  await toldOf(partnerReferenceNo, 2)
  await served(merchant, 'refund', rest)
  const [paid, partly, wholly] = await toldOf(partnerReferenceNo, 3)
  assert.equal(paid.additionalInfo.refundNo, undefined)
  const { refundNo, partnerRefundNo, refundAmount, refundStatus, reason } = partly.additionalInfo
  assert.deepEqual(
    { refundNo, partnerRefundNo, refundAmount, refundStatus, reason },
    {
      refundNo: first.refundNo,
      partnerRefundNo: part.partnerRefundNo,
      refundAmount: amount('1500.00'),
      refundStatus: '00',
      reason: part.reason,
    },
  )
  assert.deepEqual(partly.amount, amount('11500.00'))
  assert.equal(partly.latestTransactionStatus, '00')
  assert.equal(wholly.latestTransactionStatus, '04')
  assert.equal(wholly.transactionStatusDesc, 'Refunded')
  assert.equal(wholly.additionalInfo.partnerRefundNo, rest.partnerRefundNo)
})

test('of refunds that are asked at once, the one that leaves nothing tells that', async () => {
  const body = payBody({ value: '30000.00' })
  const { partnerReferenceNo } = body
  await served(merchant, 'pay', body)
  // Both are under way before either is answered.
  for (let i = 0; i < 2; i++) {
    await control(world, 'POST', '/sandbox/kki/next', { delayMs: 200 })
  }
  await Promise.all(
    ['10000.00', '20000.00'].map((value) =>
      served(merchant, 'refund', refundBody(partnerReferenceNo, value)),
    ),
  )
  const [, first, second] = await toldOf(partnerReferenceNo, 3)
  const statuses = [first, second].map((told) => told.latestTransactionStatus)
  assert.deepEqual(statuses.sort(), ['00', '04'])
})

test('a refund that is refused is told so, and the payment stays paid', async () => {
  const body = payBody({ value: '500000.00' })
  await served(merchant, 'pay', body)
  await toldOf(body.partnerReferenceNo)
  const refund = refundBody(body.partnerReferenceNo, '19005.00')
  assert.equal((await callKki(merchant, 'refund', refund)).status, 403)
  const [, told] = await toldOf(body.partnerReferenceNo, 2)
  assert.equal(told.latestTransactionStatus, '00')
  assert.equal(told.additionalInfo.refundStatus, '06')
})

test('a card that was bound is told with its token, which no table holds', async () => {
  const customer = newReference('CUST')
  const { bankCardToken } = await bound(merchant, { customer })
  const found = () => receiver.notifications.find(({ body }) => body.includes(customer))
  for (const end = Date.now() + 10_000; !found() && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const told = JSON.parse(found()?.body ?? '{}')
  assertShape(kkiNotification, told)
  assert.equal(told.latestTransactionStatus, '00')
  const { custIdMerchant, status } = told.additionalInfo
  assert.deepEqual([custIdMerchant, status], [customer, 'SUCCESS'])
  assert.deepEqual(
    [told.bankCardToken, told.additionalInfo.bankCardToken],
    [bankCardToken, bankCardToken],
  )
  assert.equal(told.amount, undefined)
  const [shown] = await shownOf(`partnerReferenceNo=${told.originalPartnerReferenceNo}`)
  assert.deepEqual(shown.body, told)
  assert.ok(!(await keptRows()).includes(bankCardToken))
  assert.ok(!world.logLines.join().includes(bankCardToken))
})

test('a binding that failed is told without a token; one without a number is found by ours', async () => {
  const { partnerReferenceNo: _, ...body } = bindBody(merchant)
  const begun = await served(merchant, 'bind-card', body, { channel: 'H2H' })
  const { referenceNo, additionalInfo } = begun
  for (let i = 0; i < 3; i++) {
    const wrong = { otp: '999999', authCode: additionalInfo.authCode }
    assert.notEqual((await callKki(merchant, 'verify-otp', wrong)).status, 200)
  }
  const [told] = await toldOf(referenceNo)
  assert.equal(told.originalPartnerReferenceNo, undefined)
  assert.deepEqual([told.latestTransactionStatus, told.additionalInfo.status], ['06', 'FAILED'])
  assert.equal(told.bankCardToken, undefined)
  const [shown] = await shownOf(`partnerReferenceNo=${referenceNo}`)
  assert.deepEqual(shown.body, told)
})

test('a payment that binds its card tells the token; a payment by it does not repeat it', async () => {
  const customer = { customerId: newReference('CUST') }
  const body = payBody()
  const additionalInfo = { ...body.additionalInfo, isBindAndPay: true, customer }
  const { bankCardToken } = await served(merchant, 'pay', { ...body, additionalInfo })
  assert.ok(bankCardToken)
  const [told] = await toldOf(body.partnerReferenceNo)
  assert.deepEqual(
    [told.bankCardToken, told.additionalInfo.bankCardToken],
    [bankCardToken, bankCardToken],
  )
  assert.deepEqual(told.amount, body.amount)
  const byToken = payByTokenBody(bankCardToken)
  await served(merchant, 'pay', byToken)
  const [again] = await toldOf(byToken.partnerReferenceNo)
  assert.equal(again.bankCardToken, undefined)
  assert.equal(again.additionalInfo.custIdMerchant, customer.customerId)
  await served(merchant, 'refund', refundBody(body.partnerReferenceNo))
  const [, refunded] = await toldOf(body.partnerReferenceNo, 2)
  assert.equal(refunded.bankCardToken, undefined)
  assert.ok(!(await keptRows()).includes(bankCardToken))
})

test('a merchant without a URL is told nothing, and nothing waits', async () => {
  await changeSettings(world, { snapNotificationUrl: null })
  const body = payBody()
  await served(merchant, 'pay', body)
  await bound(merchant)
  assert.deepEqual(await shownOf(`partnerReferenceNo=${body.partnerReferenceNo}`), [])
  const [row] = await world.database`select count(*) as due from notifications where state = 'due'`
  assert.equal(row?.['due'], 0n)
  await changeSettings(world, { snapNotificationUrl: receiver.notificationUrl })
})

test('a body has what the schema of DOKU’s library for Node.js demands', async () => {
  const lineItems = [{ name: 'Kopi Gayo', price: '11500.00', quantity: '1' }]
  const body = payBody()
  const customer = { customerId: newReference('CUST') }
  const additionalInfo = { ...body.additionalInfo, customer, lineItems }
  await served(merchant, 'pay', { ...body, additionalInfo })
  const [told] = await toldOf(body.partnerReferenceNo)
  // It knows no `channel`, and reads line items in one of the two places.
  assert.equal(librarySchema().validate(told, { allowUnknown: true }).error, undefined)
  const without = { ...told, lineItems: undefined }
  assert.ok(librarySchema().validate(without, { allowUnknown: true }).error)
})

/** The library keeps it to itself. */
function librarySchema() {
  const require = createRequire(import.meta.url)
  const name = 'doku-nodejs-library/_models/paymentNotificationDirectDebitRequestDTO.js'
  const source = readFileSync(require.resolve(name), 'utf8')
  const schema = `${source}; return paymentNotifDirectDebitRequestSchema`
  const make = runInThisContext(`(function (require, module) {${schema}})`)
  return make(createRequire(require.resolve(name)), {})
}

for (const [what, query] of [
  ['no number', ''],
  ['two numbers', 'invoiceNumber=INV-1&partnerReferenceNo=INV-1'],
  ['an empty number', 'partnerReferenceNo='],
] as const) {
  test(`a look-up of notifications by ${what} is refused`, async () => {
    const answer = await control(world, 'GET', `/sandbox/notifications?${query}`)
    assert.equal(answer.status, 400)
    assert.equal(answer.body.error.code, 'INVALID_PARAMETER')
  })
}

test('a number of one dialect says nothing in the other, nor to another merchant', async () => {
  const body = payBody()
  await served(merchant, 'pay', body)
  await toldOf(body.partnerReferenceNo)
  assert.deepEqual(await shownOf(`invoiceNumber=${body.partnerReferenceNo}`), [])
  const other = (await control(world, 'POST', '/sandbox/merchants')).body.clientId
  const query = `partnerReferenceNo=${body.partnerReferenceNo}&clientId=${other}`
  assert.deepEqual(await shownOf(query), [])
})

test('a notification can be sent again by the control surface', async () => {
  const body = payBody()
  await served(merchant, 'pay', body)
  await toldOf(body.partnerReferenceNo)
  const [{ id }] = await shownOf(`partnerReferenceNo=${body.partnerReferenceNo}`)
  assert.equal((await control(world, 'POST', `/sandbox/notifications/${id}/resend`)).status, 200)
  const [first, second] = await toldOf(body.partnerReferenceNo, 2)
  assert.deepEqual(first, second)
})
