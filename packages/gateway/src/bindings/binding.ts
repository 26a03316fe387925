import type { Merchant } from '../merchants/index.ts'
import type { NetworkReferences } from '../networks/kki-switch/contract.ts'
import type { BindingId, BindingMessageId, MerchantId } from '../primitives/id.ts'
import { problems } from '../primitives/problem.ts'
import type { Secret } from '../primitives/secret.ts'
import type { RequestClaim } from '../requests/index.ts'
import type { BindingMessageKind, BindingMessageState, BindingState } from './machine.ts'

/** A card that a customer of a merchant binds, has bound, or had bound. */
export type Binding = {
  readonly merchantId: MerchantId
  readonly bindingId: BindingId
  readonly state: BindingState
  /** Ours. */
  readonly referenceNo: string
  readonly partnerReferenceNo: string | undefined
  /** X-EXTERNAL-ID of the call. */
  readonly externalId: string
  /** The merchant's name for the customer. */
  readonly custIdMerchant: string
  readonly cardFingerprint: Buffer
  readonly maskedCpan: string
  readonly issuer: string
  /** The account at the switch. */
  readonly acquirerId: string
  readonly mid: string
  readonly tid: string
  /** A payment binds it; there is no one-time password then. */
  readonly byPayment: boolean
  /** Of the hosted page; undefined where the merchant asks for the one-time password itself. */
  readonly pageId: string | undefined
  readonly successUrl: string | undefined
  readonly failedUrl: string | undefined
  /** How many one-time passwords were tried, of three. */
  readonly otpTries: number
  /** Undefined until the switch has sent one. Business time. */
  readonly otpExpiresAt: Date | undefined
  /** Why it failed: the switch's code (networks/kki-switch/response-codes.ts), TO, or 17 where the cardholder gave up. */
  readonly responseCode: string | undefined
  /** Pinned when the binding began. */
  readonly notificationUrl: string | undefined
  readonly createdAt: Date
  readonly settledAt: Date | undefined
}

/** One question to the switch about a binding, and what is known of its answer. */
export type BindingMessage = {
  readonly messageId: BindingMessageId
  readonly kind: BindingMessageKind
  readonly state: BindingMessageState
  readonly references: NetworkReferences
  /** Nobody sends after this instant, nobody resolves before it. Real time. */
  readonly askUntil: Date
  /** On a message that is open: it is being reversed, and cannot be approved any more. */
  readonly responseCode: string | undefined
  readonly createdAt: Date
}

/** A message with its binding. */
export type MessageOfBinding = { readonly binding: Binding; readonly message: BindingMessage }

/** A cardholder may enter three one-time passwords (sandbox.md, KKI test data). */
export const mostOtpTries = 3

/** Who asks, with the X-EXTERNAL-ID that the asking claims. */
type Claimed = {
  readonly merchant: Merchant
  readonly claim: RequestClaim
  readonly externalId: string
}

export type BindCardCommand = Claimed & {
  readonly partnerReferenceNo: string | undefined
  readonly custIdMerchant: string
  readonly card: { readonly cpan: Secret<string>; readonly ott: Secret<string> | undefined }
  readonly phoneNumber: string | undefined
  /** Whether the one-time password is entered on our page; else the merchant asks for it. */
  readonly hosted: boolean
  readonly successUrl: string | undefined
  readonly failedUrl: string | undefined
}

export type BindCardResult =
  /** Another request holds the X-EXTERNAL-ID. */
  | { readonly kind: 'duplicate' }
  /** `isAsked`: the switch has sent the one-time password; else its answer is still out. */
  | {
      readonly kind: 'begun'
      readonly binding: Binding
      readonly isAsked: boolean
      /** Names the session of the one-time password, and later the customer (B2B2C). */
      readonly authCode: string
    }
  | { readonly kind: 'refused'; readonly binding: Binding; readonly responseCode: string }

/** How a merchant may name the binding whose one-time password it has. */
export type BindingName =
  | { readonly by: 'authCode'; readonly value: string }
  | { readonly by: 'referenceNo'; readonly value: string }
  | { readonly by: 'partnerReferenceNo'; readonly value: string }
  | { readonly by: 'bankCardToken'; readonly value: string }

export type VerifyOtpCommand = Claimed & {
  readonly name: BindingName
  readonly otp: Secret<string>
}

export type VerifyOtpResult =
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'bound'; readonly binding: Binding; readonly bankCardToken: string }
  /** The switch has not answered; the binding may be bound or not. */
  | { readonly kind: 'in_progress'; readonly binding: Binding }
  | { readonly kind: 'refused'; readonly binding: Binding; readonly responseCode: string }

export type UnbindCardCommand = Claimed & { readonly bankCardToken: string }

export type UnbindCardResult =
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'unbinding'
      /** Ours, of this call. */
      readonly referenceNo: string
      readonly custIdMerchant: string
    }

/** A bound card as the list of tokens shows it. */
export type BoundCard = {
  readonly bankCardToken: string
  readonly custIdMerchant: string
  readonly maskedCpan: string
  readonly issuer: string
  readonly boundAt: Date
}

/** What the cardholder's browser is to see. */
export type OtpPage =
  | { readonly kind: 'not_found' }
  /** The switch's answer is out: to the binding, or to the one-time password. */
  | { readonly kind: 'waiting'; readonly binding: Binding }
  | {
      readonly kind: 'open'
      readonly binding: Binding
      readonly triesLeft: number
      /** What became of the one-time password that was just entered. */
      readonly notice?: 'wrong_otp'
    }
  /** Where to go, with referenceNo and status; undefined where the merchant gave no URL for it. */
  | {
      readonly kind: 'finished'
      readonly binding: Binding
      readonly isBound: boolean
      readonly redirectTo: string | undefined
    }

export const bindingProblems = problems({
  channel_not_activated: { says: 'The merchant has no account at the KKI switch.' },
  partner_reference_used: { says: 'The merchant has used this number of a binding before.' },
  already_bound: { says: 'The customer has bound this card already.' },
  binding_not_found: { says: 'The merchant has no such binding.' },
  otp_not_open: { says: 'The binding waits for no one-time password.' },
  otp_not_sent: { says: 'The switch has not answered yet: no one-time password was sent.' },
  otp_tries_used: { says: 'Three one-time passwords were wrong, and the binding has failed.' },
  otp_expired: { says: 'The time for the one-time password is over.' },
  bank_card_token_not_found: { says: 'The merchant has no such active bankCardToken.' },
  binding_ended_by_reset: { says: 'The sandbox was reset while this request was in flight.' },
})
