/** How the simulated 3-D Secure server treats a card (sandbox.md, Test cards). Pure. */

export type CardBehaviour =
  | 'challenge'
  | 'authenticated'
  | 'attempted'
  | 'N'
  | 'U'
  | 'R'
  | 'not_enrolled'
  | 'unreachable'

const cards: Readonly<Record<string, CardBehaviour>> = {
  '4111111111111111': 'authenticated',
  '5200000000001005': 'authenticated',
  '4000000000001000': 'attempted',
  '4000000000002008': 'N',
  '4000000000003006': 'U',
  '4000000000004004': 'R',
  '4000000000000002': 'not_enrolled',
  '4000000000005001': 'unreachable',
}

/** Any other valid number is challenged. */
export function behaviourOf(digits: string): CardBehaviour {
  return cards[digits] ?? 'challenge'
}

/** The one-time password that passes every challenge. */
export const rightPassword = '123456'
