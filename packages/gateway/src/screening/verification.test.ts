import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScreeningRules } from '../merchants/index.ts'
import { rupiah } from '../primitives/money.ts'
import { sandboxEmailRules } from './index.ts'
import { type ScreenedFacts, verificationOf } from './verification.ts'

const card = 'a'.repeat(64)
const plain: ScreenedFacts = {
  email: 'budi@gmail.com',
  amount: rupiah(90_000n),
  hashedCardNumber: card,
  country: 'ID',
  tries: undefined,
}
const approved = ['APPROVE', 'Decision No Rules Triggered']

const cases: readonly [
  why: string,
  rules: ScreeningRules,
  facts: Partial<ScreenedFacts>,
  expected: readonly string[],
][] = [
  ['without rules everything is approved, and says so', {}, {}, approved],
  [
    'an amount at the limit passes',
    { mostAmount: { amount: 90_000, verdict: 'REJECT' } },
    {},
    approved,
  ],
  [
    'an amount above it does not',
    { mostAmount: { amount: 90_000, verdict: 'REVIEW' } },
    { amount: rupiah(90_001n) },
    ['REVIEW', 'Decision Amount Above Limit'],
  ],
  [
    'the last try that is allowed passes',
    { mostTriesPerHour: { tries: 3, verdict: 'REJECT' } },
    { tries: 3 },
    approved,
  ],
  [
    'the next one does not',
    { mostTriesPerHour: { tries: 3, verdict: 'REJECT' } },
    { tries: 4 },
    ['REJECT', 'Decision Too Many Tries Of Card'],
  ],
  [
    'a blocked card',
    { blockedCards: { hashedCardNumbers: ['b'.repeat(64), card], verdict: 'REJECT' } },
    {},
    ['REJECT', 'Decision Card Blocked'],
  ],
  [
    'another card than the blocked one',
    { blockedCards: { hashedCardNumbers: ['b'.repeat(64)], verdict: 'REJECT' } },
    {},
    approved,
  ],
  [
    'a blocked country',
    { blockedCountries: { countries: ['KP', 'ID'], verdict: 'REVIEW' } },
    {},
    ['REVIEW', 'Decision BIN Country Blocked'],
  ],
  [
    'an unknown country is not blocked',
    { blockedCountries: { countries: ['KP', 'ID'], verdict: 'REVIEW' } },
    { country: undefined },
    approved,
  ],
  [
    'an allowed country',
    { allowedCountries: { countries: ['ID'], verdict: 'REJECT' } },
    {},
    approved,
  ],
  [
    'a country that is not allowed',
    { allowedCountries: { countries: ['ID'], verdict: 'REJECT' } },
    { country: 'SG' },
    ['REJECT', 'Decision BIN Country Not Allowed'],
  ],
  [
    'an unknown country is not allowed',
    { allowedCountries: { countries: ['ID'], verdict: 'REVIEW' } },
    { country: undefined },
    ['REVIEW', 'Decision BIN Country Not Allowed'],
  ],
  [
    'a blocked e-mail domain, in any case',
    { blockedEmailDomains: { domains: ['trash.example'], verdict: 'REJECT' } },
    { email: 'Eve@Trash.Example' },
    ['REJECT', 'Decision E-mail Domain Blocked'],
  ],
  [
    'a subdomain is another domain',
    { blockedEmailDomains: { domains: ['trash.example'], verdict: 'REJECT' } },
    { email: 'eve@sub.trash.example' },
    approved,
  ],
  [
    'no e-mail has no domain',
    { blockedEmailDomains: { domains: ['trash.example'], verdict: 'REJECT' } },
    { email: undefined },
    approved,
  ],
  [
    'the sandbox’s rules work beside a merchant’s that found nothing',
    { mostAmount: { amount: 90_000, verdict: 'REJECT' } },
    { email: 'eve@review.example' },
    ['REVIEW', 'Decision E-mail Domain In Review'],
  ],
  [
    'a REJECT that stands last beats a REVIEW that stands first',
    {
      blockedCards: { hashedCardNumbers: [card], verdict: 'REVIEW' },
      mostAmount: { amount: 1, verdict: 'REJECT' },
    },
    {},
    ['REJECT', 'Decision Amount Above Limit'],
  ],
  [
    'the sandbox’s REJECT beats a merchant’s REVIEW',
    { blockedCards: { hashedCardNumbers: [card], verdict: 'REVIEW' } },
    { email: 'eve@reject.example' },
    ['REJECT', 'Decision E-mail Domain Rejected'],
  ],
]

for (const [why, rules, facts, expected] of cases) {
  test(`${why}: ${expected[0]}`, () => {
    const { status, reason } = verificationOf(rules, sandboxEmailRules, { ...plain, ...facts })
    assert.deepEqual([status, reason], expected)
  })
}

/** Every rule, each of which the charge below runs into; in the order of their reasons. */
const everything = (verdict: 'REVIEW' | 'REJECT') =>
  [
    ['Decision Card Blocked', { blockedCards: { hashedCardNumbers: [card], verdict } }],
    [
      'Decision E-mail Domain Blocked',
      { blockedEmailDomains: { domains: ['review.example'], verdict } },
    ],
    ['Decision BIN Country Blocked', { blockedCountries: { countries: ['ID'], verdict } }],
    ['Decision BIN Country Not Allowed', { allowedCountries: { countries: ['SG'], verdict } }],
    ['Decision Too Many Tries Of Card', { mostTriesPerHour: { tries: 1, verdict } }],
    ['Decision Amount Above Limit', { mostAmount: { amount: 1, verdict } }],
  ] as const
const caught = { ...plain, email: 'eve@review.example', tries: 2 }

for (const verdict of ['REVIEW', 'REJECT'] as const) {
  test(`of equal verdicts (${verdict}) one reason is told: they have a total order`, () => {
    const rows = everything(verdict)
    for (const [i, [reason]] of rows.entries()) {
      const rules: ScreeningRules = Object.assign({}, ...rows.slice(i).map(([, rule]) => rule))
      assert.deepEqual(verificationOf(rules, sandboxEmailRules, caught), {
        status: verdict,
        reason,
      })
    }
  })
}
