/** What SNAP calls the state of a KKI payment and of its refunds (wire.md 7.9). */
import { type TransactionStatus, transactionStatuses } from '@gerbang/wire'
import type { Operation, Payment } from '../../../payments/index.ts'
import { responseOf } from '../kki-responses.ts'
import type { Refusal } from '../snap-error.ts'

/** No KKI payment is authorized without being paid, or released. */
const statuses: Readonly<Record<Payment['state'], TransactionStatus>> = {
  pending: '03',
  authorized: '03',
  captured: '00',
  voided: '04',
  refunded: '04',
  released: '06',
  refused: '06',
}

export function statusOf({ state }: Payment) {
  const latestTransactionStatus = statuses[state]
  return {
    latestTransactionStatus,
    transactionStatusDesc: transactionStatuses[latestTransactionStatus],
  }
}

/** What the call that paid would be answered now. */
export function paymentResponseOf({ state, responseCode }: Payment): Refusal {
  if (state === 'refused') return responseOf(responseCode)
  return { row: state === 'pending' ? 'in_progress' : 'successful' }
}

export function refundStatusOf({ state }: Operation): TransactionStatus {
  if (state === 'approved') return '00'
  return state === 'refused' ? '06' : '03'
}
