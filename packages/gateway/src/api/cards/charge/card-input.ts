/** The `card` of a charge: by number, by token, or by the authentication alone. */
import { JsonNumber } from '@gerbang/wire'
import type { ChargeCommand } from '../../../payments/index.ts'
import { Secret } from '../../../primitives/secret.ts'
import { describeCard } from '../../../routing/index.ts'
import type { CardDetails } from '../../../vault/index.ts'
import { CardError } from '../card-error.ts'
import { booleanOf, cardOf, type Members, memberOf, tokenOf } from '../fields.ts'

export type CardInput = Pick<ChargeCommand, 'card' | 'token' | 'saveCard' | 'cvv'>

/** A number wins over a token (wire.md 4.4). */
export function cardInputOf(
  members: Members | undefined,
  now: Date,
  { isCvvNeeded }: { readonly isCvvNeeded: boolean },
): CardInput {
  const card = cardOf(members, 'card_number_length', now)
  return {
    card,
    token: card ? undefined : tokenOf(members),
    saveCard: booleanOf(members, 'card.save'),
    cvv: cvvOf(members, card, isCvvNeeded),
  }
}

/**
 * Mandatory beside a card number, optional for MOTO (seed, charge) and RECURRING; 4 digits for AMEX,
 * 3 for the others.
 */
function cvvOf(
  members: Members | undefined,
  card: CardDetails | undefined,
  isNeeded: boolean,
): Secret<string> | undefined {
  const given = memberOf(members, 'cvv')
  if (given === undefined) {
    if (card && isNeeded) throw new CardError('field_required', { field: 'card.cvv' })
    return undefined
  }
  const cvv = given instanceof JsonNumber ? given.source : given
  const brand = card?.number.reveal(describeCard)?.brand
  const form = brand === undefined ? /^[0-9]{3,4}$/ : brand === 'AMEX' ? /^[0-9]{4}$/ : /^[0-9]{3}$/
  if (typeof cvv !== 'string' || !form.test(cvv)) {
    throw new CardError('field_invalid', { field: 'card.cvv' })
  }
  return new Secret(cvv)
}
