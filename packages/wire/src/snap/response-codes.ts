/**
 * The one table of SNAP response codes: seven characters made of the HTTP status, the service code
 * and the case code (wire.md 6.5, 6.6). Rows are the general table of DOKU and ASPI with its texts
 * to the letter, the KKI cases of the seed, and what HTTP itself needs. Answers, the reference page
 * and the conformance tests are made from it.
 */

export type SnapResponseRow = {
  readonly status: number
  readonly caseCode: string
  /** `{…}` stands for a value filled in where the answer is made. */
  readonly message: string
  /** When a merchant sees it. */
  readonly when: string
}

/** Every call of SNAP, by its own name; the service codes of wire.md 6.5. */
export const snapServices = {
  'b2b-token': { code: '73', path: '/authorization/v1/access-token/b2b' },
  'b2b2c-token': { code: '74', path: '/authorization/v1/access-token/b2b2c' },
  'bind-card': { code: '01', path: '/direct-debit/core/v1/registration-card-bind' },
  'verify-otp': { code: '04', path: '/direct-debit/core/v1/otp-verification' },
  'unbind-card': { code: '05', path: '/direct-debit/core/v1/registration-card-unbind' },
  pay: { code: '54', path: '/direct-debit/core/v1/debit/payment-host-to-host' },
  'payment-status': { code: '55', path: '/orders/v1.0/debit/status' },
  refund: { code: '58', path: '/direct-debit/core/v1/debit/refund' },
} as const satisfies Record<string, { readonly code: string; readonly path: string }>

export type SnapServiceName = keyof typeof snapServices

/** The service code of a path; 00 where no call of SNAP has this path. */
export function snapServiceCodeOf(path: string): string {
  return Object.values(snapServices).find((service) => service.path === path)?.code ?? '00'
}

const row = (status: number, caseCode: string, message: string, when: string) => ({
  status,
  caseCode,
  message,
  when,
})

export const snapResponses = {
  successful: row(200, '00', 'Successful', 'The call did what it says'),
  in_progress: row(
    202,
    '00',
    'Request In Progress',
    'The outcome is not known yet: ask the status',
  ),
  bad_request: row(400, '00', 'Bad Request. {reason}', 'The request or its body cannot be read'),
  field_format: row(400, '01', 'Invalid Field Format {field}', 'A header or member is malformed'),
  field_mandatory: row(
    400,
    '02',
    'Invalid Mandatory Field {field}',
    'A header or member is missing',
  ),
  invalid_ott: row(400, '02', 'Invalid OTT', 'KKI: the one-time token is not right'),
  unauthorized: row(401, '00', 'Unauthorized. {reason}', 'The signature or timestamp is not right'),
  invalid_token: row(
    401,
    '01',
    'Invalid Token (B2B)',
    'The access token is wrong, expired or foreign',
  ),
  invalid_customer_token: row(
    401,
    '02',
    'Invalid Customer Token',
    'The customer token is wrong, expired or foreign',
  ),
  token_not_found: row(401, '03', 'Token Not Found (B2B)', 'Authorization holds no bearer token'),
  customer_token_not_found: row(
    401,
    '04',
    'Customer Token Not Found',
    'A customer token is needed, and none was sent',
  ),
  transaction_expired: row(403, '00', 'Transaction Expired', 'It was not finished in time'),
  feature_not_allowed: row(
    403,
    '01',
    'Feature Not Allowed {reason}',
    'The merchant does not have the feature',
  ),
  amount_limit: row(
    403,
    '02',
    'Exceeds Transaction Amount Limit',
    'The amount is above a limit of the card',
  ),
  suspected_fraud: row(403, '03', 'Suspected Fraud', 'The issuer or the switch suspects fraud'),
  frequency_limit: row(
    403,
    '04',
    'Activity Count Limit Exceeded',
    'Too many transactions of the card',
  ),
  do_not_honor: row(403, '05', 'Do Not Honor', 'The issuer declined'),
  feature_not_allowed_now: row(
    403,
    '06',
    'Feature Not Allowed At This Time. {reason}',
    'The feature is off for the time being',
  ),
  card_blocked: row(403, '07', 'Card Blocked', 'The issuer has blocked the card'),
  card_expired: row(403, '08', 'Card Expired', 'The card is past its expiry'),
  dormant_account: row(403, '09', 'Dormant Account', 'The account is not in use'),
  token_limit_needed: row(403, '10', 'Need To Set Token Limit', 'The token has no limit yet'),
  otp_blocked: row(403, '11', 'OTP Blocked', 'Too many wrong one-time passwords'),
  otp_expired: row(403, '12', 'OTP Lifetime Expired', 'The one-time password has expired'),
  ott_expired: row(403, '12', 'OTT Expired', 'KKI: the one-time token has expired'),
  transaction_not_permitted: row(
    403,
    '12',
    'Transaction Not Permitted',
    'KKI: the switch does not allow it in this state',
  ),
  otp_sent: row(
    403,
    '13',
    'OTP Sent To Cardholer',
    'The cardholder must enter a one-time password',
  ),
  insufficient_funds: row(403, '14', 'Insufficient Funds', 'The card has too little'),
  not_permitted: row(
    403,
    '15',
    'Transaction Not Permitted.{reason}',
    'The card or terminal may not do this',
  ),
  suspended: row(403, '16', 'Suspend Transaction', 'The transaction is held'),
  token_limit: row(403, '17', 'Token Limit Exceeded', 'The amount is above the limit of the token'),
  inactive: row(403, '18', 'Inactive Card/Account/Customer', 'The card is not active'),
  merchant_blacklisted: row(403, '19', 'Merchant Blacklisted', 'The merchant is shut out'),
  merchant_limit: row(403, '20', 'Merchant Limit Exceed', 'A limit of the merchant is reached'),
  set_limit: row(403, '21', 'Set Limit Not Allowed', 'The limit cannot be set'),
  token_limit_invalid: row(403, '22', 'Token Limit Invalid', 'The limit of the token is not valid'),
  account_limit: row(403, '23', 'Account Limit Exceed', 'A limit of the account is reached'),
  transaction_status: row(
    404,
    '00',
    'Invalid Transaction Status',
    'The transaction is not in a state for this',
  ),
  transaction_not_found: row(404, '01', 'Transaction Not Found', 'This merchant has none such'),
  invalid_routing: row(404, '02', 'Invalid Routing', 'No call of the API has this path'),
  bank_not_supported: row(
    404,
    '03',
    'Bank Not Supported By Switch',
    'The switch does not know the issuer',
  ),
  transaction_cancelled: row(404, '04', 'Transaction Cancelled', 'The cardholder gave up'),
  merchant_not_registered: row(
    404,
    '05',
    'Merchant Is Not Registered For Card Registration Services',
    'The merchant may not bind cards',
  ),
  otp_needed: row(404, '06', 'Need To Request OTP', 'No one-time password was asked for'),
  journey_not_found: row(404, '07', 'Journey Not Found', 'No journey has this journeyId'),
  invalid_merchant: row(404, '08', 'Invalid Merchant', 'The switch does not know the merchant'),
  no_card_record: row(404, '08', 'No Card Record', 'KKI: the switch has no record of the card'),
  no_issuer: row(404, '09', 'No Issuer', 'No issuer has this card'),
  invalid_transition: row(404, '10', 'Invalid API Transition', 'The calls came in the wrong order'),
  invalid_card: row(
    404,
    '11',
    'Invalid Card/Account/Customer {info}',
    'The CPAN, card or bankCardToken is unknown',
  ),
  invalid_bill: row(404, '12', 'Invalid Bill/Virtual Account {reason}', 'The bill is not valid'),
  invalid_amount: row(
    404,
    '13',
    'Invalid Amount',
    'The amount is not right, or above what is left',
  ),
  paid_bill: row(404, '14', 'Paid Bill', 'The bill has been paid'),
  invalid_otp: row(404, '15', 'Invalid OTP', 'The one-time password is wrong'),
  partner_not_found: row(404, '16', 'Partner Not Found', 'The partner is unknown'),
  invalid_terminal: row(404, '17', 'Invalid Terminal', 'The terminal is unknown'),
  inconsistent_request: row(
    404,
    '18',
    'Inconsistent Request',
    'The same number was used before with other data',
  ),
  bill_expired: row(404, '19', 'Invalid Bill/Virtual Account', 'The bill has expired'),
  function_not_supported: row(
    405,
    '00',
    'Requested Function Is Not Supported',
    'The path has no such HTTP method',
  ),
  operation_not_allowed: row(
    405,
    '01',
    'Requested Opearation Is Not Allowed',
    'The transaction does not allow this',
  ),
  conflict: row(409, '00', 'Conflict', 'This X-EXTERNAL-ID was used at this endpoint today'),
  duplicate_reference: row(
    409,
    '01',
    'Duplicate partnerReferenceNo',
    'The partnerReferenceNo has been used, or the card has a token',
  ),
  body_too_large: row(
    413,
    '00',
    'The body must not be larger than {maximum} bytes',
    'The body is too large',
  ),
  content_type: row(
    415,
    '00',
    'Content-Type must be application/json',
    'The body is of another content type',
  ),
  too_many_requests: row(429, '00', 'Too Many Requests', 'The caller is too fast'),
  general_error: row(500, '00', 'General Error', 'A defect of the gateway'),
  internal_error: row(500, '01', 'Internal Server Error', 'A defect of the gateway'),
  external_error: row(500, '02', 'External Server Error', 'The network did not work'),
  unavailable: row(
    503,
    '00',
    'Service Unavailable',
    'The database cannot be reached; nothing is known to have been done',
  ),
  timeout: row(504, '00', 'Timeout', 'The network did not answer in time'),
} as const satisfies Record<string, SnapResponseRow>

export type SnapResponseName = keyof typeof snapResponses

/** The seed's limit of responseMessage. */
const longestMessage = 150

/**
 * The two members that every SNAP answer begins with.
 * @param values what fills the `{…}` of the row's message
 */
export function snapEnvelopeOf(
  name: SnapResponseName,
  serviceCode: string,
  values: Readonly<Record<string, string | number>> = {},
): { responseCode: string; responseMessage: string } {
  const { status, caseCode, message } = snapResponses[name]
  const text = message.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? '')).trim()
  return {
    responseCode: `${status}${serviceCode}${caseCode}`,
    responseMessage: text.slice(0, longestMessage),
  }
}
