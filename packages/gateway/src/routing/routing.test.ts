import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeCard, longestInvoiceNumber, routeCard } from './index.ts'

const accounts = [
  { acquirerId: 'BANK_MANDIRI', mid: '1', tid: '1', takes: { bins: ['557338', '413719'] } },
  { acquirerId: 'BNI', mid: '2', tid: '2', takes: { brands: ['VISA', 'MASTER', 'JCB'] } },
]

const cases = [
  ['5573381011111101', 'MASTER', 'Bank Mandiri', 'CREDIT', 'BANK_MANDIRI'],
  ['4137190000009008', 'VISA', 'Bank Mandiri', 'CREDIT', 'BANK_MANDIRI'],
  ['5576920000000390', 'MASTER', 'CIMB Niaga', 'DEBIT', 'BNI'],
  ['2221000000000009', 'MASTER', 'Unknown Issuer', 'CREDIT', 'BNI'],
  ['3528000000000007', 'JCB', 'Unknown Issuer', 'CREDIT', 'BNI'],
  ['371449635398431', 'AMEX', 'Unknown Issuer', 'CREDIT', undefined],
] as const

for (const [number, brand, issuer, type, acquirerId] of cases) {
  test(`${number.slice(0, 6)}… is ${brand} of ${issuer} and goes to ${acquirerId ?? 'nobody'}`, () => {
    const card = describeCard(number)
    assert.ok(card)
    assert.deepEqual([card.brand, card.issuer, card.type], [brand, issuer, type])
    assert.equal(routeCard({ acquirerAccounts: accounts }, card)?.acquirerId, acquirerId)
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
