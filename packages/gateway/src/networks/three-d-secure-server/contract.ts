/**
 * What the gateway asks of a 3-D Secure server (EMV 3-D Secure 2.x, the 3DS Server role):
 * authenticate a card for an order, and where the issuer wants a challenge, pass on what the
 * cardholder enters. Transaction statuses are those of EMV 3DS: Y, A, N, U, R and C.
 */
import type { CardExpiry } from '../../primitives/card-expiry.ts'
import type { Money } from '../../primitives/money.ts'
import type { Secret } from '../../primitives/secret.ts'
import type { CardBrand } from './electronic-commerce-indicator.ts'

/** What the cardholder's browser tells (EMV 3DS browser information), as far as it is known. */
export type BrowserInformation = {
  readonly userAgent: string | undefined
  readonly language: string | undefined
  readonly ipAddress: string | undefined
}

export type AuthenticationCommand = {
  /** Ours; the same reference again is the same authentication, not a second one. */
  readonly reference: string
  readonly card: {
    readonly number: Secret<string>
    readonly expiry: CardExpiry
    readonly brand: CardBrand
  }
  readonly order: { readonly amount: Money; readonly invoiceNumber: string | undefined }
  readonly merchantName: string
  /** Absent where only the merchant's server has spoken yet, as at check-three-d-secure. */
  readonly browser: BrowserInformation | undefined
}

/** What a finished authentication proves, and to whom it can be shown. */
export type Authentication = {
  readonly eci: string
  /** CAVV, AAV or AEVV in base64; none where the card is not enrolled. */
  readonly cryptogram: string | undefined
  readonly directoryServerTransactionId: string | undefined
  readonly version: string | undefined
}

export type AuthenticationOutcome =
  /** Status Y. */
  | ({ readonly kind: 'authenticated' } & Authentication)
  /** Status A: the issuer could not, the scheme stands in. */
  | ({ readonly kind: 'attempted' } & Authentication)
  /** The card's range takes no part; a charge may go on without proof. */
  | ({ readonly kind: 'not_enrolled' } & Authentication)
  /** Status C: the cardholder must be asked. */
  | { readonly kind: 'challenge'; readonly version: string }
  /** Status N, U or R, or a challenge that was not passed. */
  | { readonly kind: 'failed'; readonly status: 'N' | 'U' | 'R'; readonly version: string }
  /** No directory server, or no answer in time. */
  | { readonly kind: 'unreachable'; readonly reason: string }

/** What becomes of one entered password. */
export type ChallengeOutcome =
  | ({ readonly kind: 'authenticated' } & Authentication)
  | { readonly kind: 'wrong_password' }
  | { readonly kind: 'unreachable'; readonly reason: string }

export type ThreeDSecureServer = {
  /** @param deadline aborts when the answer is waited for no longer: `unreachable` */
  authenticate(
    command: AuthenticationCommand,
    deadline: AbortSignal,
  ): Promise<AuthenticationOutcome>
  /** Passes on what the cardholder entered in a challenge. Counting the tries is the caller's. */
  answerChallenge(
    reference: string,
    password: Secret<string>,
    deadline: AbortSignal,
  ): Promise<ChallengeOutcome>
  /** How an authentication stands by now; undefined where the server never heard of it. */
  findResult(reference: string, deadline: AbortSignal): Promise<AuthenticationOutcome | undefined>
}
