/**
 * What the gateway asks of the switch of Kartu Kredit Indonesia (ALTO, and behind it the issuers). A
 * connector receives a command and returns an outcome, sees no merchant and no payment row, and a
 * command holds all that its message needs. `unknown` is an answer of its own: a lost answer is not a
 * refusal. `pending` is one too, because a cardholder decides in the issuer's app (design.md 2).
 */
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

/** What every message says of where and what it is. */
type Message = {
  readonly references: NetworkReferences
  /** The account: ISO 8583 fields 42 and 41. */
  readonly mid: string
  readonly tid: string
  /** Who sells. */
  readonly subMerchantId: string
  /** The merchant's number of the payment or binding; a binding may have none. */
  readonly partnerReferenceNo: string | undefined
  /** The merchant's name for the customer; a payment may have none. */
  readonly custIdMerchant: string | undefined
}

/** A card, as the customer gives it. Neither is stored: the OTT is worth nothing a second time. */
export type PresentedCard = {
  /** The customer PAN, up to 20 digits; it has no check digit (wire.md 7.1). */
  readonly cpan: Secret<string>
  /** One-time token of the issuer's app, 8 digits. */
  readonly ott: Secret<string>
}

export type BindCommand = Message & {
  readonly custIdMerchant: string
  /** The OTT is checked where the merchant sent one (wire.md 7.5). */
  readonly card: { readonly cpan: Secret<string>; readonly ott: Secret<string> | undefined }
  /** Where the one-time password goes, if not where the issuer knows. */
  readonly phoneNumber: string | undefined
}

export type OtpCommand = Message & {
  readonly otp: Secret<string>
  /** The binding. */
  readonly original: OriginalMessage & { readonly kind: 'bind' }
}

export type UnbindCommand = Message & {
  /** What the approval of its binding called it. */
  readonly account: string
}

export type PayCommand = Message & {
  readonly partnerReferenceNo: string
  /** Ours, as the merchant knows it: what the cardholder sees in the issuer's app. */
  readonly referenceNo: string
  readonly amount: Money
  readonly source:
    | {
        readonly kind: 'card'
        readonly card: PresentedCard
        /** Binds the card for this customer as well; `custIdMerchant` is then needed. */
        readonly binds: boolean
      }
    | {
        readonly kind: 'account'
        readonly account: string
        /** What the merchant knows of the cardholder's device (wire.md 7.3). */
        readonly device:
          | { readonly deviceId: string; readonly originalRequestId: string | undefined }
          | undefined
      }
}

export type RefundCommand = Message & {
  /** What is given back: the whole payment or a part of it. */
  readonly amount: Money
  readonly original: OriginalMessage & { readonly kind: 'pay'; readonly amount: Money }
}

/** Every message that decides something. */
export type MessageKind = 'bind' | 'otp' | 'unbind' | 'pay' | 'refund'

/** The message that another one is about: field 90, original data elements. */
export type OriginalMessage = {
  readonly kind: MessageKind
  readonly references: NetworkReferences
  readonly amount: Money | undefined
}

/** An inquiry: its own references, and the message that it is about. */
export type InquireCommand = Message & { readonly original: OriginalMessage }

/**
 * What can be undone. A binding that was only begun does nothing, and an unbinding holds no secret:
 * it is sent again until it is decided.
 */
export type ReverseCommand = Message & {
  readonly original: OriginalMessage & { readonly kind: 'otp' | 'pay' | 'refund' }
}

/** No answer, or none that can be trusted: the switch may or may not have done it. */
type Unknown = { readonly kind: 'unknown'; readonly reason: string }

export type KkiOutcome =
  | {
      readonly kind: 'approved'
      readonly responseCode: string
      readonly approvalCode: string
      /** Of a binding that began: until then its one-time password is taken. */
      readonly otpExpiresAt?: Date | undefined
      /**
       * Of a message that bound a card: the switch's name for it. It is worth something only between
       * this switch and the merchant's account.
       */
      readonly account?: string | undefined
    }
  /** `responseCode`: response-codes.ts says what it means. */
  | { readonly kind: 'refused'; readonly responseCode: string }
  /**
   * Taken and not decided: a payment waits for the cardholder, an unbinding for the issuer. At
   * `decidedBy`, in business time, at the latest, an inquiry finds the decision.
   */
  | { readonly kind: 'pending'; readonly decidedBy: Date }
  | Unknown

/** What an inquiry found: what the original message is answered now, or that it never arrived. */
export type InquiryOutcome = KkiOutcome | { readonly kind: 'not_found' }

/** Whether a reversal was taken: then the original does not stand, whether it ever arrived or not. */
export type ReversalOutcome = { readonly kind: 'acknowledged' } | Unknown

/** Which message has been decided since it was pending. */
export type Decided = { readonly mid: string; readonly rrn: string; readonly kind: MessageKind }

/** What a switch can do; the resolver and the refunds go by it. */
export type KkiCapabilities = {
  /** Answers what became of a message. Without it, what is unknown or pending is reversed. */
  readonly inquiry: boolean
  /** Gives back a part of a payment. Without it, a refund takes back the whole. */
  readonly partialRefund: boolean
}

/**
 * `deadline` aborts when the answer is waited for no longer: the outcome is then `unknown`, at once,
 * and nothing is sent any more. No verb throws for what happens on the way; that too is `unknown`.
 * A message that is sent again (same kind, account and references) is not done again: it gets its
 * first decision, `pending` until there is one, or a refusal once it was reversed. conformance.ts
 * tests all this.
 */
export type KkiSwitch = {
  readonly capabilities: KkiCapabilities
  /** Checks a card and begins its binding: the issuer sends the cardholder a one-time password. */
  bind(command: BindCommand, deadline: AbortSignal): Promise<KkiOutcome>
  /** Ends a binding; each try is a message of its own. The third wrong one fails the binding. */
  verifyOtp(command: OtpCommand, deadline: AbortSignal): Promise<KkiOutcome>
  /** Ends the use of an account, at once; `pending` until the issuer has done his part. */
  unbind(command: UnbindCommand, deadline: AbortSignal): Promise<KkiOutcome>
  pay(command: PayCommand, deadline: AbortSignal): Promise<KkiOutcome>
  /** Gives back what was paid, or part of it. */
  refund(command: RefundCommand, deadline: AbortSignal): Promise<KkiOutcome>
  /** What a message is answered now. It decides nothing itself. */
  inquire(command: InquireCommand, deadline: AbortSignal): Promise<InquiryOutcome>
  /**
   * Undoes a message; one that arrives after its reversal is refused. What another message has bound
   * too stays bound. Repeatable.
   */
  reverse(command: ReverseCommand, deadline: AbortSignal): Promise<ReversalOutcome>
  /**
   * Calls back when a pending message was decided; returns what ends it. A hint to inquire at once
   * and no more: it names no decision, may come twice, to one of several processes or, after a
   * crash, not at all. Who missed it inquires by `decidedBy`.
   */
  onDecided(listener: (decided: Decided) => void | Promise<void>): () => void
}
