/** The members of a binding's request (seed; wire.md 7.4, 7.5, 11.1). */
import { test } from 'node:test'
import { createWorld } from '../../harness/world.ts'
import {
  anotherKkiMerchant,
  bindBody,
  cardData,
  changed,
  cpans,
  createKkiMerchant,
  format,
  mandatory,
  otts,
  type Refusal,
  refusals,
  refused,
  served,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { secretKey } = merchant
const right = () => bindBody(merchant)
const info = (name: string) => `additionalInfo.${name}`

for (const [path, value] of [
  ['partnerReferenceNo', 'x'.repeat(64)],
  ['partnerReferenceNo', 'INV/2026 #1 – ü'],
  ['custIdMerchant', 'a'.repeat(64)],
  ['journeyId', 'x'.repeat(200)],
  ['accountName', 'Budi'],
  ['phoneNo', undefined],
  ['phoneNo', null],
  ['phoneNo', 6281234567890],
  ['phoneNo', '+628-123 456'],
  [info('customerName'), 'x'.repeat(70)],
  [info('email'), `${'x'.repeat(245)}@doku.com`],
  [info('email'), 'not an address'],
  [info('address'), 'x'.repeat(255)],
  [info('dateOfBirth'), '19900131'],
  [info('dateOfBirth'), 19900131],
  [info('idCard'), '3174012345678901'],
  [info('country'), 'Indonesia'],
  [info('successRegistrationUrl'), undefined],
  [info('failedRegistrationUrl'), ''],
  [info('successRegistrationUrl'), 'http://127.0.0.1:3000/bound#x'],
  [info('channelId'), 'KARTU_KREDIT_INDONESIA'],
  [info('origin'), { product: 'SDK', source: 'Node', sourceVersion: '1.0' }],
  ['unknown', { __proto__: null, deep: [1, { x: null }] }],
] as const) {
  test(`${path} may be ${JSON.stringify(value)?.slice(0, 40)}`, async () => {
    await served(merchant, 'bind-card', changed(right(), path, value))
  })
}

test('the channel may be named channelId alone', async () => {
  const body = changed(right(), info('channel'), null)
  await served(merchant, 'bind-card', changed(body, info('channelId'), 'KARTU_KREDIT_INDONESIA'))
})

for (const [path, value, refusal] of [
  ['partnerReferenceNo', 'x'.repeat(65), format('partnerReferenceNo')],
  ['partnerReferenceNo', 1, format('partnerReferenceNo')],
  ['cardData', undefined, mandatory('cardData')],
  ['cardData', null, mandatory('cardData')],
  ['cardData', '', mandatory('cardData')],
  ['cardData', { bankCardNo: '' }, format('cardData')],
  ['custIdMerchant', undefined, mandatory('custIdMerchant')],
  ['custIdMerchant', 'a'.repeat(65), format('custIdMerchant')],
  ['custIdMerchant', 'CUST-1', format('custIdMerchant')],
  ['custIdMerchant', 'ü', format('custIdMerchant')],
  ['custIdMerchant', 'CUST1\n', format('custIdMerchant')],
  ['custIdMerchant', 1, format('custIdMerchant')],
  ['phoneNo', '1'.repeat(17), format('phoneNo')],
  ['phoneNo', ['62'], format('phoneNo')],
  ['additionalInfo', undefined, mandatory(info('channel'))],
  ['additionalInfo', [], mandatory(info('channel'))],
  ['additionalInfo', '', mandatory(info('channel'))],
  ['additionalInfo', 'x', format('additionalInfo')],
  ['additionalInfo', [1], format('additionalInfo')],
  ['additionalInfo', 1, format('additionalInfo')],
  [info('channel'), undefined, mandatory(info('channel'))],
  [info('channel'), 'DIRECT_DEBIT_BRI_SNAP', format(info('channel'))],
  [info('channel'), 1, format(info('channel'))],
  [info('channelId'), 'DIRECT_DEBIT_BRI_SNAP', format(info('channelId'))],
  [info('customerName'), 'x'.repeat(71), format(info('customerName'))],
  [info('email'), 'x'.repeat(255), format(info('email'))],
  [info('address'), 'x'.repeat(256), format(info('address'))],
  [info('address'), {}, format(info('address'))],
  [info('dateOfBirth'), '1990-01-31', format(info('dateOfBirth'))],
  [info('country'), 'x'.repeat(61), format(info('country'))],
  ...['successRegistrationUrl', 'failedRegistrationUrl'].flatMap((name) =>
    [
      '/bound',
      'merchant.com',
      'javascript:alert(1)',
      'https://ümlaut.example',
      'https://a b',
      1,
      `https://a.example/${'x'.repeat(2_048)}`,
    ].map((url) => [info(name), url, format(info(name))] as const),
  ),
] as const) {
  test(`${path} may not be ${JSON.stringify(value)?.slice(0, 40)}`, async () => {
    await refused(merchant, 'bind-card', changed(right(), path, value), refusal)
  })
}

test('in live mode the browser is sent to https only', async () => {
  const world = await createWorld({ live: true, shares: merchant.world })
  const live = { ...merchant, world }
  for (const name of ['successRegistrationUrl', 'failedRegistrationUrl']) {
    const plain = changed(right(), info(name), 'http://www.merchant.com/')
    await refused(live, 'bind-card', plain, format(info(name)))
  }
})

const card = (value: object | string) => ({ ...right(), cardData: cardData(value, secretKey) })
const withCard = { bankCardType: 'C', expiryDate: '1228' }

for (const [what, value] of [
  ['bankCardNo', { ...withCard, bankCardNo: cpans.bri }],
  ['chargeToken', { chargeToken: cpans.bri }],
  ['cpan', { cpan: cpans.mandiri }],
  ['cpan, beside empty ones', { bankCardNo: '', chargeToken: null, cpan: cpans.bri }],
  ['bankCardNo, beside the OTT under otp', { bankCardNo: cpans.bri, otp: otts.right }],
  ['bankCardNo, beside the OTT under ott', { bankCardNo: cpans.bri, ott: otts.right, otp: '' }],
  ['bankCardNo as a JSON number', `{ "bankCardNo": ${cpans.bri}, "otp": ${otts.right} }`],
] as const) {
  test(`the CPAN is read under ${what}`, () => served(merchant, 'bind-card', card(value)))
}

const cases: readonly (readonly [string, object | string, Refusal])[] = [
  ['no CPAN', withCard, mandatory('cardData.bankCardNo')],
  ['21 digits', { bankCardNo: '9'.repeat(21) }, refusals.cpan],
  ['letters', { bankCardNo: '93600016O9987000000' }, refusals.cpan],
  ['groups of digits', { cpan: '9360 0016 0998 7000' }, refusals.cpan],
  ['an object as CPAN', { chargeToken: { value: cpans.bri } }, refusals.cpan],
  ['one digit, which is a CPAN that nobody knows', { cpan: '9' }, refusals.cpan],
  ['an OTT of 7 digits', { cpan: cpans.bri, otp: '1234567' }, format('cardData.otp')],
  ['an OTT of 9 digits', { cpan: cpans.bri, ott: '123456789' }, format('cardData.ott')],
  ['an OTT with letters', { cpan: cpans.bri, ott: '1234567a' }, format('cardData.ott')],
]
for (const [what, value, refusal] of cases) {
  test(`a card with ${what} is refused`, async () => {
    await refused(merchant, 'bind-card', card(value), refusal)
  })
}

test('card data that another key sealed, or nobody, cannot be opened', async () => {
  const other = await anotherKkiMerchant(merchant)
  const invalid: Refusal = ['401 00', 'Unauthorized. Invalid cardData']
  const sealed = cardData({ bankCardNo: cpans.bri }, secretKey)
  const cut = sealed.slice(8)
  for (const wrong of [
    cardData({ bankCardNo: cpans.bri }, other.secretKey),
    cardData('[1]', secretKey),
    cardData('no JSON', secretKey),
    cardData('{"cpan":"\\u0000"}', secretKey),
    'x',
    '|',
    'AAAA|AAAA',
    cut,
    sealed.replace('|', '||'),
  ]) {
    await refused(merchant, 'bind-card', { ...right(), cardData: wrong }, invalid)
  }
})

test('all else is right before card data is opened', async () => {
  const body = { ...right(), cardData: 'x' }
  await refused(
    merchant,
    'bind-card',
    changed(body, info('channel'), ''),
    mandatory(info('channel')),
  )
})
