/** A refusal in the words of the cards dialect. Every row of wire's error table can be raised. */
import { type CardErrorName, cardErrorBody, cardErrors } from '@gerbang/wire'
import type { Problem } from '../../primitives/problem.ts'

export class CardError extends Error {
  readonly row: CardErrorName
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>

  /**
   * @param values what fills the row's message
   * @param members of an earlier answer, shown beside the error (409)
   */
  constructor(
    row: CardErrorName,
    values: Readonly<Record<string, string | number>> = {},
    members: Readonly<Record<string, unknown>> = {},
  ) {
    const error = cardErrorBody(row, values)
    super(error.message)
    this.row = row
    this.status = cardErrors[row].status
    this.body = { ...members, error }
  }
}

/** What the modules' problems are called in this dialect. */
const rowOfProblem: Readonly<Record<string, CardErrorName>> = {
  three_d_secure_not_configured: 'three_d_secure_not_configured',
  three_d_secure_unreachable: 'three_d_secure_failed',
  invoice_number_too_long: 'field_length',
  authentication_not_usable: 'authentication_id',
  no_route: 'no_route',
  double_request: 'double_request',
  ended_by_reset: 'unavailable',
  payment_ended_by_reset: 'unavailable',
  token_not_found: 'card_token',
  card_expired: 'expiry',
  authentication_reused: 'authentication_reused',
  plan_not_found: 'installment_plan',
  tenor_not_offered: 'installment_plan',
  agreement_not_found: 'billing_unknown',
  agreement_broken: 'billing_mismatch',
  billing_transaction_id_missing: 'field_required',
  ordinal_taken: 'billing_ordinal',
  request_id_used: 'request_id_used',
  payment_not_found: 'transaction_not_found',
  already_captured: 'already_captured',
  capture_too_late: 'authorization_expired',
  not_capturable: 'authorization_voided',
  capture_above_authorized: 'capture_amount',
  not_refundable: 'not_refundable',
  void_in_part: 'void_in_part',
  refund_above_captured: 'refund_above_captured',
  operation_under_way: 'double_request',
}

export function toCardError(problem: Problem): CardError {
  const row = rowOfProblem[problem.problem]
  if (!row) throw new Error(`the cards dialect has no row for the problem ${problem.problem}`)
  return new CardError(row, { field: 'order.invoice_number', ...problem.values })
}
