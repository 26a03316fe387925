/** What the answers and notifications of a payment call its parts (wire.md 4.2, 5.2). */
import { noAnswerCode, type Operation, type Payment } from '../../payments/index.ts'

export type Wording = {
  readonly status: 'SUCCESS' | 'FAILED' | 'PENDING'
  /** Where no acquirer has answered: TO, timeout (wire.md 5.3). */
  readonly responseCode: string
  readonly responseMessage: string
}

/** How the charge went; what became of the money afterwards does not change that. */
export function wordOfCharge(payment: Payment): Wording {
  const responseCode = payment.responseCode ?? noAnswerCode
  switch (payment.state) {
    case 'pending':
      return { status: 'PENDING', responseCode, responseMessage: 'PAYMENT PENDING' }
    case 'refused':
      return { status: 'FAILED', responseCode, responseMessage: 'DECLINED' }
    default:
      return { status: 'SUCCESS', responseCode, responseMessage: 'PAYMENT APPROVED' }
  }
}

/** How a capture, void or refund went. */
export function wordOfOperation(operation: Operation): Wording {
  const responseCode = operation.responseCode ?? noAnswerCode
  switch (operation.state) {
    case 'approved':
      return { status: 'SUCCESS', responseCode, responseMessage: 'Approved' }
    case 'refused':
      return { status: 'FAILED', responseCode, responseMessage: 'DECLINED' }
    default:
      return { status: 'PENDING', responseCode, responseMessage: 'PENDING' }
  }
}

/** Acquirer, MID and TID, in the order of the seed's sample. */
export function identifiersOf(payment: Payment) {
  return [
    { name: 'Acquirer', value: payment.acquirerId },
    { name: 'MID', value: payment.mid },
    { name: 'TID', value: payment.tid },
  ]
}

/** The `billing` of a payment of an agreement, in every answer about it. */
export function billingOf({ terms, billingTransactionId }: Payment) {
  if (terms?.kind !== 'recurring') return {}
  const transactionId = billingTransactionId ?? terms.billingTransactionId
  return {
    billing: {
      billing_number: terms.billingNumber,
      number_of_payments: terms.ordinal,
      ...(transactionId === undefined ? {} : { billing_transaction_id: transactionId }),
      amount_variability: terms.variability,
      ...(terms.frequency === undefined ? {} : { payment_frequency: terms.frequency }),
    },
  }
}

/** The card as answers show it. */
export function cardOf({ card, cardToken }: Payment) {
  const { brand } = card
  if (brand === 'KKI') throw new Error('a KKI payment is told in the words of SNAP')
  return {
    masked: card.masked,
    type: card.type,
    issuer: card.issuer,
    brand,
    ...(cardToken === undefined ? {} : { token: cardToken }),
  }
}
