/** What the refusals of the KKI switch are called in SNAP (wire.md 6.6): the only list of it. */
import { type KkiMeaning, meaningOf } from '../../networks/kki-switch/response-codes.ts'
import { noAnswerCode } from '../../payments/index.ts'
import { type Refusal, SnapError } from './snap-error.ts'

const rows: Readonly<Record<Exclude<KkiMeaning, 'approved'>, Refusal>> = {
  invalid_merchant: { row: 'invalid_merchant' },
  do_not_honour: { row: 'do_not_honor' },
  invalid_transaction: { row: 'transaction_not_permitted' },
  invalid_amount: { row: 'invalid_amount' },
  invalid_cpan: { row: 'invalid_card', values: { info: 'CPAN' } },
  cancelled_by_cardholder: { row: 'transaction_cancelled' },
  original_not_found: { row: 'transaction_not_found' },
  suspected_fraud: { row: 'suspected_fraud' },
  insufficient_funds: { row: 'insufficient_funds' },
  wrong_otp: { row: 'invalid_otp' },
  no_card_record: { row: 'no_card_record' },
  not_permitted: { row: 'not_permitted' },
  not_permitted_to_terminal: { row: 'not_permitted', values: { reason: ' To Terminal' } },
  amount_limit_exceeded: { row: 'amount_limit' },
  frequency_limit_exceeded: { row: 'frequency_limit' },
  otp_tries_exceeded: { row: 'otp_blocked' },
  external_error: { row: 'external_error' },
  duplicate_account: { row: 'duplicate_reference' },
  invalid_ott: { row: 'invalid_ott' },
  ott_expired: { row: 'ott_expired' },
  otp_expired: { row: 'otp_expired' },
  confirmation_expired: { row: 'transaction_expired' },
  unlisted: { row: 'do_not_honor' },
}

/** Raises what the switch refused with. */
export function refuse(responseCode: string | undefined): never {
  const { row, values } = responseOf(responseCode)
  throw new SnapError(row, values)
}

/** @param responseCode what was refused with; undefined where nothing was said */
export function responseOf(responseCode = ''): Refusal {
  // Nobody ever answered, and what may have been done was reversed.
  if (responseCode === noAnswerCode) return { row: 'timeout' }
  const meaning = meaningOf(responseCode)
  // What was refused is never told as a success, whatever its code says.
  return rows[meaning === 'approved' ? 'unlisted' : meaning]
}
