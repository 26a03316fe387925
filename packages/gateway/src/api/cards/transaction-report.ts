/** A payment in the words of the order status and the notification (wire.md 4.9, 5.2). */
import { formatTimestamp, type TransactionReport } from '@gerbang/wire'
import type { Operation, Payment } from '../../payments/index.ts'
import { wholeRupiah } from '../../primitives/money.ts'
import { additionalInfoOf } from './additional-info.ts'
import { billingOf, identifiersOf, wordOfCharge, wordOfOperation } from './payment-words.ts'

/** @param told the operation that is told of; without one, how the payment stands */
export function toTransactionReport(payment: Payment, told?: Operation): TransactionReport {
  const wording = wordOfCharge(payment)
  const { id, name, email } = payment.customer ?? {}
  const customer = { ...(id && { id }), ...(name && { name }), ...(email && { email }) }
  // What a refused or open authorization would be captured by is told to nobody.
  const authorizeId = wording.status === 'SUCCESS' ? payment.authorizeId : undefined
  const authorize = authorizeId === undefined ? {} : { authorize_id: authorizeId }
  const isAuthenticated = payment.authenticationId !== undefined || payment.eci !== ''
  return {
    order: { invoice_number: payment.invoiceNumber, amount: wholeRupiah(payment.amount) },
    ...(Object.keys(customer).length > 0 ? { customer } : {}),
    transaction: {
      type: payment.type,
      status: isRefund(told) ? 'REFUNDED' : statusOf(payment),
      date: formatTimestamp(told?.settledAt ?? payment.settledAt ?? payment.createdAt),
      original_request_id: payment.requestId,
    },
    service: { id: 'CREDIT_CARD' },
    acquirer: { id: payment.acquirerId },
    channel: { id: 'CREDIT_CARD', name: 'Credit Card' },
    ...additionalInfoOf(payment),
    ...authorize,
    card_payment: {
      masked_card_number: payment.card.masked,
      ...(payment.approvalCode ? { approval_code: payment.approvalCode } : {}),
      response_code: wording.responseCode,
      response_message: wording.responseMessage,
      issuer: payment.card.issuer,
      identifier: identifiersOf(payment),
      brand: payment.card.brand,
      ...(payment.authenticationId ? { authentication_id: payment.authenticationId } : {}),
      ...authorize,
      three_d_secure_status: isAuthenticated ? 'TRUE' : 'FALSE',
    },
    ...(payment.cardToken === undefined ? {} : { card: { token: payment.cardToken } }),
    ...billingOf(payment),
    ...captureOf(payment),
    ...refundOf(told),
    verification: payment.verification,
  }
}

/**
 * How a payment stands (wire.md 4.9): a hold is PENDING until it is captured, and one that nobody
 * captured in time has failed.
 */
function statusOf(payment: Payment): TransactionReport['transaction']['status'] {
  switch (payment.state) {
    case 'pending':
    case 'authorized':
      return 'PENDING'
    case 'captured':
      return 'SUCCESS'
    case 'voided':
    case 'refunded':
      return 'REFUNDED'
    case 'refused':
    case 'released':
      return 'FAILED'
  }
}

/** Whether money was given back, if only a part of it. */
function isRefund(told: Operation | undefined): boolean {
  return told?.refundType !== undefined && told.state === 'approved'
}

/** `order.amount` is the order's; a capture may have taken less. */
function captureOf({ type, captured }: Payment): Pick<TransactionReport, 'capture'> {
  if (type !== 'AUTHORIZE' || captured.minor === 0n) return {}
  return { capture: { amount: wholeRupiah(captured) } }
}

function refundOf(told: Operation | undefined): Pick<TransactionReport, 'refund'> {
  if (told?.refundType === undefined) return {}
  return {
    refund: {
      amount: wholeRupiah(told.amount),
      type: told.refundType,
      status: wordOfOperation(told).status,
      original_request_id: told.requestId ?? '',
      ...(told.approvalCode ? { approval_code: told.approvalCode } : {}),
    },
  }
}
