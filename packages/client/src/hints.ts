/** What a developer can do about a refusal; the rows are named as in wire's table of errors. */
import { type CardErrorName, cardErrors } from '@gerbang/wire'

const hints: Partial<Record<CardErrorName, string>> = {
  unknown_client: 'Check clientId and that baseUrl is the environment it belongs to.',
  invalid_signature:
    'Check that secretKey belongs to clientId, that no proxy rewrites path or body, and that the ' +
    'same signed request is not sent twice: signed again within the same second, it is the same.',
  timestamp_window: 'The clock of this machine is off: synchronise it (NTP).',
  conflict:
    'This Request-Id was sent before with the same body. error.body holds the stored answer once ' +
    'there is one; else ask orderStatus(requestId).',
  precondition_failed: 'This Request-Id was sent before with another body: take a new one.',
  request_id_used: 'This Request-Id belongs to another request: take a new one.',
  double_request:
    'Another charge of this invoice, or another capture or refund of this payment, is not ' +
    'finished: ask orderStatus(invoiceNumber) first.',
  authentication_id_malformed: 'Pass three_dsecure.authentication_id of the check as it came.',
  authentication_id:
    'An authentication serves one charge, of the same amount and card, within 15 minutes, after ' +
    'the cardholder has passed it.',
  three_d_secure_failed: 'Ask the customer for another card, or check again later.',
  no_route: 'No acquirer of this merchant takes this card: ask for another one.',
  amount: 'Whole rupiah, 1 to 12 digits, without comma, dot or sign.',
  expiry: 'MMYY, and not in the past.',
  feature_not_active:
    'The merchant does not have this feature. In a sandbox: PATCH /sandbox/merchant turns it on.',
  card_token:
    'The token was deleted, or is another merchant’s or another customer’s: listTokens() tells ' +
    'which are active. Else charge the number, with card.save for a new token.',
  save_without_customer: 'A saved card belongs to a customer: send customer.id with card.save.',
  installment_plan:
    'Send a plan_id and tenor that the bank of this card offers. A sandbox knows the plan 1232131 ' +
    'with 3, 6 or 12 months.',
  authentication_twice:
    'Leave out three_dsecure where authentication tells of one of your own (MPI).',
  authentication_reused: 'Authenticate the cardholder anew: one authentication pays once.',
  billing_unknown:
    'Charge the first payment with billing.number_of_payments 1 and wait until it is SUCCESS. An ' +
    'agreement of another gateway needs additional_info.migration_process.',
  billing_mismatch:
    'Send what the first payment agreed: the same amount where it is FIXED, the same variability ' +
    'and frequency, and the billing_transaction_id of its answer.',
  billing_ordinal:
    'billing.number_of_payments counts the payments: ask how the one of this number stands before ' +
    'it is charged again, or go on with the next number.',
  authorize_id_blank: 'Pass payment.authorize_id of the AUTHORIZE, which only an approved one has.',
  capture_amount: 'Whole rupiah, up to the authorized amount; leave it out to take everything.',
  already_captured: 'An authorization is captured once; what a part leaves is released at once.',
  authorization_expired: 'The hold was released after 7 days: charge the card anew.',
  authorization_voided: 'The hold was given back: charge the card anew.',
  unknown_member: 'Look for a misspelt name: here the gateway refuses what it does not know.',
  refund_invalid: 'refund.amount: whole rupiah, 1 to 12 digits, without comma, dot or sign.',
  not_refundable: 'Only an approved payment is given back: ask orderStatus() how it stands.',
  void_in_part:
    'Give the whole amount back now, or a part after the settlement (POST /sandbox/settlements of ' +
    'a sandbox closes the day).',
  refund_above_captured: 'All refunds together may not be more than what was captured.',
  transaction_not_found:
    'No payment of this merchant has this invoice number, Request-Id or authorize id. After a ' +
    'lost answer to a charge: it never arrived, and may be sent again with the same Request-Id.',
  unavailable: 'Ask orderStatus(requestId) before trying a charge again.',
}

/**
 * The hint for an error by its code and message; undefined where there is none.
 * @param movedTo the day of a sandbox whose clock was moved
 */
export function hintFor(code: string, message: string, movedTo?: string): string | undefined {
  for (const [name, hint] of Object.entries(hints)) {
    const row = cardErrors[name as CardErrorName]
    if (row.code !== code || !messagePattern(row.message).test(message)) continue
    return name === 'expiry' && movedTo !== undefined ? expiryBy(movedTo) : hint
  }
  return undefined
}

/** A card that is good by the calendar on the wall has to be told by which one it is not. */
function expiryBy(movedTo: string): string {
  return (
    `MMYY, and not in the past (the sandbox’s clock says ${movedTo}). ` +
    'POST /sandbox/reset sets the clock back, and empties the business data.'
  )
}

/** A message of a table, whose `{…}` stand for any text, or at its end for none. */
export function messagePattern(message: string): RegExp {
  const literal = message.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/ ?\{\w+\}/g, '.*')}$`)
}
