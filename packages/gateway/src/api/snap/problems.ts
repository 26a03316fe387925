/** What the modules' problems are called in SNAP (wire.md 6.6, 7.8). */
import type { bindingProblems } from '../../bindings/index.ts'
import type { kkiProblems } from '../../payments/index.ts'
import type { Problem } from '../../primitives/problem.ts'
import { type Refusal, SnapError } from './snap-error.ts'

/** Those of every payment that a KKI call can meet. */
type PaymentProblem =
  | 'payment_not_found'
  | 'not_refundable'
  | 'refund_above_captured'
  | 'operation_under_way'
  | 'void_in_part'
  | 'payment_ended_by_reset'

const refusals: Readonly<
  Record<keyof typeof bindingProblems | keyof typeof kkiProblems | PaymentProblem, Refusal>
> = {
  channel_not_activated: {
    row: 'feature_not_allowed',
    values: { reason: 'KARTU_KREDIT_INDONESIA' },
  },
  partner_reference_used: { row: 'duplicate_reference' },
  already_bound: { row: 'duplicate_reference' },
  binding_not_found: { row: 'transaction_not_found' },
  otp_not_open: { row: 'transaction_status' },
  otp_not_sent: { row: 'otp_needed' },
  otp_tries_used: { row: 'otp_blocked' },
  otp_expired: { row: 'otp_expired' },
  bank_card_token_not_found: { row: 'invalid_card', values: { info: 'bankCardToken' } },
  binding_ended_by_reset: { row: 'unavailable' },
  partner_refund_used: { row: 'inconsistent_request' },
  partial_refund_unknown: {
    row: 'not_permitted',
    values: { reason: ' Only the whole payment can be given back' },
  },
  payment_not_found: { row: 'transaction_not_found' },
  not_refundable: { row: 'operation_not_allowed' },
  refund_above_captured: { row: 'invalid_amount' },
  operation_under_way: { row: 'operation_not_allowed' },
  void_in_part: { row: 'operation_not_allowed' },
  payment_ended_by_reset: { row: 'unavailable' },
}

export function toSnapError({ problem }: Problem): SnapError {
  const refusal = (refusals as Readonly<Record<string, Refusal | undefined>>)[problem]
  if (!refusal) throw new Error(`SNAP has no row for the problem ${problem}`)
  return new SnapError(refusal.row, refusal.values)
}
