/**
 * Screening: a merchant's fraud rules say APPROVE, REVIEW or REJECT before an acquirer is asked.
 * A REJECT is answered with response code RJ (wire.md 5.3) and nothing is asked. The rules came
 * with the merchant; only the rule that counts tries asks the database. Next: verification.ts, what
 * the rules say; card-tries.store.ts, what the counting promises.
 */
import type { Merchant } from '../merchants/index.ts'
import { batching, type Database } from '../platform/database/index.ts'
import type { OperationId } from '../primitives/id.ts'
import { type CardTry, countTries, keepTries } from './card-tries.store.ts'
import {
  type EmailRule,
  type ScreenedFacts,
  type Verification,
  verificationOf,
} from './verification.ts'

export type { EmailRule, Verification } from './verification.ts'

/** A charge before it is begun. */
export type ScreenedCharge = Omit<ScreenedFacts, 'tries'> & {
  /** Of the operation to come: a charge that is screened again is still one try. */
  readonly operationId: OperationId
  /** Business time. */
  readonly at: Date
}

export type Screening = {
  /** What the gateway's and the merchant's rules say of a charge; counts it as a try of its card. */
  verify(
    merchant: Pick<Merchant, 'merchantId' | 'screeningRules'>,
    charge: ScreenedCharge,
  ): Promise<Verification>
}

/** Tables emptied by a sandbox reset; rules are settings and stay. */
export const screeningTables = ['card_tries'] as const

/** The rules of the sandbox (sandbox.md): `.example` names belong to nobody (RFC 2606). */
export const sandboxEmailRules: readonly EmailRule[] = [
  { emailDomain: 'reject.example', status: 'REJECT', reason: 'Decision E-mail Domain Rejected' },
  { emailDomain: 'review.example', status: 'REVIEW', reason: 'Decision E-mail Domain In Review' },
]

export function createScreening(deps: {
  readonly database: Database
  /** The gateway's own. */
  readonly emailRules: readonly EmailRule[]
  /** Repeats a statement that lost its connection or against another. */
  readonly repeat: <T>(work: () => Promise<T>) => Promise<T>
}): Screening {
  const { database, emailRules, repeat } = deps
  const countTry = batching<CardTry, number>({
    run: async (tries) => {
      await repeat(() => keepTries(database, tries))
      return repeat(() => countTries(database, tries))
    },
    // Two of one card would both be counted before either is: here they can take turns.
    keysOf: ({ merchantId, hashedCardNumber }) => [`${merchantId} ${hashedCardNumber}`],
    equalsWait: true,
  })
  return {
    verify: async ({ merchantId, screeningRules: rules }, charge) => {
      const { operationId, hashedCardNumber, at } = charge
      const most = rules.mostTriesPerHour?.tries
      const tries =
        most === undefined
          ? undefined
          : await countTry({ merchantId, operationId, hashedCardNumber, at, most })
      return verificationOf(rules, emailRules, { ...charge, tries })
    },
  }
}
