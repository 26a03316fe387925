/** The members of a payment's request, and which of the four variants it is (wire.md 7.3, 11.1). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { control } from '../../harness/world.ts'
import {
  amount,
  bound,
  changed,
  channel,
  cpans,
  createKkiMerchant,
  format,
  mandatory,
  newReference,
  otts,
  payBody,
  payByTokenBody,
  type Refusal,
  refusals,
  refusalsOfSwitch,
  refused,
  served,
} from './calls.ts'

const merchant = await createKkiMerchant()
const info = (name: string) => `additionalInfo.${name}`
const customerId = info('customer.customerId')

/** The amount that the switch received for a number of the merchant. */
async function amountAtSwitch(partnerReferenceNo: string): Promise<string> {
  const query = new URLSearchParams({ partnerReferenceNo })
  const { text } = await control(merchant.world, 'GET', `/sandbox/kki/messages?${query}`)
  return /"amount":([0-9.]+)/.exec(text)?.[1] ?? text
}

for (const [value, received] of [
  ['11500.00', '11500'],
  ['0.01', '0.01'],
  ['0000000000000001.00', '1'],
  ['9999999999999999.99', '9999999999999999.99'],
  ['9007199254740993.01', '9007199254740993.01'],
] as const) {
  test(`an amount of ${value} is taken to the last sen, also as a JSON number`, async () => {
    const body = payBody({ value })
    await served(merchant, 'pay', body)
    assert.equal(await amountAtSwitch(body.partnerReferenceNo), received)
    if (value.startsWith('00')) return
    const asNumber = payBody({ value })
    const text = JSON.stringify(asNumber).replace(`"${value}"`, value)
    await served(merchant, 'pay', text)
    assert.equal(await amountAtSwitch(asNumber.partnerReferenceNo), received)
  })
}

for (const [value, refusal] of [
  ['0.00', refusals.amount],
  ['0000.00', refusals.amount],
  ['11500', format('amount.value')],
  ['11500.0', format('amount.value')],
  ['11500.000', format('amount.value')],
  ['11,500.00', format('amount.value')],
  ['11500,00', format('amount.value')],
  ['-1.00', format('amount.value')],
  ['+1.00', format('amount.value')],
  ['1e4', format('amount.value')],
  [' 1.00', format('amount.value')],
  ['1.00\n', format('amount.value')],
  ['.50', format('amount.value')],
  ['12345678901234567.00', format('amount.value')],
  ['١٢.٣٤', format('amount.value')],
  [11500, format('amount.value')],
  [true, format('amount.value')],
  [{}, format('amount.value')],
  ['', mandatory('amount.value')],
  [null, mandatory('amount.value')],
] as const) {
  test(`an amount of ${JSON.stringify(value)} is refused`, async () => {
    await refused(merchant, 'pay', changed(payBody(), 'amount.value', value), refusal)
  })
}

for (const [path, value, refusal] of [
  ['amount', undefined, mandatory('amount.value')],
  ['amount', [], mandatory('amount.value')],
  ['amount', '11500.00', format('amount')],
  ['amount.currency', undefined, mandatory('amount.currency')],
  ['amount.currency', 'USD', format('amount.currency')],
  ['amount.currency', 'idr', format('amount.currency')],
  ['partnerReferenceNo', undefined, mandatory('partnerReferenceNo')],
  ['partnerReferenceNo', '', mandatory('partnerReferenceNo')],
  ['partnerReferenceNo', 'x'.repeat(65), format('partnerReferenceNo')],
  ['partnerReferenceNo', ['x'], format('partnerReferenceNo')],
  ['chargeToken', undefined, mandatory('chargeToken')],
  ['chargeToken', '9'.repeat(21), refusals.cpan],
  ['chargeToken', '9360-0016-0998', refusals.cpan],
  ['chargeToken', true, refusals.cpan],
  ['otp', undefined, mandatory('otp')],
  ['otp', '1234567', format('otp')],
  ['otp', '123456789', format('otp')],
  ['otp', '1234567a', format('otp')],
  ['otp', {}, format('otp')],
  ['additionalInfo', undefined, mandatory(info('channel'))],
  [info('channel'), '', mandatory(info('channel'))],
  [info('channel'), 'DIRECT_DEBIT_ALLO', format(info('channel'))],
  [info('isBindAndPay'), 'yes', format(info('isBindAndPay'))],
  [info('isBindAndPay'), 1, format(info('isBindAndPay'))],
  [info('isBindAndPay'), 'true', mandatory(customerId)],
  [info('isBindAndPay'), true, mandatory(customerId)],
  [info('customer'), 'Budi', format(info('customer'))],
  [customerId, 'x'.repeat(65), format(customerId)],
  [customerId, {}, format(customerId)],
  [info('customer.customerName'), 'x'.repeat(71), format(info('customer.customerName'))],
  [info('lineItems'), {}, format(info('lineItems'))],
  [info('lineItems'), 'x', format(info('lineItems'))],
] as const) {
  test(`${path} may not be ${JSON.stringify(value)?.slice(0, 40)}`, async () => {
    await refused(merchant, 'pay', changed(payBody(), path, value), refusal)
  })
}

test('who binds names the customer by letters and digits', async () => {
  for (const id of ['CUST-1', 'a b', 'ü', 'x'.repeat(65), 1]) {
    const body = changed(payBody(), customerId, id)
    await refused(merchant, 'pay', changed(body, info('isBindAndPay'), true), format(customerId))
  }
})

for (const [path, value] of [
  ['partnerReferenceNo', `INV/1 – ü ${'x'.repeat(50)}`],
  ['chargeToken', '9'],
  ['feeType', 'OUR'],
  ['payOptionDetails', []],
  ['bankCardToken', ''],
  [info('isBindAndPay'), 'false'],
  [info('isBindAndPay'), false],
  [info('isBindAndPay'), null],
  [info('customer'), []],
  [info('customer.postalCode'), 12345],
  [customerId, 'any – customer/1'],
  [customerId, 42],
  [info('lineItems'), []],
  [info('lineItems'), [{ name: 'Kopi', price: '11500.00', quantity: '1' }]],
  [info('lineItems'), [{ name: 'Kopi', price: 11500, quantity: 1 }, null, 'x']],
  [info('origin'), { product: 'SDK', apiFormat: 'SNAP' }],
  [info('successPaymentUrl'), 'nonsense'],
  [info('deviceId'), { ignored: 'beside a CPAN' }],
] as const) {
  test(`${path} may be ${JSON.stringify(value).slice(0, 40)}`, async () => {
    const body = { ...changed(payBody(), path, value) }
    const reference = path === 'partnerReferenceNo' ? `${newReference()}${value}` : undefined
    const sent = reference ? { ...body, partnerReferenceNo: reference.slice(0, 64) } : body
    if (path !== 'chargeToken') await served(merchant, 'pay', sent)
    else await refused(merchant, 'pay', sent, refusals.cpan)
  })
}

test('CPAN and OTT may be written as numbers', async () => {
  const text = JSON.stringify(payBody())
    .replace(`"${cpans.bri}"`, cpans.bri)
    .replace(`"${otts.right}"`, otts.right)
  await served(merchant, 'pay', text)
})

test('CPAN and OTT win over a token; alone, neither does', async () => {
  const { bankCardToken } = await bound(merchant, { cpan: cpans.mandiri })
  const unknown = 'x'.repeat(32)
  await served(merchant, 'pay', { ...payBody(), bankCardToken: unknown })
  const invalid = { ...payBody({ ott: otts.invalid }), bankCardToken }
  await refused(merchant, 'pay', invalid, refusalsOfSwitch['T1'] ?? assert.fail())
  for (const missing of ['chargeToken', 'otp']) {
    await served(merchant, 'pay', { ...payBody(), [missing]: null, bankCardToken })
    const body = { ...payBody(), [missing]: null, bankCardToken: unknown }
    await refused(merchant, 'pay', body, refusals.token)
  }
})

test('a bound card pays alone, or with what is known of the device', async () => {
  const { bankCardToken } = await bound(merchant, { cpan: cpans.mandiri })
  const body = () => payByTokenBody(bankCardToken)
  await served(merchant, 'pay', changed(body(), info('paymentType'), 'RECURRING'))
  const device = {
    channel,
    deviceId: 'x'.repeat(64),
    originalRequestId: 'REQ-0001',
    account: { accountName: 'Budi', accountNo: '1' },
    // There is nothing left to bind.
    isBindAndPay: 'true',
  }
  await served(merchant, 'pay', { ...body(), additionalInfo: device })
  const cases: readonly (readonly [string, unknown, Refusal])[] = [
    ['bankCardToken', 'x'.repeat(65), format('bankCardToken')],
    ['bankCardToken', 1, format('bankCardToken')],
    ['bankCardToken', '', mandatory('chargeToken')],
    [info('deviceId'), 'x'.repeat(65), format(info('deviceId'))],
    [info('originalRequestId'), 'x'.repeat(129), format(info('originalRequestId'))],
  ]
  for (const [path, value, refusal] of cases) {
    await refused(merchant, 'pay', changed(body(), path, value), refusal)
  }
})

test('the first thing wrong is told, in the order of the documents', async () => {
  await refused(merchant, 'pay', {}, mandatory('partnerReferenceNo'))
  const partnerReferenceNo = newReference()
  await refused(merchant, 'pay', { partnerReferenceNo }, mandatory('chargeToken'))
  const card = { partnerReferenceNo, chargeToken: cpans.bri, otp: otts.right }
  await refused(merchant, 'pay', card, mandatory('amount.value'))
  await refused(merchant, 'pay', { ...card, amount: amount() }, mandatory(info('channel')))
})
