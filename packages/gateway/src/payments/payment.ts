import type { Billing } from '../agreements/index.ts'
import type { PaymentType } from '../merchants/index.ts'
import type { NetworkReferences } from '../networks/card-acquirer/contract.ts'
import type { BindingId, CardId, MerchantId, OperationId, PaymentId } from '../primitives/id.ts'
import type { Money } from '../primitives/money.ts'
import { problems } from '../primitives/problem.ts'
import type { Brand, CardDescription } from '../routing/index.ts'
import type { Verification } from '../screening/index.ts'
import type { OperationKind, OperationState, PaymentState } from './machines.ts'

/** What a type adds to a charge; stored, because a lost answer is finished without the request. */
export type ChargeTerms =
  | {
      readonly kind: 'installment'
      /** Months. */
      readonly tenor: number
      readonly planId?: string | undefined
    }
  | { readonly kind: 'moto' }
  | ({ readonly kind: 'recurring' } & Billing)

/** How a payment came in, as `channel.id` and `additionalInfo.channel` call it. */
export type Channel = 'CREDIT_CARD' | 'KARTU_KREDIT_INDONESIA'

/** A payment as a merchant may see it, and as the changing of it needs it. */
export type Payment = {
  readonly merchantId: MerchantId
  readonly paymentId: PaymentId
  readonly state: PaymentState
  readonly channel: Channel
  readonly type: PaymentType
  /** Request-Id of the charge; X-EXTERNAL-ID of a KKI payment. */
  readonly requestId: string
  /** partnerReferenceNo of a KKI payment. */
  readonly invoiceNumber: string
  /** Ours, of a KKI payment: the issuer's app knows it too. */
  readonly referenceNo: string | undefined
  readonly amount: Money
  /** How much of the amount the acquirer holds or took, was captured, was given back. */
  readonly authorized: Money
  readonly captured: Money
  readonly refunded: Money
  /** Of refunds that are asked and not answered. */
  readonly reserved: Money
  readonly descriptor: string | undefined
  /** As the merchant sent it: id, name, email, phone, address, country. */
  readonly customer: Readonly<Record<string, string>> | undefined
  readonly additionalInfo: unknown
  /** Empty where no card is kept: of KKI none is. */
  readonly cardId: CardId
  readonly card: CardDescription<Brand | 'KKI'>
  /** Of KKI: the bound card that paid, or (`bindsCard`) that the approval binds. */
  readonly bindingId: BindingId | undefined
  readonly bindsCard: boolean
  readonly acquirerId: string
  readonly mid: string
  readonly tid: string
  readonly authenticationId: string | undefined
  readonly eci: string
  readonly terms: ChargeTerms | undefined
  /** Bank Mandiri's answer to the first payment of an agreement. */
  readonly billingTransactionId: string | undefined
  /** The token that was charged, or that the approval made. */
  readonly cardToken: string | undefined
  /** The token that an approval makes, unless the customer has one for this card. */
  readonly newToken: string | undefined
  readonly verification: Verification
  /** Of the acquirer; RJ where the screening rejected. Undefined while nothing is known. */
  readonly responseCode: string | undefined
  readonly approvalCode: string | undefined
  /** What an AUTHORIZE is captured by: 17 digits. */
  readonly authorizeId: string | undefined
  /** The end of the hold of an AUTHORIZE. */
  readonly captureUntil: Date | undefined
  /** The operation that charged, the one that captured (the same for a sale), the one under way. */
  readonly chargeOperationId: OperationId
  readonly captureOperationId: OperationId | undefined
  readonly openOperationId: OperationId | undefined
  /** Kept out of the settlement until it is released. */
  readonly settlementHeld: boolean
  /** The settlement batch that closed over it. */
  readonly batchId: string | undefined
  /** The acquirer closed its own batch over it before ours was closed: it can only be refunded. */
  readonly voidClosed: boolean
  /** Pinned when the payment began. */
  readonly notificationUrl: string | undefined
  readonly createdAt: Date
  readonly settledAt: Date | undefined
}

/** The caller of a refund does not choose its type (wire.md 4.8). */
export type RefundType =
  | 'VOID'
  | 'PARTIAL_REFUND'
  | 'FULL_REFUND'
  | 'MANUAL_PARTIAL_REFUND'
  | 'MANUAL_FULL_REFUND'

/** One question to an acquirer, and what is known of its answer. */
export type Operation = {
  readonly operationId: OperationId
  readonly kind: OperationKind
  readonly state: OperationState
  readonly amount: Money
  readonly references: NetworkReferences
  /** Nobody sends after this instant, nobody resolves before it. Real time. */
  readonly askUntil: Date
  /** The operation that this one is about: its message is the original of this one's. */
  readonly originalOperationId: OperationId | undefined
  /** Of the call that asked for it; undefined where the gateway did by itself. */
  readonly requestId: string | undefined
  readonly refundType: RefundType | undefined
  /** Of a KKI refund: our number, the merchant's, and why. */
  readonly referenceNo: string | undefined
  readonly partnerReferenceNo: string | undefined
  readonly reason: string | undefined
  /** On an operation that is open: it is being reversed, and cannot be approved any more. */
  readonly responseCode: string | undefined
  readonly approvalCode: string | undefined
  readonly createdAt: Date
  readonly settledAt: Date | undefined
}

type KnownAtBegin = 'operationId' | 'kind' | 'amount' | 'references' | 'askUntil' | 'createdAt'

/** An operation that is about to begin. */
export function newOperation<Kind extends OperationKind>(
  known: Pick<Operation, KnownAtBegin> & Partial<Operation> & { readonly kind: Kind },
): Operation & { readonly kind: Kind } {
  return {
    state: 'asked',
    originalOperationId: undefined,
    requestId: undefined,
    refundType: undefined,
    referenceNo: undefined,
    partnerReferenceNo: undefined,
    reason: undefined,
    responseCode: undefined,
    approvalCode: undefined,
    settledAt: undefined,
    ...known,
  }
}

/** What was never answered is refused with the code of a time-out (wire.md 5.3). */
export const noAnswerCode = 'TO'

/** An operation with its payment. */
export type OperationOfPayment = { readonly payment: Payment; readonly operation: Operation }

export const paymentProblems = problems({
  no_route: { says: 'No acquirer of the merchant takes this card.' },
  token_not_found: { says: 'The merchant, or this customer of his, has no such card token.' },
  card_expired: { says: 'The card of the token has expired.' },
  authentication_reused: { says: 'The merchant’s own authentication has paid before.' },
  double_request: { says: 'Another charge of this invoice is open, or the invoice is paid.' },
  payment_ended_by_reset: { says: 'The sandbox was reset while this request was in flight.' },
  request_id_used: { says: 'An older request of this invoice had this Request-Id.' },
  payment_not_found: { says: 'The merchant has no such payment.' },
  already_captured: { says: 'The authorization was captured before.' },
  capture_too_late: { says: 'The authorization has expired and is released.' },
  not_capturable: { says: 'The payment is in no state to be captured.' },
  capture_above_authorized: { says: 'The capture is above the authorized amount.' },
  not_refundable: { says: 'The payment is in no state to be refunded.' },
  void_in_part: { says: 'What is not settled yet can be voided as a whole only.' },
  refund_above_captured: { says: 'The refund is above what is left of the captured amount.' },
  manual_refund_not_found: { says: 'The merchant has no such manual refund.' },
  manual_refund_decided: { says: 'The manual refund was decided otherwise before.' },
  operation_under_way: { says: 'Another change of this payment is under way.' },
})
