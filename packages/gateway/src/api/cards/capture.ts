/** POST /credit-card/capture (wire.md 4.5). */
import { type CaptureResponse, paymentFailedError } from '@gerbang/wire'
import {
  captureConflict,
  captureRequest,
  captureResponse,
  describeErrors,
} from '@gerbang/wire/schemas'
import type { OperationOfPayment, Payment, Payments } from '../../payments/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import { type Money, wholeRupiah } from '../../primitives/money.ts'
import { additionalInfoOf } from './additional-info.ts'
import { CardError } from './card-error.ts'
import type { ClaimingRoute } from './door/door.ts'
import { amountOf, bodyObject, memberOf, objectOf, onlyKnownOf, textOf } from './fields.ts'
import { answerOfOperation } from './operation-answer.ts'
import { cardOf, identifiersOf, wordOfOperation } from './payment-words.ts'

type Input = { readonly authorizeId: string; readonly amount: Money | undefined }

export function captureRoute(deps: {
  readonly payments: Payments
  readonly clock: Clock
  readonly onChanged: (payment: Payment) => void
}): ClaimingRoute<Input> {
  const { payments, clock } = deps
  return {
    url: '/credit-card/capture',
    summary: 'Capture an authorization',
    description: `Takes an authorized amount or a part of it, once and within 7 days; after that the hold is released. What a partial capture leaves is released at once.\n\nErrors:\n\n${describeErrors(
      [
        'authorize_id_blank',
        'transaction_not_found',
        'capture_amount',
        'already_captured',
        'authorization_expired',
        'authorization_voided',
        'unknown_member',
        'double_request',
        'conflict',
        'precondition_failed',
      ],
    )}`,
    request: captureRequest,
    response: captureResponse,
    conflict: captureConflict,
    scope: 'transaction',
    emptyClientId: 'header_required',
    parse: (body) => {
      const payment = objectOf(bodyObject(body), 'payment')
      const authorizeId = textOf(payment, 'payment.authorize_id', 128)
      if (authorizeId === undefined || authorizeId.trim() === '') {
        throw new CardError('authorize_id_blank')
      }
      onlyKnownOf(payment, 'payment', ['authorize_id', 'capture_amount'])
      const isWhole = memberOf(payment, 'capture_amount') === undefined
      const amount = isWhole ? undefined : amountOf(payment, 'capture_amount', 'capture_amount')
      return { authorizeId, amount }
    },
    // The capture finds its invoice by the authorize id.
    invoiceNumberOf: () => undefined,
    handle: async (input, { merchant }, claim) => {
      const result = await payments.capture({ ...input, merchant, claim })
      if (result.kind === 'duplicate') return undefined
      deps.onChanged(result.payment)
      return toCaptureResponse(result)
    },
    answerOf: answerOfOperation(payments, clock, toCaptureResponse),
  }
}

function toCaptureResponse({ payment, operation }: OperationOfPayment): CaptureResponse {
  const wording = wordOfOperation(operation)
  const { authenticationId } = payment
  return {
    ...additionalInfoOf(payment),
    order: { invoice_number: payment.invoiceNumber, amount: wholeRupiah(operation.amount) },
    ...(payment.customer ? { customer: payment.customer } : {}),
    payment: {
      type: 'CAPTURE',
      identifier: identifiersOf(payment),
      request_id: operation.requestId ?? '',
      authorize_id: payment.authorizeId ?? '',
      response_code: wording.responseCode,
      response_message: wording.responseMessage,
      status: wording.status,
      eci: '',
      ...(operation.approvalCode ? { approval_code: operation.approvalCode } : {}),
    },
    ...(authenticationId ? { three_dsecure: { authentication_id: authenticationId } } : {}),
    card: cardOf(payment),
    ...(wording.status === 'FAILED' ? { error: paymentFailedError } : {}),
  }
}
