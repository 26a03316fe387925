/**
 * Screening: a merchant's fraud rules say APPROVE, REVIEW or REJECT before an acquirer is asked.
 * A REJECT is answered with response code RJ (wire.md 5.3) and nothing is asked.
 */

export type Verification = {
  readonly status: 'APPROVE' | 'REVIEW' | 'REJECT'
  readonly reason: string
}

export type ScreeningRule = { readonly emailDomain: string } & Verification

export type Screening = {
  screen(charge: { email: string | undefined }): Verification
}

/** The rules of the sandbox (sandbox.md): `.example` names belong to nobody (RFC 2606). */
export const sandboxScreeningRules: readonly ScreeningRule[] = [
  { emailDomain: 'reject.example', status: 'REJECT', reason: 'Decision E-mail Domain Rejected' },
  { emailDomain: 'review.example', status: 'REVIEW', reason: 'Decision E-mail Domain In Review' },
]

export function createScreening(rules: readonly ScreeningRule[]): Screening {
  return {
    screen: ({ email }) => {
      const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase()
      const rule = rules.find(({ emailDomain }) => emailDomain === domain)
      if (!rule) return { status: 'APPROVE', reason: 'Decision No Rules Triggered' }
      return { status: rule.status, reason: rule.reason }
    },
  }
}
