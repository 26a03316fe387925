/**
 * The one table of errors that the cards dialect knows: the rows of the seed's "List of Error
 * Code" and those that wire.md 2.5-2.7 and 4.6 add. Answers, OpenAPI, the reference page and the
 * conformance tests are made from it.
 */

export type CardErrorRow = {
  readonly status: number
  readonly code: string
  /** `{…}` stands for a value filled in where the error is raised. */
  readonly message: string
  /** When a merchant sees it. */
  readonly when: string
}

const headerError = { status: 400, code: 'invalid_header_request' } as const
const parameterError = { status: 400, code: 'INVALID_PARAMETER' } as const

/** Rows by name; `message` is the wire text to the letter. */
export const cardErrors = {
  header_required: {
    ...headerError,
    message: 'Header {header} is required',
    when: 'One of the four headers is missing or empty',
  },
  empty_client_id: {
    ...headerError,
    message: 'empty client id',
    when: 'Charge with an empty Client-Id',
  },
  header_size: {
    ...headerError,
    message: 'size must be between 1 and 128',
    when: 'Client-Id or Request-Id is longer than 128 characters',
  },
  header_format: {
    ...headerError,
    message: 'Invalid format Header {header}',
    when: 'Request-Id has a character that is not printable ASCII',
  },
  timestamp_format: {
    ...headerError,
    message: 'Invalid format Header Request-Timestamp',
    when: 'Request-Timestamp is not YYYY-MM-DDTHH:mm:ssZ',
  },
  timestamp_window: {
    ...headerError,
    message: 'Header Request-Timestamp is not in +- {seconds} second of now',
    when: 'Request-Timestamp is too old or too new',
  },
  unknown_client: {
    status: 400,
    code: 'invalid_client_id',
    message: 'Invalid Client-Id',
    when: 'No merchant has this Client-Id',
  },
  invalid_signature: {
    status: 400,
    code: 'invalid_signature',
    message: 'Invalid Header Signature',
    when: 'The signature is wrong, or has been used',
  },
  conflict: {
    status: 409,
    code: 'INVALID_PARAMETER',
    message: 'Conflict',
    when: 'Duplicate Request-Id with the same body',
  },
  precondition_failed: {
    status: 412,
    code: 'INVALID_PARAMETER',
    message: 'Precondition failed',
    when: 'Duplicate Request-Id with another body',
  },
  request_id_used: {
    ...parameterError,
    message: 'REQUEST ID IS NOT VALID',
    when: 'The Request-Id has been used for another transaction',
  },
  double_request: {
    status: 400,
    code: 'DOUBLE_REQUEST_DETECTED',
    message: 'Your transaction is detected to be concurrent, please create another transaction',
    when: 'Another charge of this invoice, or another change of this payment, is not finished; or the invoice may be paid only once',
  },
  card_number_length_at_check: {
    ...parameterError,
    message: 'Card Number Length must be 15, 16 or 19 Digits',
    when: 'The card number of a check has another length',
  },
  card_number_length: {
    ...parameterError,
    message: 'Invalid CC Number LENGTH',
    when: 'The card number of a charge has another length than 15, 16 or 19',
  },
  luhn: {
    ...parameterError,
    message: 'Luhn Validation',
    when: 'The card number fails the Luhn check',
  },
  expiry: {
    ...parameterError,
    message: 'Expiry Date Validation',
    when: 'The expiry is not MMYY, or is past; also that of a token’s card',
  },
  three_d_secure_not_configured: {
    ...parameterError,
    message: 'This field is required.,This merchant does not have three d secure configuration',
    when: 'The merchant has no 3-D Secure MID',
  },
  three_d_secure_failed: {
    status: 400,
    code: 'THREE_D_SECURE_AUTHENTICATION_FAILED',
    message: 'This card is not support three d secure',
    when: 'The card has no 3-D Secure, or the 3-D Secure server cannot be reached',
  },
  email: {
    ...parameterError,
    message: 'Invalid Format Email',
    when: 'customer.email is no e-mail address',
  },
  amount: {
    ...parameterError,
    message: 'Invalid amount',
    when: 'order.amount is not 1 to 12 digits, or has a comma, a dot or a sign',
  },
  authentication_id_malformed: {
    ...parameterError,
    message: 'Invalid AuthenticationId.',
    when: 'three_dsecure.authentication_id is not 64 lower-case hexadecimal digits',
  },
  authentication_id: {
    ...parameterError,
    message: 'Invalid Authentication Id',
    when: 'The authentication is unknown, of another amount, card or merchant, unfinished, failed, used or expired, or is missing where 3-D Secure is needed',
  },
  country: {
    ...parameterError,
    message: 'Country Is Not Exists',
    when: 'customer.country is no ISO 3166-1 alpha-2 code',
  },
  no_route: {
    status: 400,
    code: 'MID_TID_NOT_EXIST',
    message: 'Unauthorized Transaction',
    when: 'No acquirer of the merchant takes this card',
  },
  line_item_quantity: {
    ...parameterError,
    message: 'Line item {position} quantity must be not empty',
    when: 'A line item has no quantity',
  },
  line_items_total: {
    ...parameterError,
    message: 'Invalid Total Amount And Line Items',
    when: 'The line items do not add up to order.amount',
  },
  field_required: {
    ...parameterError,
    message: '{field} is required',
    when: 'A mandatory member is missing or empty',
  },
  field_invalid: {
    ...parameterError,
    message: '{field} is invalid',
    when: 'A member has the wrong type or alphabet',
  },
  field_length: {
    ...parameterError,
    message: '{field} must not be longer than {maximum} characters',
    when: 'A member is too long',
  },
  feature_not_active: {
    ...parameterError,
    message: '{feature} is not activated for this merchant',
    when: 'The merchant does not have the feature that the request needs',
  },
  card_token: {
    ...parameterError,
    message: 'Card token is not found',
    when: 'card.token is no active token of this merchant',
  },
  save_without_customer: {
    ...parameterError,
    message: 'customer.id is required to save a card',
    when: 'card.save is true and customer.id is missing: a token is always tied to a customer',
  },
  installment_plan: {
    ...parameterError,
    message: 'Installment plan is not available',
    when: 'The acquirer of the card has no such plan, or the plan not this tenor',
  },
  authentication_twice: {
    ...parameterError,
    message: 'Only one of three_dsecure and authentication may be sent',
    when: 'A charge carries an authentication id and an authentication of the merchant’s own',
  },
  authentication_reused: {
    ...parameterError,
    message: 'Authentication has been used',
    when: 'The merchant’s own authentication (MPI) has paid before',
  },
  billing_unknown: {
    ...parameterError,
    message: 'Billing agreement is not found',
    when: 'billing.number_of_payments is above 1, and no first payment of billing.billing_number was approved',
  },
  billing_mismatch: {
    ...parameterError,
    message: 'Billing does not match its agreement: {field}',
    when: 'A following payment has another amount (FIXED), variability or billing_transaction_id than its agreement',
  },
  billing_ordinal: {
    ...parameterError,
    message: 'This payment of the billing agreement was made before',
    when: 'Another payment of the agreement with this number is approved or not finished',
  },
  authorize_id_blank: {
    ...parameterError,
    message: 'Authorize Id Must Not Be Blank',
    when: 'payment.authorize_id of a capture is missing, null or empty',
  },
  capture_amount: {
    ...parameterError,
    message: 'Invalid capture amount',
    when: 'payment.capture_amount is not 1 to 12 digits, or is above the authorized amount',
  },
  already_captured: {
    ...parameterError,
    message: 'Authorization has been captured',
    when: 'A second capture',
  },
  authorization_expired: {
    ...parameterError,
    message: 'Authorization has expired',
    when: 'A capture after 7 days: the hold is released',
  },
  authorization_voided: {
    ...parameterError,
    message: 'Authorization has been voided',
    when: 'A capture after a void',
  },
  unknown_member: {
    ...parameterError,
    message: '{field} is not known',
    when: 'payment of a capture, or refund of a refund, has a member that is not documented: a misspelt amount would take everything',
  },
  refund_invalid: {
    ...parameterError,
    message: 'Invalid Request',
    when: 'A refund without an amount of 1 to 12 digits',
  },
  not_refundable: {
    ...parameterError,
    message: 'Transaction can not be refunded',
    when: 'The payment is pending, failed, voided, or its acquirer takes no refund of it',
  },
  void_in_part: {
    ...parameterError,
    message: 'Refund amount must be equal to the transaction amount before settlement',
    when: 'A refund of a part before the payment is settled: it can be voided as a whole only',
  },
  refund_above_captured: {
    ...parameterError,
    message: 'Refund amount exceeds the remaining amount',
    when: 'The refunds would be more than what was captured',
  },
  malformed_body: {
    ...parameterError,
    message: 'Invalid request: {reason}',
    when: 'The body is broken JSON, not UTF-8, nested too deeply or no object',
  },
  body_too_large: {
    status: 413,
    code: 'INVALID_PARAMETER',
    message: 'The body must not be larger than {maximum} bytes',
    when: 'The body is too large',
  },
  content_type: {
    status: 415,
    code: 'INVALID_PARAMETER',
    message: 'Content-Type must be application/json',
    when: 'The body is of another content type',
  },
  transaction_not_found: {
    status: 400,
    code: 'TRANSACTION_NOT_FOUND',
    message: 'Failed Get Transaction',
    when: 'No payment of this merchant has this invoice number, Request-Id or authorize id',
  },
  not_found: {
    status: 404,
    code: 'NOT_FOUND',
    message: 'No such path: {method} {path}',
    when: 'The path is not part of the API',
  },
  unavailable: {
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The service is temporarily unavailable, please try again',
    when: 'The database cannot be reached; nothing is known to have been done',
  },
  internal: {
    status: 500,
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Internal server error',
    when: 'A defect of the gateway',
  },
} as const satisfies Record<string, CardErrorRow>

export type CardErrorName = keyof typeof cardErrors

/** The error block of a bank's decline; it stands beside the normal members (seed, charge). */
export const paymentFailedError = {
  code: 'PAYMENT_FAILED',
  message: 'DECLINED',
  type: 'PAYMENT_FAILED',
} as const

/**
 * The error member of an answer (wire.md 2.6, type by design.md 5).
 * @param values what fills the `{…}` of the row's message
 */
export function cardErrorBody(
  name: CardErrorName,
  values: Readonly<Record<string, string | number>> = {},
): { code: string; message: string; type: string } {
  const row: CardErrorRow = cardErrors[name]
  const message = row.message.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''))
  return { code: row.code, message, type: errorType(row.code) }
}

function errorType(code: string): string {
  if (code === 'INVALID_PARAMETER') return 'Invalid Parameter'
  const headerCodes = ['invalid_header_request', 'invalid_client_id', 'invalid_signature']
  return headerCodes.includes(code) ? 'invalid_request_error' : code
}
