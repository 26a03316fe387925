import type { AuthenticationProof } from '../networks/card-acquirer/contract.ts'
import type { CardId, MerchantId } from '../primitives/id.ts'
import type { Money } from '../primitives/money.ts'
import { problems } from '../primitives/problem.ts'
import type { CardDescription } from '../routing/index.ts'
import type { AuthenticationState } from './machine.ts'

/** An authentication as it is kept. */
export type Authentication = {
  readonly merchantId: MerchantId
  /** 64 lower-case hexadecimal digits. */
  readonly authenticationId: string
  readonly state: AuthenticationState
  readonly amount: Money
  readonly invoiceNumber: string | undefined
  readonly cardId: CardId
  readonly card: CardDescription
  readonly cardFingerprint: Buffer
  readonly callbackUrlSuccess: string
  readonly callbackUrlFailed: string
  readonly pageId: string
  /** Why it failed: N, U, R, unreachable, cancelled, wrong_password. */
  readonly failure: string | undefined
  readonly version: string | undefined
  readonly passwordTries: number
  readonly askUntil: Date
  readonly expiresAt: Date
}

/** The card and the proof that a charge takes over from the authentication it uses up. */
export type UsedAuthentication = { readonly cardId: CardId } & AuthenticationProof

/** A cardholder may enter three passwords (sandbox.md, The page). */
export const mostPasswordTries = 3

/** An authentication lives 15 minutes (sandbox.md, The page). */
export const authenticationLifetimeMs = 15 * 60_000

export const threeDSecureProblems = problems({
  three_d_secure_not_configured: {
    says: 'This merchant does not have three d secure configuration.',
  },
  three_d_secure_unreachable: {
    says: 'The card takes no part in 3-D Secure, or its directory server cannot be reached.',
  },
  invoice_number_too_long: { says: 'The acquirer of this card takes a shorter invoice number.' },
  token_not_found: { says: 'The merchant has no such card token.' },
  card_expired: { says: 'The card of the token has expired.' },
  authentication_not_usable: { says: 'No finished, unused authentication fits this charge.' },
  ended_by_reset: { says: 'The sandbox was reset while this request was in flight.' },
})
