/** What a payment is answered (wire.md 6.6, 7.3), by the test data of sandbox.md. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { control } from '../../harness/world.ts'
import {
  advance,
  anotherKkiMerchant,
  bindBody,
  bound,
  callKki,
  channel,
  cpans,
  createKkiMerchant,
  merchantWithoutKki,
  newReference,
  otts,
  payBody,
  payByTokenBody,
  refusals,
  refusalsOfSwitch,
  refused,
  served,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { world, clientId } = merchant

const statusOf = (partnerReferenceNo: string) =>
  served(merchant, 'payment-status', {
    originalPartnerReferenceNo: partnerReferenceNo,
    serviceCode: '55',
  })

test('what is paid is told with both numbers, and nothing that a client could stumble over', async () => {
  const sent = payBody()
  const { referenceNo, ...rest } = await served(merchant, 'pay', sent)
  assert.match(referenceNo, /^\S{1,64}$/)
  assert.deepEqual(rest, {
    responseCode: '2005400',
    responseMessage: 'Successful',
    partnerReferenceNo: sent.partnerReferenceNo,
    webRedirectUrl: '',
  })
  const { bankCardToken } = await bound(merchant)
  const byToken = await served(merchant, 'pay', payByTokenBody(bankCardToken))
  assert.deepEqual(Object.keys(byToken).sort(), Object.keys({ referenceNo, ...rest }).sort())
})

const byAmount = {
  '11500.00': '00',
  '9005.00': '05',
  '9013.99': '13',
  '19034.00': '34',
  '9059.00': '59',
  '9051.00': '51',
  '9065.00': '65',
  '9061.00': '61',
  '9058.00': '58',
  '9003.00': '03',
  '9091.00': '91',
} as const
for (const [value, code] of Object.entries(byAmount)) {
  test(`an amount of ${value} is answered with the switch's ${code}`, async () => {
    const refusal = refusalsOfSwitch[code]
    if (refusal) await refused(merchant, 'pay', payBody({ value }), refusal)
    else await served(merchant, 'pay', payBody({ value }))
  })
}

test('an answer that comes after 3 seconds is waited for', async () => {
  const patient = await createKkiMerchant({ shares: world, config: { askDeadlineMs: 10_000 } })
  await served(patient, 'pay', payBody({ value: '9096.00' }))
})

for (const [what, wish, code] of [
  ['a CPAN that no issuer knows', { cpan: cpans.unknown }, '14'],
  ['a blocked card', { cpan: cpans.blocked }, '57'],
  ['a card under suspicion', { cpan: cpans.fraud }, '59'],
  ['an OTT that is invalid', { ott: otts.invalid }, 'T1'],
  ['an OTT that nobody gave', { ott: '87654321' }, 'T1'],
  ['an OTT that has expired', { ott: otts.expired }, 'T2'],
] as const) {
  test(`${what} is refused with the switch's reason`, async () => {
    await refused(merchant, 'pay', payBody(wish), refusalsOfSwitch[code] ?? assert.fail())
  })
}

for (const [code, refusal] of Object.entries(refusalsOfSwitch)) {
  test(`the switch's ${code} is told as ${refusal.join(' ')}, and the status repeats it`, async () => {
    const sent = payBody()
    await world.kkiSimulator.steerNext(clientId, { responseCode: code })
    await refused(merchant, 'pay', sent, refusal)
    const status = await statusOf(sent.partnerReferenceNo)
    const [http, rest] = refusal[0].split(' ')
    assert.equal(status.originalResponseCode, `${http}54${rest}`)
    assert.equal(status.originalResponseMessage, refusal[1])
    assert.equal(status.latestTransactionStatus, '06')
  })
}

test('an OTT of the issuer’s app pays once', async () => {
  const cpan = cpans.mandiri
  const { ott } = (await control(world, 'POST', '/sandbox/kki/otts', { cpan })).body
  await served(merchant, 'pay', payBody({ cpan, ott }))
  const again = payBody({ cpan, ott })
  await refused(merchant, 'pay', again, refusalsOfSwitch['T1'] ?? assert.fail())
})

/** A payment that is answered 202, with the members of every answer. */
async function pending(value: string) {
  const sent = payBody({ value })
  const { status, body } = await callKki(merchant, 'pay', sent)
  assert.equal(status, 202)
  const { referenceNo, ...rest } = body
  assert.deepEqual(rest, {
    responseCode: '2025400',
    responseMessage: 'Request In Progress',
    partnerReferenceNo: sent.partnerReferenceNo,
    webRedirectUrl: '',
  })
  return { partnerReferenceNo: sent.partnerReferenceNo, referenceNo: String(referenceNo) }
}

for (const [approve, code, status] of [
  [true, '2005400', '00'],
  [false, '4045404', '06'],
] as const) {
  test(`a payment waits for its cardholder, who ${approve ? 'approves' : 'declines'}`, async () => {
    const { partnerReferenceNo, referenceNo } = await pending('9002.00')
    const waiting = await statusOf(partnerReferenceNo)
    assert.deepEqual(
      [waiting.latestTransactionStatus, waiting.originalResponseCode],
      ['03', '2025400'],
    )
    const path = `/sandbox/kki/confirmations/${referenceNo}`
    assert.equal((await control(world, 'POST', path, { approve })).status, 200)
    await advance(merchant, 1_000)
    const decided = await statusOf(partnerReferenceNo)
    assert.deepEqual(
      [decided.latestTransactionStatus, decided.originalResponseCode],
      [status, code],
    )
  })
}

test('a payment that nobody confirms fails after 5 minutes', async () => {
  const { partnerReferenceNo } = await pending('9002.00')
  await advance(merchant, 6 * 60_000)
  const status = await statusOf(partnerReferenceNo)
  assert.deepEqual([status.latestTransactionStatus, status.originalResponseCode], ['06', '4035400'])
})

for (const [value, code, status] of [
  ['9068.00', '2005400', '00'],
  ['9069.00', '5045400', '06'],
] as const) {
  test(`of ${value} the answer is lost; the status tells ${code} in the end`, async () => {
    const { partnerReferenceNo } = await pending(value)
    await advance(merchant, 60_000)
    const found = await statusOf(partnerReferenceNo)
    assert.deepEqual([found.latestTransactionStatus, found.originalResponseCode], [status, code])
  })
}

const bindAndPay = (customerId: string, wish: Parameters<typeof payBody>[0] = {}) => ({
  ...payBody(wish),
  additionalInfo: { channel, isBindAndPay: 'true', customer: { customerId, customerName: 'Budi' } },
})

test('a payment that binds tells the token, which pays', async () => {
  const customerId = newReference('CUST')
  const answer = await served(merchant, 'pay', bindAndPay(customerId))
  assert.match(answer.bankCardToken, /^[0-9a-f]{32}$/)
  assert.deepEqual(answer.additionalInfo, { custIdMerchant: customerId, status: 'SUCCESS' })
  await served(merchant, 'pay', payByTokenBody(answer.bankCardToken))
  const again = await served(merchant, 'pay', bindAndPay(customerId))
  assert.equal(again.bankCardToken, answer.bankCardToken)
  const bind = bindBody(merchant, { customer: customerId })
  await refused(merchant, 'bind-card', bind, refusals.duplicate)
})

test('a payment that is refused or pending binds nothing yet', async () => {
  const customerId = newReference('CUST')
  const insufficient = refusalsOfSwitch['51'] ?? assert.fail()
  await refused(merchant, 'pay', bindAndPay(customerId, { value: '9051.00' }), insufficient)
  const { status, body } = await callKki(
    merchant,
    'pay',
    bindAndPay(customerId, { value: '9002.00' }),
  )
  assert.deepEqual([status, body.bankCardToken, body.additionalInfo], [202, undefined, undefined])
  await refused(merchant, 'pay', bindAndPay(customerId), refusals.duplicate)
})

test('a partnerReferenceNo pays once, for ever, also where it was refused', async () => {
  for (const value of ['11500.00', '9051.00']) {
    const sent = payBody({ value })
    await callKki(merchant, 'pay', sent)
    const again = { ...payBody(), partnerReferenceNo: sent.partnerReferenceNo }
    await refused(merchant, 'pay', again, refusals.duplicate)
    await advance(merchant, 2 * 86_400_000)
    await refused(merchant, 'pay', again, refusals.duplicate)
    const other = await anotherKkiMerchant(merchant)
    await served(other, 'pay', again)
  }
})

test('an X-EXTERNAL-ID pays once a day, at each endpoint', async () => {
  const externalId = randomUUID()
  await served(merchant, 'pay', payBody(), { externalId })
  await refused(merchant, 'pay', payBody(), refusals.conflict, { externalId })
  await served(merchant, 'bind-card', bindBody(merchant), { externalId })
  await advance(merchant, 86_400_000)
  await served(merchant, 'pay', payBody(), { externalId })
})

test('of many at once with one X-EXTERNAL-ID, or one number, one pays', async () => {
  const sent = payBody()
  const externalId = randomUUID()
  for (const [options, code] of [
    [{ externalId }, '4095400'],
    [{}, '4095401'],
  ] as const) {
    const body = { ...sent, partnerReferenceNo: newReference() }
    const send = () => callKki(merchant, 'pay', body, options)
    const answers = await Promise.all(Array.from({ length: 8 }, send))
    const codes = answers.map((answer) => answer.body.responseCode).sort()
    assert.deepEqual(codes, ['2005400', ...Array(7).fill(code)])
    const query = new URLSearchParams({ partnerReferenceNo: body.partnerReferenceNo })
    const { messages } = (await control(world, 'GET', `/sandbox/kki/messages?${query}`)).body
    assert.equal(messages.length, 1, 'the switch was asked once')
  }
})

test("another merchant's token is not found", async () => {
  const { bankCardToken } = await bound(merchant, { cpan: cpans.mandiri })
  const other = await anotherKkiMerchant(merchant)
  await refused(other, 'pay', payByTokenBody(bankCardToken), refusals.token)
  await refused(merchant, 'pay', payByTokenBody('x'.repeat(32)), refusals.token)
})

test('a merchant without an account at the switch has no such feature', async () => {
  const other = await merchantWithoutKki(merchant)
  await refused(other, 'pay', payBody(), ['403 01', 'Feature Not Allowed KARTU_KREDIT_INDONESIA'])
})
