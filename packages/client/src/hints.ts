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
    'Another charge of this invoice is not finished: ask orderStatus(invoiceNumber) first.',
  authentication_id_malformed: 'Pass three_dsecure.authentication_id of the check as it came.',
  authentication_id:
    'An authentication serves one charge, of the same amount and card, within 15 minutes, after ' +
    'the cardholder has passed it.',
  three_d_secure_failed: 'Ask the customer for another card, or check again later.',
  no_route: 'No acquirer of this merchant takes this card: ask for another one.',
  amount: 'Whole rupiah, 1 to 12 digits, without comma, dot or sign.',
  expiry: 'MMYY, and not in the past.',
  transaction_not_found:
    'No charge of this merchant has this invoice number or Request-Id. After a lost answer: the ' +
    'charge never arrived, and may be sent again with the same Request-Id.',
  unavailable: 'Ask orderStatus(requestId) before trying a charge again.',
}

/** The hint for an error by its code and message; undefined where there is none. */
export function hintFor(code: string, message: string): string | undefined {
  for (const [name, hint] of Object.entries(hints)) {
    const row = cardErrors[name as CardErrorName]
    if (row.code === code && messagePattern(row.message).test(message)) return hint
  }
  return undefined
}

/** A message of the table, whose `{…}` stand for any text. */
function messagePattern(message: string): RegExp {
  const literal = message.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/\{\w+\}/g, '.*')}$`)
}
