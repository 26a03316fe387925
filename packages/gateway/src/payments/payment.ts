import type { MerchantId, OperationId, PaymentId } from '../primitives/id.ts'
import type { Money } from '../primitives/money.ts'
import { problems } from '../primitives/problem.ts'
import type { CardDescription } from '../routing/index.ts'
import type { Verification } from '../screening/index.ts'
import type { OperationState, PaymentState } from './machines.ts'

/** A payment as a merchant may see it, and as the settling of it needs it. */
export type Payment = {
  readonly merchantId: MerchantId
  readonly paymentId: PaymentId
  readonly state: PaymentState
  readonly type: 'SALE'
  /** Request-Id of the charge. */
  readonly requestId: string
  readonly invoiceNumber: string
  readonly amount: Money
  readonly descriptor: string | undefined
  /** As the merchant sent it: id, name, email, phone, address, country. */
  readonly customer: Readonly<Record<string, string>> | undefined
  readonly additionalInfo: unknown
  readonly card: CardDescription
  readonly acquirerId: string
  readonly mid: string
  readonly tid: string
  readonly authenticationId: string | undefined
  readonly eci: string
  readonly verification: Verification
  /** Of the acquirer; RJ where the screening rejected. Undefined while nothing is known. */
  readonly responseCode: string | undefined
  readonly approvalCode: string | undefined
  /** Pinned when the payment began. */
  readonly notificationUrl: string | undefined
  readonly createdAt: Date
  readonly settledAt: Date | undefined
}

/** A payment with the operation through which it is seen. */
export type OperationOfPayment = {
  readonly payment: Payment
  readonly operationId: OperationId
  readonly operationState: OperationState
  readonly askUntil: Date
}

export const paymentProblems = problems({
  no_route: { says: 'No acquirer of the merchant takes this card.' },
  double_request: { says: 'Another charge of this invoice is open, or the invoice is paid.' },
  payment_ended_by_reset: { says: 'The sandbox was reset while this request was in flight.' },
})
