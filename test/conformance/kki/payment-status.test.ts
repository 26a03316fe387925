/** The status of a payment (wire.md 7.9). How a pending payment ends is in pay.test.ts. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { parseSnapTimestamp } from '@gerbang/wire'
import {
  advance,
  amount,
  anotherKkiMerchant,
  callKki,
  changed,
  createKkiMerchant,
  format,
  mandatory,
  payBody,
  refundBody,
  refusals,
  refused,
  served,
} from './calls.ts'

const merchant = await createKkiMerchant()
const serviceCode = '55'

/** A payment by its numbers. */
async function paid(value = '11500.00') {
  const { partnerReferenceNo } = payBody()
  const externalId = randomUUID()
  const { referenceNo } = await served(
    merchant,
    'pay',
    { ...payBody({ value }), partnerReferenceNo },
    { externalId },
  )
  return { partnerReferenceNo, referenceNo: String(referenceNo), externalId }
}

const status = (body: object) => served(merchant, 'payment-status', { serviceCode, ...body })

test('a paid payment is told with all that is known of it', async () => {
  const { partnerReferenceNo, referenceNo, externalId } = await paid('9999999999999999.99')
  const { approvalCode, paidTime, ...rest } = await status({
    originalPartnerReferenceNo: partnerReferenceNo,
  })
  assert.deepEqual(rest, {
    responseCode: '2005500',
    responseMessage: 'Successful',
    originalPartnerReferenceNo: partnerReferenceNo,
    originalReferenceNo: referenceNo,
    originalExternalId: externalId,
    serviceCode,
    latestTransactionStatus: '00',
    transactionStatusDesc: 'Success',
    originalResponseCode: '2005400',
    originalResponseMessage: 'Successful',
    refundHistory: [],
    transAmount: amount('9999999999999999.99'),
    additionalInfo: { channel: 'KARTU_KREDIT_INDONESIA', acquirer: { id: 'ALTO' } },
  })
  assert.match(approvalCode, /^\d{6}$/)
  const paidAt = parseSnapTimestamp(paidTime) ?? assert.fail(paidTime)
  assert.ok(Math.abs(paidAt.getTime() - Date.now()) < 60_000)
})

test('what was not paid has neither an approval code nor a time', async () => {
  for (const [value, code, description] of [
    ['9002.00', '03', 'Pending'],
    ['9051.00', '06', 'Failed'],
  ] as const) {
    const sent = payBody({ value })
    await callKki(merchant, 'pay', sent)
    const found = await status({ originalPartnerReferenceNo: sent.partnerReferenceNo })
    const { latestTransactionStatus, transactionStatusDesc, approvalCode, paidTime } = found
    assert.deepEqual(
      [latestTransactionStatus, transactionStatusDesc, approvalCode, paidTime],
      [code, description, undefined, undefined],
    )
  }
})

test('refunds are told, the oldest first, refused ones too', async () => {
  const { partnerReferenceNo } = await paid('20000.00')
  const first = refundBody(partnerReferenceNo, '1000.50')
  const { refundNo, refundTime } = await served(merchant, 'refund', first)
  const second = { ...refundBody(partnerReferenceNo, '9005.00'), reason: undefined }
  assert.equal((await callKki(merchant, 'refund', second)).status, 403)
  const found = await status({ originalPartnerReferenceNo: partnerReferenceNo })
  assert.equal(found.latestTransactionStatus, '00')
  assert.equal(found.originalResponseCode, '2005400')
  const [given, declined, ...more] = found.refundHistory
  assert.deepEqual(more, [])
  assert.deepEqual(given, {
    refundNo,
    partnerReferenceNo: first.partnerRefundNo,
    refundAmount: amount('1000.50'),
    refundStatus: '00',
    refundDate: refundTime,
    reason: 'Request by Customer',
  })
  const { partnerReferenceNo: number, refundStatus, refundAmount, reason } = declined
  assert.deepEqual(
    [number, refundStatus, refundAmount, reason],
    [second.partnerRefundNo, '06', amount('9005.00'), undefined],
  )
})

test('the payment is found by each of its numbers, and by all of them', async () => {
  const { partnerReferenceNo, referenceNo, externalId } = await paid()
  const all = {
    originalPartnerReferenceNo: partnerReferenceNo,
    originalReferenceNo: referenceNo,
    originalExternalId: externalId,
  }
  for (const name of [
    ...Object.entries(all).map(([key, value]) => ({ [key]: value })),
    all,
    { ...all, originalReferenceNo: '', originalExternalId: null },
  ]) {
    assert.equal((await status(name)).originalReferenceNo, referenceNo)
  }
  const other = await paid()
  for (const wrong of [
    { ...all, originalPartnerReferenceNo: other.partnerReferenceNo },
    { ...all, originalReferenceNo: other.referenceNo },
    { ...all, originalExternalId: other.externalId },
    { originalPartnerReferenceNo: 'nobody' },
    { originalExternalId: "' or 1=1 --" },
  ]) {
    const body = { ...wrong, serviceCode }
    await refused(merchant, 'payment-status', body, refusals.notFound)
  }
})

test('of an X-EXTERNAL-ID that was used on two days the latest payment is told', async () => {
  const first = await paid()
  await advance(merchant, 86_400_000)
  const again = payBody()
  const options = { externalId: first.externalId }
  const { referenceNo } = await served(merchant, 'pay', again, options)
  const found = await status({ originalExternalId: first.externalId })
  assert.equal(found.originalReferenceNo, referenceNo)
})

test("another merchant's payment is not found by any number", async () => {
  const { partnerReferenceNo, referenceNo, externalId } = await paid()
  const other = await anotherKkiMerchant(merchant)
  for (const name of [
    { originalPartnerReferenceNo: partnerReferenceNo },
    { originalReferenceNo: referenceNo },
    { originalExternalId: externalId },
  ]) {
    await refused(other, 'payment-status', { ...name, serviceCode }, refusals.notFound)
  }
})

test('asking claims nothing: the same call may come again and again', async () => {
  const { partnerReferenceNo } = await paid()
  const body = { originalPartnerReferenceNo: partnerReferenceNo, serviceCode }
  const options = { externalId: randomUUID() }
  const first = await served(merchant, 'payment-status', body, options)
  for (const _ of [1, 2]) {
    assert.deepEqual(await served(merchant, 'payment-status', body, options), first)
  }
})

test('serviceCode is 55 or 54, as a text or a number, and comes back', async () => {
  const { partnerReferenceNo } = await paid()
  for (const code of ['55', '54', 55, 54]) {
    const found = await status({
      originalPartnerReferenceNo: partnerReferenceNo,
      serviceCode: code,
    })
    assert.equal(found.serviceCode, String(code))
  }
})

test('what the libraries send beside it is ignored', async () => {
  const { partnerReferenceNo } = await paid()
  await status({
    originalPartnerReferenceNo: partnerReferenceNo,
    transactionDate: 'nonsense',
    amount: { value: '', currency: null },
    merchantId: 1,
    subMerchantId: null,
    externalStoreId: [],
    additionalInfo: { deviceId: '', channel: 'KARTU_KREDIT_INDONESIA' },
  })
  await status({ originalPartnerReferenceNo: partnerReferenceNo, additionalInfo: [] })
})

const right = { originalPartnerReferenceNo: 'INV-0001', serviceCode }
for (const [path, value, refusal] of [
  ['originalPartnerReferenceNo', undefined, mandatory('originalPartnerReferenceNo')],
  ['originalPartnerReferenceNo', 'x'.repeat(65), format('originalPartnerReferenceNo')],
  ['originalReferenceNo', {}, format('originalReferenceNo')],
  ['originalExternalId', 'x'.repeat(129), format('originalExternalId')],
  ['serviceCode', undefined, mandatory('serviceCode')],
  ['serviceCode', '', mandatory('serviceCode')],
  ['serviceCode', '56', format('serviceCode')],
  ['serviceCode', 55.5, format('serviceCode')],
  ['additionalInfo.channel', 'DIRECT_DEBIT_ALLO', format('additionalInfo.channel')],
] as const) {
  test(`${path} may not be ${JSON.stringify(value)?.slice(0, 40)}`, async () => {
    await refused(merchant, 'payment-status', changed(right, path, value), refusal)
  })
}
