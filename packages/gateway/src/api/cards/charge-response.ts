/** A payment in the words of the charge answer (wire.md 4.2) and of the report (wire.md 5.2). */
import type { ChargeResponse, TransactionReport } from '@gerbang/wire'
import { formatTimestamp, paymentFailedError } from '@gerbang/wire'
import type { Operation, Payment } from '../../payments/index.ts'
import { wholeRupiah } from '../../primitives/money.ts'

type Wording = {
  status: 'SUCCESS' | 'FAILED' | 'PENDING'
  /** Where no acquirer has answered: TO, timeout (wire.md 5.3). */
  responseCode: string
  responseMessage: string
}

/** How the charge went; what became of the money afterwards does not change that. */
function word(payment: Payment): Wording {
  const responseCode = payment.responseCode ?? 'TO'
  switch (payment.state) {
    case 'pending':
      return { status: 'PENDING', responseCode, responseMessage: 'PAYMENT PENDING' }
    case 'refused':
      return { status: 'FAILED', responseCode, responseMessage: 'DECLINED' }
    default:
      return { status: 'SUCCESS', responseCode, responseMessage: 'PAYMENT APPROVED' }
  }
}

/**
 * How a payment stands (wire.md 4.9): a hold is PENDING until it is captured, and one that nobody
 * captured in time has failed.
 */
function transactionStatus(payment: Payment): TransactionReport['transaction']['status'] {
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

/** Acquirer, MID and TID, in the order of the seed's sample. */
function identifiersOf(payment: Payment) {
  return [
    { name: 'Acquirer', value: payment.acquirerId },
    { name: 'MID', value: payment.mid },
    { name: 'TID', value: payment.tid },
  ]
}

export function toChargeResponse(payment: Payment): ChargeResponse {
  const wording = word(payment)
  const { card, authenticationId } = payment
  return {
    ...(payment.additionalInfo === undefined ? {} : { additional_info: payment.additionalInfo }),
    order: { invoice_number: payment.invoiceNumber, amount: wholeRupiah(payment.amount) },
    ...(payment.customer ? { customer: payment.customer } : {}),
    payment: {
      type: payment.type,
      identifier: identifiersOf(payment),
      request_id: payment.requestId,
      authorize_id: wording.status === 'SUCCESS' ? (payment.authorizeId ?? '') : '',
      response_code: wording.responseCode,
      response_message: wording.responseMessage,
      status: wording.status,
      eci: payment.eci,
      ...(payment.approvalCode ? { approval_code: payment.approvalCode } : {}),
    },
    ...(authenticationId ? { three_dsecure: { authentication_id: authenticationId } } : {}),
    card: { masked: card.masked, type: card.type, issuer: card.issuer, brand: card.brand },
    verification: payment.verification,
    ...(wording.status === 'FAILED' ? { error: paymentFailedError } : {}),
  }
}

/** @param told the operation that is told of; without one, how the payment stands */
export function toTransactionReport(payment: Payment, told?: Operation): TransactionReport {
  const wording = word(payment)
  const status =
    told?.kind === 'refund' && told.state === 'approved' ? 'REFUNDED' : transactionStatus(payment)
  const { id, name, email } = payment.customer ?? {}
  const customer = { ...(id && { id }), ...(name && { name }), ...(email && { email }) }
  return {
    order: { invoice_number: payment.invoiceNumber, amount: wholeRupiah(payment.amount) },
    ...(Object.keys(customer).length > 0 ? { customer } : {}),
    transaction: {
      type: payment.type,
      status,
      date: formatTimestamp(told?.settledAt ?? payment.settledAt ?? payment.createdAt),
      original_request_id: payment.requestId,
    },
    service: { id: 'CREDIT_CARD' },
    acquirer: { id: payment.acquirerId },
    channel: { id: 'CREDIT_CARD', name: 'Credit Card' },
    ...(payment.additionalInfo === undefined ? {} : { additional_info: payment.additionalInfo }),
    card_payment: {
      masked_card_number: payment.card.masked,
      ...(payment.approvalCode ? { approval_code: payment.approvalCode } : {}),
      response_code: wording.responseCode,
      response_message: wording.responseMessage,
      issuer: payment.card.issuer,
      identifier: identifiersOf(payment),
      brand: payment.card.brand,
      ...(payment.authenticationId ? { authentication_id: payment.authenticationId } : {}),
      three_d_secure_status: payment.authenticationId ? 'TRUE' : 'FALSE',
    },
    verification: payment.verification,
  }
}
