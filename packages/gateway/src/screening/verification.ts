/**
 * What a merchant's rules say of a charge: pure. Every rule that a charge runs into has a verdict;
 * the strictest is told, and of equals the one that stands first in `checks`.
 */
import type { ScreeningRules, Verdict } from '../merchants/index.ts'
import { type Money, wholeRupiah } from '../primitives/money.ts'

export type Verification = {
  readonly status: 'APPROVE' | 'REVIEW' | 'REJECT'
  readonly reason: string
}

/** What the rules ask of a charge. */
export type ScreenedFacts = {
  readonly email: string | undefined
  readonly amount: Money
  /** The merchant's own hash of the card number (`vault.hashedCardNumber`). */
  readonly hashedCardNumber: string
  /** Of the card's issuer; undefined where the BIN table does not know it. */
  readonly country: string | undefined
  /** Tries of the card within the hour, this one too; undefined where no rule asks. */
  readonly tries: number | undefined
}

/** A rule of the gateway's own, the same for all merchants. */
export type EmailRule = { readonly emailDomain: string } & Verification

type Check = {
  readonly reason: string
  /** The rule's verdict where the charge runs into it. */
  readonly verdictOf: (rules: ScreeningRules, facts: ScreenedFacts) => Verdict | undefined
}

/** From the reason that says most to the one that says least. */
const checks: readonly Check[] = [
  {
    reason: 'Decision Card Blocked',
    verdictOf: ({ blockedCards }, { hashedCardNumber }) =>
      verdictIf(blockedCards, blockedCards?.hashedCardNumbers.includes(hashedCardNumber)),
  },
  {
    reason: 'Decision E-mail Domain Blocked',
    verdictOf: ({ blockedEmailDomains }, { email }) =>
      verdictIf(blockedEmailDomains, blockedEmailDomains?.domains.includes(domainOf(email) ?? '')),
  },
  {
    reason: 'Decision BIN Country Blocked',
    verdictOf: ({ blockedCountries }, { country }) =>
      verdictIf(blockedCountries, blockedCountries?.countries.includes(country ?? '')),
  },
  {
    reason: 'Decision BIN Country Not Allowed',
    verdictOf: ({ allowedCountries }, { country }) =>
      verdictIf(allowedCountries, !allowedCountries?.countries.includes(country ?? '')),
  },
  {
    reason: 'Decision Too Many Tries Of Card',
    verdictOf: ({ mostTriesPerHour }, { tries }) =>
      verdictIf(mostTriesPerHour, (tries ?? 0) > (mostTriesPerHour?.tries ?? 0)),
  },
  {
    reason: 'Decision Amount Above Limit',
    verdictOf: ({ mostAmount }, { amount }) =>
      verdictIf(mostAmount, wholeRupiah(amount) > (mostAmount?.amount ?? 0)),
  },
]

const nothingFound: Verification = { status: 'APPROVE', reason: 'Decision No Rules Triggered' }

/** The strictest verdict on a charge, with its reason. */
export function verificationOf(
  rules: ScreeningRules,
  emailRules: readonly EmailRule[],
  facts: ScreenedFacts,
): Verification {
  const found: Verification[] = checks.flatMap(({ reason, verdictOf }) => {
    const status = verdictOf(rules, facts)
    return status ? [{ status, reason }] : []
  })
  return strictest([...found, emailVerification(emailRules, facts.email)])
}

/** What the gateway's own rules say of an e-mail address. */
function emailVerification(
  emailRules: readonly EmailRule[],
  email: string | undefined,
): Verification {
  const rule = emailRules.find(({ emailDomain }) => emailDomain === domainOf(email))
  return rule ? { status: rule.status, reason: rule.reason } : nothingFound
}

function strictest(found: readonly Verification[]): Verification {
  return (
    found.find(({ status }) => status === 'REJECT') ??
    found.find(({ status }) => status === 'REVIEW') ??
    nothingFound
  )
}

function verdictIf(
  rule: { readonly verdict: Verdict } | undefined,
  applies: boolean | undefined,
): Verdict | undefined {
  return rule && applies ? rule.verdict : undefined
}

function domainOf(email: string | undefined): string | undefined {
  return email?.slice(email.lastIndexOf('@') + 1).toLowerCase()
}
