import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCountry } from '@gerbang/wire'
import type { AcquirerAccount, PaymentType } from '../merchants/index.ts'
import { issuers } from './bin-table.ts'
import { type CardDescription, describeCard, longestInvoiceNumber, routeCard } from './index.ts'

const accounts = [
  { acquirerId: 'BANK_MANDIRI', mid: '1', tid: '1', takes: { bins: ['557338', '413719'] } },
  { acquirerId: 'BNI', mid: '2', tid: '2', takes: { brands: ['VISA', 'MASTER', 'JCB'] } },
]

const cases = [
  ['5573381011111101', 'MASTER', 'Bank Mandiri', 'CREDIT', 'ID', 'BANK_MANDIRI'],
  ['4137190000009008', 'VISA', 'Bank Mandiri', 'CREDIT', 'ID', 'BANK_MANDIRI'],
  ['5576920000000390', 'MASTER', 'CIMB Niaga', 'DEBIT', 'ID', 'BNI'],
  ['2221000000000009', 'MASTER', 'Unknown Issuer', 'CREDIT', undefined, 'BNI'],
  ['3528000000000007', 'JCB', 'Unknown Issuer', 'CREDIT', undefined, 'BNI'],
  ['371449635398431', 'AMEX', 'Unknown Issuer', 'CREDIT', undefined, undefined],
] as const

for (const [number, brand, issuer, type, country, acquirerId] of cases) {
  test(`${number.slice(0, 6)}… is ${brand} of ${issuer} and goes to ${acquirerId ?? 'nobody'}`, () => {
    const card = describeCard(number)
    assert.ok(card)
    assert.deepEqual(
      [card.brand, card.issuer, card.type, card.country],
      [brand, issuer, type, country],
    )
    assert.equal(routeCard({ acquirerAccounts: accounts }, card)?.acquirerId, acquirerId)
  })
}

test('the BIN table names an issuer once, by digits of a brand, in a country', () => {
  assert.equal(new Set(issuers.map(({ prefix }) => prefix)).size, issuers.length)
  for (const { prefix, country } of issuers) {
    assert.match(prefix, /^\d{6,8}$/)
    assert.ok(isCountry(country), country)
    assert.ok(describeCard(prefix.padEnd(16, '0')), prefix)
  }
})

const account = (acquirerId: string, takes: AcquirerAccount['takes']): AcquirerAccount => ({
  acquirerId,
  mid: '1',
  tid: '1',
  takes,
})
const visa = describeCard('4111111111111111') as CardDescription
const routes: readonly [
  why: string,
  accounts: readonly AcquirerAccount[],
  paymentType: PaymentType | undefined,
  expected: string | undefined,
][] = [
  [
    'a BIN goes before a brand, wherever it stands',
    [account('BRAND', { brands: ['VISA'] }), account('BIN', { bins: ['411111'] })],
    'SALE',
    'BIN',
  ],
  [
    'more digits of a BIN go before fewer',
    [account('SIX', { bins: ['411111'] }), account('EIGHT', { bins: ['41111111'] })],
    'SALE',
    'EIGHT',
  ],
  [
    'of equals the first of the merchant',
    [account('ONE', { bins: ['411111'] }), account('TWO', { bins: ['411111'] })],
    'SALE',
    'ONE',
  ],
  [
    'an account may name BINs and brands',
    [account('BOTH', { bins: ['557338'], brands: ['VISA'] })],
    'SALE',
    'BOTH',
  ],
  [
    'an account that names other payment types is passed over',
    [
      account('MOTO', { bins: ['411111'], paymentTypes: ['MOTO', 'RECURRING'] }),
      account('REST', { brands: ['VISA'] }),
    ],
    'SALE',
    'REST',
  ],
  [
    'an account that names the payment type is taken',
    [
      account('MOTO', { bins: ['411111'], paymentTypes: ['MOTO', 'RECURRING'] }),
      account('REST', { brands: ['VISA'] }),
    ],
    'RECURRING',
    'MOTO',
  ],
  [
    'a check does not know the payment type and looks at the card alone',
    [account('MOTO', { brands: ['VISA'], paymentTypes: ['MOTO'] })],
    undefined,
    'MOTO',
  ],
  [
    'no account for the payment type is no route',
    [account('MOTO', { brands: ['VISA'], paymentTypes: ['MOTO'] })],
    'AUTHORIZE',
    undefined,
  ],
  [
    'payment types alone name no card',
    [account('X', { paymentTypes: ['SALE'] })],
    'SALE',
    undefined,
  ],
  ['no account is no route', [], 'SALE', undefined],
]
for (const [why, acquirerAccounts, paymentType, expected] of routes) {
  test(`routing: ${why}`, () => {
    assert.equal(routeCard({ acquirerAccounts }, visa, paymentType)?.acquirerId, expected)
  })
}

test('a number of a brand that nobody here takes is not described', () => {
  for (const number of [
    '6011000000000004',
    '6200000000000005',
    '3500000000000000',
    '2220990000000000',
  ]) {
    assert.equal(describeCard(number), undefined, number)
  }
})

test('an invoice number has 64 characters, 30 at Bank Mandiri', () => {
  assert.equal(longestInvoiceNumber('BNI'), 64)
  assert.equal(longestInvoiceNumber(undefined), 64)
  assert.equal(longestInvoiceNumber('BANK_MANDIRI'), 30)
})
