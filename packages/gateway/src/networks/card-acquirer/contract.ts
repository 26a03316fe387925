/**
 * What the gateway asks of a card acquirer, whatever its line protocol. A connector receives a
 * command and returns an outcome; it sees no merchant and no payment row. `unknown` is an answer of
 * its own: a lost answer is not a refusal (design.md 2).
 */
import type { CardExpiry } from '../../primitives/card-expiry.ts'
import type { Money } from '../../primitives/money.ts'
import type { Secret } from '../../primitives/secret.ts'

/** Stored before the message is sent, so that it can be inquired about without memory of it. */
export type NetworkReferences = {
  /** ISO 8583 field 11, 6 digits. */
  readonly stan: string
  /** ISO 8583 field 37, 12 characters. */
  readonly rrn: string
  /** ISO 8583 field 7. */
  readonly transmittedAt: Date
}

/** What a 3-D Secure authentication adds to an authorization request. */
export type AuthenticationProof = {
  readonly eci: string
  readonly cryptogram: string | undefined
  readonly directoryServerTransactionId: string | undefined
  readonly version: string | undefined
}

export type SaleCommand = {
  readonly references: NetworkReferences
  /** The account: ISO 8583 fields 42 and 41. */
  readonly mid: string
  readonly tid: string
  /** Who sells, where the account is a payment facilitator's. */
  readonly subMerchantId: string
  readonly invoiceNumber: string
  readonly descriptor: string | undefined
  readonly amount: Money
  readonly card: {
    readonly number: Secret<string>
    readonly expiry: CardExpiry
    readonly cvv: Secret<string> | undefined
  }
  readonly authentication: AuthenticationProof | undefined
}

export type AcquirerOutcome =
  | { readonly kind: 'approved'; readonly responseCode: string; readonly approvalCode: string }
  | { readonly kind: 'refused'; readonly responseCode: string }
  /** No answer, or none that can be trusted: the acquirer may or may not have done it. */
  | { readonly kind: 'unknown'; readonly reason: string }

export type CardAcquirer = {
  readonly acquirerId: string
  /**
   * Authorizes and captures in one message (ISO 8583 0200).
   * @param deadline aborts when the answer is waited for no longer; the outcome is then `unknown`
   */
  sale(command: SaleCommand, deadline: AbortSignal): Promise<AcquirerOutcome>
}
