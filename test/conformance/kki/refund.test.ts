/** Giving a payment back (wire.md 6.6, 7.8): the members, the answers, and what it leaves. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { control } from '../../harness/world.ts'
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
  type Refusal,
  refundBody,
  refusals,
  refusalsOfSwitch,
  refused,
  served,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { world, clientId } = merchant
const inconsistent: Refusal = ['404 18', 'Inconsistent Request']

/** A payment by its numbers. */
async function paid(value = '11500.00') {
  const sent = payBody({ value })
  const externalId = randomUUID()
  const { referenceNo } = await served(merchant, 'pay', sent, { externalId })
  const number: string = sent.partnerReferenceNo
  return { number, referenceNo: String(referenceNo), externalId }
}

const statusOf = async (number: string) => {
  const body = { originalPartnerReferenceNo: number, serviceCode: '55' }
  return served(merchant, 'payment-status', body)
}

test('a whole payment is given back, and its status says so', async () => {
  const { number, referenceNo } = await paid()
  const sent = refundBody(number)
  const { refundNo, refundTime, ...rest } = await served(merchant, 'refund', sent)
  assert.deepEqual(rest, {
    responseCode: '2005800',
    responseMessage: 'Successful',
    refundAmount: amount(),
    originalPartnerReferenceNo: number,
    originalReferenceNo: referenceNo,
    partnerRefundNo: sent.partnerRefundNo,
  })
  assert.match(refundNo, /^\S{1,64}$/)
  assert.match(refundTime, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+07:00$/)
  const { latestTransactionStatus, transactionStatusDesc } = await statusOf(number)
  assert.deepEqual([latestTransactionStatus, transactionStatusDesc], ['04', 'Refunded'])
})

test('a payment is given back in parts, to the last sen and no further', async () => {
  const { number } = await paid('9999999999999999.99')
  await served(merchant, 'refund', refundBody(number, '0.01'))
  await refused(merchant, 'refund', refundBody(number, '9999999999999999.99'), refusals.amount)
  assert.equal((await statusOf(number)).latestTransactionStatus, '00')
  await served(merchant, 'refund', refundBody(number, '9999999999999999.98'))
  await refused(merchant, 'refund', refundBody(number, '0.01'), refusals.amount)
  assert.equal((await statusOf(number)).latestTransactionStatus, '04')
})

test('the same partnerRefundNo with the same data is answered as before; nothing goes twice', async () => {
  const { number } = await paid()
  const sent = refundBody(number, '5000.00')
  const first = await served(merchant, 'refund', sent)
  assert.deepEqual(await served(merchant, 'refund', { ...sent, reason: 'again' }), first)
  const query = new URLSearchParams({ partnerReferenceNo: number })
  const { messages } = (await control(world, 'GET', `/sandbox/kki/messages?${query}`)).body
  const kinds = messages.map(({ kind }: { kind: string }) => kind)
  assert.deepEqual(kinds, ['pay', 'refund'])
})

test('the same partnerRefundNo with other data is refused', async () => {
  const { number } = await paid()
  const sent = refundBody(number, '5000.00')
  await served(merchant, 'refund', sent)
  const other = { ...sent, refundAmount: amount('5000.01') }
  await refused(merchant, 'refund', other, inconsistent)
  const another = await paid()
  const elsewhere = { ...sent, originalPartnerReferenceNo: another.number }
  await refused(merchant, 'refund', elsewhere, inconsistent)
})

test('the switch declines a refund by its amount; another one may follow', async () => {
  const { number } = await paid('20000.00')
  const declined = refundBody(number, '9051.00')
  const refusal = refusalsOfSwitch['51'] ?? assert.fail()
  await refused(merchant, 'refund', declined, refusal)
  await refused(merchant, 'refund', declined, refusal)
  const { refundHistory } = await statusOf(number)
  assert.deepEqual(
    refundHistory.map((refund: { refundStatus: string }) => refund.refundStatus),
    ['06'],
  )
  await served(merchant, 'refund', refundBody(number, '20000.00'))
})

for (const [code, refusal] of Object.entries(refusalsOfSwitch)) {
  test(`the switch's ${code} is told as ${refusal.join(' ')}`, async () => {
    const { number } = await paid()
    await world.kkiSimulator.steerNext(clientId, { responseCode: code })
    await refused(merchant, 'refund', refundBody(number), refusal)
  })
}

for (const [lose, status, refusal] of [
  ['answer', '04', undefined],
  ['request', '00', ['504 00', 'Timeout'] as Refusal],
] as const) {
  test(`while the ${lose} of a refund is lost it is in progress; then it is decided`, async () => {
    const { number, referenceNo } = await paid()
    const sent = refundBody(number)
    await world.kkiSimulator.steerNext(clientId, { lose })
    const { status: http, body } = await callKki(merchant, 'refund', sent)
    assert.equal(http, 202)
    const { refundNo, ...rest } = body
    assert.deepEqual(rest, {
      responseCode: '2025800',
      responseMessage: 'Request In Progress',
      refundAmount: amount(),
      originalPartnerReferenceNo: number,
      originalReferenceNo: referenceNo,
      partnerRefundNo: sent.partnerRefundNo,
    })
    const { refundHistory } = await statusOf(number)
    assert.deepEqual([refundHistory[0].refundNo, refundHistory[0].refundStatus], [refundNo, '03'])
    await refused(merchant, 'refund', refundBody(number), refusals.amount)
    await advance(merchant, 60_000)
    if (refusal) await refused(merchant, 'refund', sent, refusal)
    else assert.equal((await served(merchant, 'refund', sent)).refundNo, refundNo)
    assert.equal((await statusOf(number)).latestTransactionStatus, status)
  })
}

test('what is not paid cannot be given back', async () => {
  const pending = payBody({ value: '9002.00' })
  assert.equal((await callKki(merchant, 'pay', pending)).status, 202)
  const declined = payBody({ value: '9005.00' })
  assert.equal((await callKki(merchant, 'pay', declined)).status, 403)
  for (const { partnerReferenceNo } of [pending, declined]) {
    await refused(merchant, 'refund', refundBody(partnerReferenceNo, '1.00'), refusals.notAllowed)
  }
  await refused(merchant, 'refund', refundBody('nobody'), refusals.notFound)
})

test('all names that are given must fit the payment', async () => {
  const { number, referenceNo, externalId } = await paid()
  const other = await paid()
  const body = (names: object) => ({ ...refundBody(number, '1.00'), ...names })
  for (const names of [
    { originalReferenceNo: other.referenceNo },
    { originalExternalId: other.externalId },
    { originalReferenceNo: referenceNo, originalExternalId: 'REQ-0001' },
  ]) {
    await refused(merchant, 'refund', body(names), refusals.notFound)
  }
  for (const names of [
    { originalReferenceNo: referenceNo },
    { originalExternalId: externalId },
    { originalReferenceNo: '', originalExternalId: null },
    { originalReferenceNo: referenceNo, originalExternalId: externalId },
  ]) {
    await served(merchant, 'refund', body(names))
  }
})

test("another merchant's payment is not found, and his partnerRefundNo is his", async () => {
  const { number } = await paid()
  const other = await anotherKkiMerchant(merchant)
  const sent = refundBody(number)
  await refused(other, 'refund', sent, refusals.notFound)
  await served(merchant, 'refund', sent)
  const theirs = payBody()
  await served(other, 'pay', theirs)
  await served(other, 'refund', {
    ...sent,
    originalPartnerReferenceNo: theirs.partnerReferenceNo,
  })
})

test('an X-EXTERNAL-ID gives back once', async () => {
  const { number } = await paid()
  const externalId = randomUUID()
  await served(merchant, 'refund', refundBody(number, '1.00'), { externalId })
  const again = refundBody(number, '1.00')
  await refused(merchant, 'refund', again, refusals.conflict, { externalId })
})

test('of many at once no more goes back than was paid', async () => {
  const { number } = await paid('10000.00')
  const send = () => callKki(merchant, 'refund', refundBody(number, '4000.00'))
  const answers = await Promise.all(Array.from({ length: 6 }, send))
  assert.equal(answers.filter(({ status }) => status === 200).length, 2)
  for (const { status, body } of answers) {
    assert.ok(
      status === 200 || ['4045813', '4055801'].includes(body.responseCode),
      body.responseCode,
    )
  }
})

const right = refundBody('nobody')
for (const [path, value, refusal] of [
  ['originalPartnerReferenceNo', undefined, mandatory('originalPartnerReferenceNo')],
  ['originalPartnerReferenceNo', 'x'.repeat(65), format('originalPartnerReferenceNo')],
  ['originalReferenceNo', 'x'.repeat(65), format('originalReferenceNo')],
  ['originalExternalId', 'x'.repeat(129), format('originalExternalId')],
  ['originalExternalId', 1, format('originalExternalId')],
  ['partnerRefundNo', '', mandatory('partnerRefundNo')],
  ['partnerRefundNo', 'x'.repeat(65), format('partnerRefundNo')],
  ['refundAmount', undefined, mandatory('refundAmount.value')],
  ['refundAmount.value', '1', format('refundAmount.value')],
  ['refundAmount.value', '0.00', refusals.amount],
  ['refundAmount.currency', 'USD', format('refundAmount.currency')],
  ['refundAmount.currency', null, mandatory('refundAmount.currency')],
  ['reason', 'x'.repeat(256), format('reason')],
  ['reason', {}, format('reason')],
  ['additionalInfo', undefined, mandatory('additionalInfo.channel')],
  ['additionalInfo.channel', 'DIRECT_DEBIT_ALLO', format('additionalInfo.channel')],
] as const) {
  test(`${path} may not be ${JSON.stringify(value)?.slice(0, 40)}`, async () => {
    await refused(merchant, 'refund', changed(right, path, value), refusal)
  })
}

for (const [path, value] of [
  ['reason', undefined],
  ['reason', 'x'.repeat(255)],
  ['partnerRefundNo', 'r'.repeat(64)],
  ['latestTransactionStatus', '00'],
  ['additionalInfo.origin', { product: 'SDK' }],
] as const) {
  test(`${path} may be ${JSON.stringify(value)?.slice(0, 40)}`, async () => {
    const { number } = await paid()
    await served(merchant, 'refund', changed(refundBody(number), path, value))
  })
}
