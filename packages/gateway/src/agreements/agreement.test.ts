import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rupiah } from '../primitives/money.ts'
import { type Agreement, type Billing, checkAgreement } from './agreement.ts'

const made: Agreement = {
  billingNumber: 'tuition-fee-kikyou-waguri',
  variability: 'FIXED',
  frequency: 'MONTHLY',
  amount: rupiah(1_144_917n),
  billingTransactionId: undefined,
}
const ofMandiri = { billingTransactionId: '2023112911562800003688' }
const second: Billing = {
  billingNumber: made.billingNumber,
  ordinal: 2,
  variability: 'FIXED',
  frequency: 'MONTHLY',
  isMigration: false,
}
const other = rupiah(1_144_918n)

const cases: readonly [
  why: string,
  agreement: Partial<Agreement> | 'none',
  billing: Partial<Billing>,
  expected: 'allowed' | readonly [problem: string, field: string],
  amount?: typeof made.amount,
][] = [
  ['a first payment needs no agreement', 'none', { ordinal: 1 }, 'allowed'],
  [
    'a following one needs one',
    'none',
    { ordinal: 2 },
    ['agreement_not_found', 'billing.billing_number'],
  ],
  ['a migrated one may follow what was paid elsewhere', 'none', { isMigration: true }, 'allowed'],
  [
    'a migration may begin at the first payment, too',
    'none',
    { ordinal: 1, isMigration: true },
    'allowed',
  ],
  ['FIXED follows with the same amount', {}, {}, 'allowed'],
  ['an ordinal may be left out', {}, { ordinal: 7 }, 'allowed'],
  ['FIXED follows with no other amount', {}, {}, ['agreement_broken', 'order.amount'], other],
  [
    'FIXED holds for a migrated payment of a known agreement, too',
    {},
    { isMigration: true },
    ['agreement_broken', 'order.amount'],
    other,
  ],
  [
    'FIXED holds for a first payment that is made again',
    {},
    { ordinal: 1 },
    ['agreement_broken', 'order.amount'],
    other,
  ],
  [
    'VARIABLE follows with any amount',
    { variability: 'VARIABLE' },
    { variability: 'VARIABLE' },
    'allowed',
    other,
  ],
  [
    'FIXED does not become VARIABLE',
    {},
    { variability: 'VARIABLE' },
    ['agreement_broken', 'billing.amount_variability'],
    other,
  ],
  [
    'nor VARIABLE FIXED',
    { variability: 'VARIABLE' },
    {},
    ['agreement_broken', 'billing.amount_variability'],
  ],
  [
    'the frequency stays',
    {},
    { frequency: 'WEEKLY' },
    ['agreement_broken', 'billing.payment_frequency'],
  ],
  ['a frequency that is left out is the agreed one', {}, { frequency: undefined }, 'allowed'],
  ['a frequency that nobody agreed is free', { frequency: undefined }, {}, 'allowed'],
  ['Mandiri’s id is sent back', ofMandiri, ofMandiri, 'allowed'],
  [
    'Mandiri’s id is wanted on a following payment',
    ofMandiri,
    {},
    ['billing_transaction_id_missing', 'billing.billing_transaction_id'],
  ],
  [
    'and no other one will do',
    ofMandiri,
    { billingTransactionId: '2023112911562800003689' },
    ['agreement_broken', 'billing.billing_transaction_id'],
  ],
  ['it is not wanted of a first payment that is made again', ofMandiri, { ordinal: 1 }, 'allowed'],
  ['an id that nobody gave is not looked at', {}, ofMandiri, 'allowed'],
]

for (const [why, agreement, change, expected, amount = made.amount] of cases) {
  test(why, () => {
    const known = agreement === 'none' ? undefined : { ...made, ...agreement }
    const check = () => checkAgreement(known, { ...second, ...change }, amount)
    if (expected === 'allowed') return check()
    const [problem, field] = expected
    assert.throws(check, { name: 'Problem', problem, values: { field } })
  })
}
