/**
 * The seed's "List of Error Code" (host-to-host guide, its last table), row by row and to the
 * letter, its 41 rows:
 * check-three-d-secure 8, charge 26, capture 7. Typed off the seed, not taken from
 * the product's own table.
 */
import type { Refusal } from '../calls.ts'

export type SeedRow = Refusal & { readonly explanation: string }

const header = (message: string, explanation: string): SeedRow => ({
  status: 400,
  code: 'invalid_header_request',
  message,
  explanation,
})
const parameter = (message: string, explanation: string): SeedRow => ({
  status: 400,
  code: 'INVALID_PARAMETER',
  message,
  explanation,
})
const row = (status: number, code: string, message: string, explanation: string): SeedRow => ({
  status,
  code,
  message,
  explanation,
})

const unknownClient = row(400, 'invalid_client_id', 'Invalid Client-Id', 'Invalid Client ID')
const signature = 'Invalid Header Signature'
const window = 'Header Request-Timestamp is not in +- 10 second of now'
const authentication = 'Invalid Authentication Id'

export const checkRows: readonly SeedRow[] = [
  unknownClient,
  header('Header Client-Id is required', 'empty client id'),
  row(400, 'invalid_signature', signature, 'Payment charge with invalid signature'),
  // The body sample of the same seed words it so; the table says "Invalid CC Number LENGTH".
  parameter('Card Number Length must be 15, 16 or 19 Digits', 'Invalid CC Number LENGTH'),
  parameter('Luhn Validation', 'Card number not valid'),
  parameter('Expiry Date Validation', 'Invalid expiry date 2525'),
  parameter(
    'This field is required.,This merchant does not have three d secure configuration',
    "invalid configuration / haven't 3ds mid",
  ),
  row(
    400,
    'THREE_D_SECURE_AUTHENTICATION_FAILED',
    'This card is not support three d secure',
    'card not support 3ds / cannot connect to mpi',
  ),
]

export const chargeRows: readonly SeedRow[] = [
  unknownClient,
  header('empty client id', 'empty client id'),
  header('size must be between 1 and 128', 'Payment charge with client id length more than max'),
  header(
    'Invalid format Header Request-Timestamp',
    'Payment charge with invalid format request timestamp',
  ),
  header(window, 'Payment charge with request timestamp < now'),
  header(window, 'Payment charge with request timestamp > now'),
  row(400, 'invalid_signature', signature, 'Payment charge with invalid signature'),
  row(400, 'invalid_signature', signature, 'Payment charge using signature has been used'),
  parameter('Invalid Format Email', 'Payment charge with invalid format email'),
  parameter('Invalid amount', 'Payment charge with amount contain comma'),
  parameter('Invalid amount', 'Payment charge with amount contain dot'),
  parameter('Expiry Date Validation', 'Payment charge with format expiry is YYMM'),
  parameter('Expiry Date Validation', 'Payment charge with expiry date is expired'),
  parameter('Invalid AuthenticationId.', 'invalid authentication_id'),
  parameter('Country Is Not Exists', 'Payment charge with invalid country'),
  parameter('Invalid CC Number LENGTH', 'Invalid CC Number LENGTH'),
  parameter('Luhn Validation', 'Card number not valid'),
  parameter(
    'REQUEST ID IS NOT VALID',
    'Payment charge with request id has been used for transaction',
  ),
  row(
    400,
    'MID_TID_NOT_EXIST',
    'Unauthorized Transaction',
    'Payment charge sale using card rejected',
  ),
  parameter(authentication, 'Invalid Authentication Id'),
  parameter(authentication, 'Different amount check 3ds & charge'),
  parameter(authentication, 'Three D Secure Process Not Yet Done (Not yet send OTP)'),
  parameter('Line item 1 quantity must be not empty', 'Invalid line item (quantity is null)'),
  row(
    400,
    'DOUBLE_REQUEST_DETECTED',
    'Your transaction is detected to be concurrent, please create another transaction',
    'Concurent Request',
  ),
  row(409, 'INVALID_PARAMETER', 'Conflict', 'duplicate request with same request body'),
  row(
    412,
    'INVALID_PARAMETER',
    'Precondition failed',
    'duplicate request with different request body',
  ),
]

export const captureRows: readonly SeedRow[] = [
  unknownClient,
  header('Header Client-Id is required', 'empty client id'),
  row(400, 'invalid_signature', signature, 'Payment charge with invalid signature'),
  parameter('Authorize Id Must Not Be Blank', 'authorize_id is null'),
  row(400, 'TRANSACTION_NOT_FOUND', 'Failed Get Transaction', 'Invalid authorize_id'),
  row(409, 'INVALID_PARAMETER', 'Conflict', 'duplicate request with same request body'),
  row(
    412,
    'INVALID_PARAMETER',
    'Precondition failed',
    'duplicate request with different request body',
  ),
]

/** The row of an explanation; each explanation stands once in a list. */
export function rowOf(rows: readonly SeedRow[], explanation: string): SeedRow {
  const found = rows.filter((candidate) => candidate.explanation === explanation)
  if (found.length !== 1 || !found[0]) throw new Error(`no single row says: ${explanation}`)
  return found[0]
}
