/** What customers read where something was refused: what they can do, by the case of the code. */
import type { GerbangSnapError } from '@gerbang/client'

/** @param responseCode HTTP status, service code and case code: `4035414` */
export function textOfRefusal(responseCode: string): string {
  const found = texts[`${responseCode.slice(0, 3)} ${responseCode.slice(-2)}`]
  return found ?? 'Your bank declined. Nothing was charged; please try another card.'
}

const texts: Readonly<Record<string, string>> = {
  '403 02': 'The amount is over the limit of your card.',
  '403 14': 'There is not enough money on your card.',
  '403 15': 'Your card may not be used here: please take another one.',
  '403 00': 'You did not confirm in time. Nothing was charged.',
  '404 04': 'You declined in your bank’s app. Nothing was charged.',
  '404 11': 'Your bank does not know this card.',
}

/** The card of a token is not bound any more, here or at the bank. */
export function isUnbound({ responseCode }: Pick<GerbangSnapError, 'responseCode'>): boolean {
  return responseCode.startsWith('404') && ['08', '11'].includes(responseCode.slice(-2))
}

export const unreachable = 'Payments are not possible now. Please try again later.'
