/**
 * The vault: card numbers in, card ids out. Its table is the only one that holds card numbers, and
 * holds them sealed. A CVV never comes here.
 */
import type { Database } from '../platform/database/index.ts'
import type { KeyRing } from '../platform/key-ring/index.ts'
import { type CardExpiry, formatCardExpiry, parseCardExpiry } from '../primitives/card-expiry.ts'
import type { Clock } from '../primitives/clock.ts'
import type { CardId, Ids, MerchantId } from '../primitives/id.ts'
import { Secret } from '../primitives/secret.ts'
import { findSealedCard, type SealedCard } from './vault.store.ts'

export { keepCards, type NewCard, type SealedCard } from './vault.store.ts'

/** A card as a cardholder gave it. */
export type CardDetails = { readonly number: Secret<string>; readonly expiry: CardExpiry }

export type Vault = {
  /** Seals a card for a statement that keeps it (`keepCards`). */
  seal(merchantId: MerchantId, card: CardDetails): SealedCard
  /** Keyed fingerprint of a card number, comparable within one gateway. */
  fingerprint(number: Secret<string>): Buffer
  /** The card of an id; undefined where it is not (or no longer) kept. */
  open(merchantId: MerchantId, cardId: CardId): Promise<CardDetails | undefined>
}

/** Table emptied by a sandbox reset. */
export const vaultTables = ['cards'] as const

export function createVault(deps: {
  database: Database
  keyRing: KeyRing
  ids: Ids
  clock: Clock
}): Vault {
  const { database, keyRing, ids, clock } = deps
  const context = (merchantId: MerchantId, cardId: CardId) => `cards:${merchantId}:${cardId}`
  const fingerprint = (number: Secret<string>) =>
    number.reveal((digits) => keyRing.fingerprint('card-number', digits))

  return {
    fingerprint,
    seal: (merchantId, card) => {
      const cardId = ids.next('card')
      const plain = card.number.reveal((digits) =>
        Buffer.from(JSON.stringify({ number: digits, expiry: formatCardExpiry(card.expiry) })),
      )
      return {
        merchantId,
        cardId,
        sealedCard: keyRing.seal(context(merchantId, cardId), plain),
        fingerprint: fingerprint(card.number),
        createdAt: clock.now(),
      }
    },
    open: async (merchantId, cardId) => {
      const sealed = await findSealedCard(database, merchantId, cardId)
      if (!sealed) return undefined
      const plain = await keyRing.open(context(merchantId, cardId), sealed)
      const { number, expiry } = JSON.parse(plain.toString('utf8'))
      const parsed = parseCardExpiry(expiry)
      if (!parsed) throw new Error('a kept card has no expiry')
      return { number: new Secret(number), expiry: parsed }
    },
  }
}
