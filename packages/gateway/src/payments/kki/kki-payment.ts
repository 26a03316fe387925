/** What may be asked about payments by Kartu Kredit Indonesia, and what comes back. */
import type { Merchant } from '../../merchants/index.ts'
import type { Money } from '../../primitives/money.ts'
import { problems } from '../../primitives/problem.ts'
import type { Secret } from '../../primitives/secret.ts'
import type { RequestClaim } from '../../requests/index.ts'
import type { Operation, OperationOfPayment, Payment } from '../payment.ts'

/** Who asks, with the X-EXTERNAL-ID that the asking claims. */
type Claimed = {
  readonly merchant: Merchant
  readonly claim: RequestClaim
  readonly externalId: string
}

export type PayByKkiCommand = Claimed & {
  readonly partnerReferenceNo: string
  readonly amount: Money
  readonly source:
    | {
        readonly kind: 'card'
        readonly cpan: Secret<string>
        readonly ott: Secret<string>
        /** Binds the card for the customer, who must then be named. */
        readonly binds: boolean
      }
    | {
        readonly kind: 'token'
        readonly bankCardToken: string
        readonly device:
          | { readonly deviceId: string; readonly originalRequestId: string | undefined }
          | undefined
      }
  /** `id`: the merchant's name for the customer. */
  readonly customer: { readonly id: string; readonly name: string | undefined } | undefined
  /** As the merchant sent them: told again in the notification. */
  readonly lineItems: unknown
}

export type PayByKkiResult =
  /** Another request holds the X-EXTERNAL-ID. */
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'asked'
      /** `captured` is paid; `pending` waits for the cardholder or the switch; or `refused`. */
      readonly payment: Payment
      /** The token of the card that was to be bound; undefined unless it was. */
      readonly bankCardToken: string | undefined
    }

/** How a merchant names a payment: all that are given must fit. */
export type KkiPaymentName = {
  readonly partnerReferenceNo?: string | undefined
  readonly referenceNo?: string | undefined
  readonly externalId?: string | undefined
}

export type RefundKkiCommand = Claimed & {
  readonly original: KkiPaymentName
  readonly partnerRefundNo: string
  readonly amount: Money
  readonly reason: string | undefined
}

export type RefundKkiResult =
  | { readonly kind: 'duplicate' }
  /** The refund of this partnerRefundNo as it stands, also where an earlier call began it. */
  | ({ readonly kind: 'done' } & OperationOfPayment)

/** A payment with its refunds, the oldest first. */
export type KkiStatus = { readonly payment: Payment; readonly refunds: readonly Operation[] }

export const kkiProblems = problems({
  channel_not_activated: { says: 'The merchant has no account at the KKI switch.' },
  partner_reference_used: { says: 'The merchant has used this number of a payment before.' },
  bank_card_token_not_found: { says: 'The merchant has no such active bankCardToken.' },
  already_bound: { says: 'The card is being bound by another payment, or is being unbound.' },
  partner_refund_used: { says: 'This number of a refund was used before, with other data.' },
  partial_refund_unknown: { says: 'The switch gives back whole payments only.' },
})
