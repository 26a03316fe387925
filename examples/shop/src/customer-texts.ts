/**
 * What customers read where a payment did not work: what they can do, never the words of the
 * gateway or of the bank. A stolen card is told as any other.
 */
import type { GerbangError } from '@gerbang/client'

/** Why a bank declined, by its response code. */
export function textOfDecline(responseCode: string): string {
  return (
    declines[responseCode] ?? 'The bank declined. Nothing was charged; please take another card.'
  )
}

const bankAway = 'The bank cannot be reached now. Nothing was charged; try again later.'
const declines: Readonly<Record<string, string>> = {
  '51': 'There is not enough money on this card. Nothing was charged.',
  '54': 'This card has expired. Nothing was charged.',
  '61': 'The amount is over the limit of this card. Nothing was charged.',
  '91': bankAway,
  '96': bankAway,
}

/** Why the gateway refused, by the error's code and message (docs/reference/errors.md). */
export function textOfRefusal({ code, message }: Pick<GerbangError, 'code' | 'message'>): string {
  const found = refusals.find(([pattern]) => pattern.test(`${code} ${message}`))
  return `Nothing was charged. ${found?.[1] ?? 'This payment is not possible now: please try another card.'}`
}

const refusals: readonly (readonly [RegExp, string])[] = [
  [/card number|cc number|luhn/i, 'The card number is not right: please check it.'],
  [/expiry/i, 'The expiry date is not right, or the card has expired.'],
  [/cvv/i, 'The CVV is not right: please check it.'],
  [
    /^THREE_D_SECURE_AUTHENTICATION_FAILED/,
    'Your bank cannot confirm payments with this card now: please take another one.',
  ],
  [/^MID_TID_NOT_EXIST/, 'We do not take this kind of card: please take another one.'],
  [/authentication ?id/i, 'Your bank’s confirmation is not valid any more: please pay again.'],
]

export const unreachable =
  'Nothing was charged. Payments are not possible now: please try again later.'
