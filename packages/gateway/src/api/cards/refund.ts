/** POST /cancellation/credit-card/refund, and the same under the older path (wire.md 4.8). */
import { paymentFailedError, type RefundResponse } from '@gerbang/wire'
import {
  describeErrors,
  refundConflict,
  refundRequest,
  refundResponse,
} from '@gerbang/wire/schemas'
import type { OperationOfPayment, Payment, Payments } from '../../payments/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import { type Money, wholeRupiah } from '../../primitives/money.ts'
import type { ClaimingRoute } from './door/door.ts'
import { amountOf, bodyObject, objectOf, onlyKnownOf, requiredTextOf, textOf } from './fields.ts'
import { answerOfOperation } from './operation-answer.ts'
import { wordOfOperation } from './payment-words.ts'

type Input = {
  readonly invoiceNumber: string
  readonly originalRequestId: string
  readonly amount: Money
}

export function refundRoute(deps: {
  readonly payments: Payments
  readonly clock: Clock
  readonly onChanged: (payment: Payment) => void
}): ClaimingRoute<Input> {
  const { payments, clock } = deps
  return {
    url: '/cancellation/credit-card/refund',
    otherUrl: '/credit-card/v1/cancellation/credit-card/refund',
    summary: 'Void or refund a payment',
    description: `Gives money back. What is not settled yet is voided, as a whole only; what is settled is refunded, whole or in parts up to the captured amount. Where the acquirer takes no refund messages its people decide over days (MANUAL_…, PENDING until then). The caller does not choose the type.\n\nErrors:\n\n${describeErrors(
      [
        'transaction_not_found',
        'refund_invalid',
        'not_refundable',
        'void_in_part',
        'refund_above_captured',
        'unknown_member',
        'field_required',
        'double_request',
        'conflict',
        'precondition_failed',
      ],
    )}`,
    request: refundRequest,
    response: refundResponse,
    conflict: refundConflict,
    scope: 'transaction',
    emptyClientId: 'header_required',
    parse: (body) => {
      const members = bodyObject(body)
      const order = objectOf(members, 'order')
      const payment = objectOf(members, 'payment')
      const refund = objectOf(members, 'refund')
      onlyKnownOf(refund, 'refund', ['amount', 'reason'])
      const invoiceNumber = requiredTextOf(order, 'order.invoice_number', 64)
      const originalRequestId = requiredTextOf(payment, 'payment.original_request_id', 128)
      textOf(refund, 'refund.reason', 255)
      return {
        invoiceNumber,
        originalRequestId,
        amount: amountOf(refund, 'amount', 'refund_invalid'),
      }
    },
    invoiceNumberOf: (input) => input.invoiceNumber,
    handle: async (input, { merchant }, claim) => {
      const result = await payments.refund({ ...input, merchant, claim })
      if (result.kind === 'duplicate') return undefined
      deps.onChanged(result.payment)
      return toRefundResponse(result, input.originalRequestId)
    },
    answerOf: answerOfOperation(payments, clock, (found, inputOfHolder) =>
      toRefundResponse(found, inputOfHolder()?.originalRequestId ?? found.payment.requestId),
    ),
  }
}

function toRefundResponse(
  { payment, operation }: OperationOfPayment,
  originalRequestId: string,
): RefundResponse {
  const wording = wordOfOperation(operation)
  return {
    order: { invoice_number: payment.invoiceNumber },
    payment: { original_request_id: originalRequestId },
    refund: {
      amount: wholeRupiah(operation.amount),
      type: operation.refundType ?? 'VOID',
      status: wording.status,
      message: wording.responseMessage,
      ...(operation.approvalCode ? { approval_code: operation.approvalCode } : {}),
    },
    ...(wording.status === 'FAILED' ? { error: paymentFailedError } : {}),
  }
}
