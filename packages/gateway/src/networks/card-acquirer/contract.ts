/**
 * What the gateway asks of a card acquirer, whatever its line protocol. A connector receives a
 * command and returns an outcome; it sees no merchant and no payment row, and a command holds all
 * that its message needs, so that a link may be stateful or not. `unknown` is an answer of its own:
 * a lost answer is not a refusal (design.md 2).
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

/** What every message says of where and what it is. */
type Message = {
  readonly references: NetworkReferences
  /** The account: ISO 8583 fields 42 and 41. */
  readonly mid: string
  readonly tid: string
  /** Who sells, where the account is a payment facilitator's. */
  readonly subMerchantId: string
  readonly invoiceNumber: string
  readonly amount: Money
}

/** How the cardholder pays, where it is not a plain purchase. */
export type PaymentTerms =
  | {
      readonly kind: 'installment'
      readonly planId?: string | undefined
      /** Months. */
      readonly tenor: number
    }
  | { readonly kind: 'moto' }
  | {
      readonly kind: 'recurring'
      readonly billingNumber: string
      /** 1 for the first payment of the agreement. */
      readonly ordinal: number
      readonly variability: 'FIXED' | 'VARIABLE'
      /** What the acquirer answered to the first payment, where it answered any. */
      readonly billingTransactionId?: string | undefined
    }

export type SaleCommand = Message & {
  readonly descriptor: string | undefined
  readonly card: {
    readonly number: Secret<string>
    readonly expiry: CardExpiry
    readonly cvv: Secret<string> | undefined
  }
  readonly authentication: AuthenticationProof | undefined
  readonly terms?: PaymentTerms | undefined
}

export type MessageKind = 'sale' | 'authorize' | 'capture' | 'void' | 'refund'

/** The message that another one is about: field 90, original data elements. */
export type OriginalMessage = {
  readonly kind: MessageKind
  readonly references: NetworkReferences
  /** Of the approval; undefined where its answer was lost. */
  readonly approvalCode: string | undefined
  readonly amount: Money
}

/** A capture, void or refund: of an approved sale, authorization or capture. */
export type FollowUpCommand = Message & { readonly original: OriginalMessage }

/** An inquiry or a reversal: its own references, and the message that it is about. */
export type AboutCommand = FollowUpCommand

export type AcquirerOutcome =
  | {
      readonly kind: 'approved'
      readonly responseCode: string
      readonly approvalCode: string
      /** Bank Mandiri's, on the first payment of a recurring agreement. */
      readonly billingTransactionId?: string | undefined
    }
  | {
      readonly kind: 'refused'
      readonly responseCode: string
      /** A void came after the batch was closed: what was captured can only be refunded. */
      readonly batchClosed?: boolean | undefined
    }
  /** No answer, or none that can be trusted: the acquirer may or may not have done it. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** What an inquiry found: the decision on the original message, or that it never arrived. */
export type InquiryOutcome = AcquirerOutcome | { readonly kind: 'not_found' }

/** Whether a reversal was taken: then the original does not stand, whether it ever arrived or not. */
export type ReversalOutcome =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'unknown'; readonly reason: string }

/** What an acquirer can do; the resolver and the refunds go by it. */
export type AcquirerCapabilities = {
  /** Answers what became of a message. Without it, what is unknown is reversed. */
  readonly inquiry: boolean
  /** Voids before the batch is closed. Without it, a refund waits for the settlement. */
  readonly void: boolean
  /** Releases a part of an authorization, as the rest of one that was captured in part. */
  readonly partialReversal: boolean
  /** Refunds by message. Without it, people at the bank do, over days. */
  readonly onlineRefund: boolean
}

/**
 * `deadline` aborts when the answer is waited for no longer: the outcome is then `unknown`, at once,
 * and nothing is sent any more. No verb throws for what happens on the way; that too is `unknown`.
 * A message that is sent again (same kind, account and references) is not done again: it gets its
 * first decision, or a refusal once it was reversed. What the capabilities deny is refused where it can be, else `unknown`; it is never
 * called done. conformance.ts tests all this.
 */
export type CardAcquirer = {
  readonly acquirerId: string
  readonly capabilities: AcquirerCapabilities
  /** Authorizes and captures in one message (ISO 8583 0200). */
  sale(command: SaleCommand, deadline: AbortSignal): Promise<AcquirerOutcome>
  /** Holds an amount without taking it (0100). */
  authorize(command: SaleCommand, deadline: AbortSignal): Promise<AcquirerOutcome>
  /** Takes an authorized amount or less of it, once (0220, or 0200 with the original's data). */
  capture(command: FollowUpCommand, deadline: AbortSignal): Promise<AcquirerOutcome>
  /**
   * Takes back a whole sale or capture before its batch is closed, or a whole authorization that was
   * not captured; `amount` is the original's.
   */
  void(command: FollowUpCommand, deadline: AbortSignal): Promise<AcquirerOutcome>
  /** Gives back what was captured, or part of it (0200, processing code 20). */
  refund(command: FollowUpCommand, deadline: AbortSignal): Promise<AcquirerOutcome>
  /** What became of a message. */
  inquire(command: AboutCommand, deadline: AbortSignal): Promise<InquiryOutcome>
  /**
   * Undoes a message (0400); one that arrives after its reversal is refused. Repeatable (0401). An
   * `amount` below that of an original authorization releases only so much of it (field 95).
   */
  reverse(command: AboutCommand, deadline: AbortSignal): Promise<ReversalOutcome>
  /**
   * Closes the account's batch of what was captured; a void is refused from then on (0500). The same
   * batch again takes nothing that was captured since.
   */
  closeBatch(
    command: { readonly mid: string; readonly tid: string; readonly batchId: string },
    deadline: AbortSignal,
  ): Promise<{ readonly kind: 'closed' } | { readonly kind: 'unknown'; readonly reason: string }>
}
