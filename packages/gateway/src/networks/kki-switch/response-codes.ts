/**
 * What the switch answers with, and what it means: the only list of it. The switch's own codes are
 * not published; those of sandbox.md are ISO 8583 field 39 where it has one, and of its private
 * range, which begins with a letter, for the one-time token and the confirmation. The SNAP door maps
 * meanings to case codes (wire.md 6.6).
 */
const meanings = {
  '00': 'approved',
  '03': 'invalid_merchant',
  '05': 'do_not_honour',
  /** The original was refused or reversed, is pending, or allows no such thing. */
  '12': 'invalid_transaction',
  /** Also a refund above what is left of the payment. */
  '13': 'invalid_amount',
  '14': 'invalid_cpan',
  /** Customer cancellation: declined in the issuer's app. */
  '17': 'cancelled_by_cardholder',
  '25': 'original_not_found',
  '34': 'suspected_fraud',
  '51': 'insufficient_funds',
  '55': 'wrong_otp',
  /** No such account, or none any more. */
  '56': 'no_card_record',
  '57': 'not_permitted',
  '58': 'not_permitted_to_terminal',
  '59': 'suspected_fraud',
  '61': 'amount_limit_exceeded',
  '65': 'frequency_limit_exceeded',
  /** One-time passwords of a binding: the third wrong one failed it. */
  '75': 'otp_tries_exceeded',
  '91': 'external_error',
  /** The customer has bound this card already. */
  '94': 'duplicate_account',
  '96': 'external_error',
  T1: 'invalid_ott',
  T2: 'ott_expired',
  T3: 'otp_expired',
  /** Nobody confirmed in time. */
  T4: 'confirmation_expired',
} as const

export type KkiMeaning = (typeof meanings)[keyof typeof meanings] | 'unlisted'

/** The meaning of a code; `unlisted` is a refusal of which no more is known. */
export function meaningOf(responseCode: string): KkiMeaning {
  return Object.hasOwn(meanings, responseCode)
    ? meanings[responseCode as keyof typeof meanings]
    : 'unlisted'
}

/** Whether a code approves; one that nobody knows does not. */
export function approves(responseCode: string): boolean {
  return meaningOf(responseCode) === 'approved'
}

/** The code of a meaning, as the simulator answers it. */
export const codes = {
  approved: '00',
  invalid_transaction: '12',
  invalid_amount: '13',
  invalid_cpan: '14',
  cancelled_by_cardholder: '17',
  original_not_found: '25',
  wrong_otp: '55',
  no_card_record: '56',
  not_permitted: '57',
  suspected_fraud: '59',
  otp_tries_exceeded: '75',
  duplicate_account: '94',
  invalid_ott: 'T1',
  ott_expired: 'T2',
  otp_expired: 'T3',
  confirmation_expired: 'T4',
} as const satisfies Partial<Record<KkiMeaning, keyof typeof meanings>>
