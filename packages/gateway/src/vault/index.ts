/**
 * The vault: card numbers in, card ids and tokens out. Its cards are the only table that holds card
 * numbers, and holds them sealed. A CVV never comes here. A token belongs to a merchant and a
 * customer of his; for everyone else there is no such token.
 */
import type { Database } from '../platform/database/index.ts'
import type { KeyRing, SealedColumn } from '../platform/key-ring/index.ts'
import { type CardExpiry, formatCardExpiry, parseCardExpiry } from '../primitives/card-expiry.ts'
import type { Clock } from '../primitives/clock.ts'
import type { CardId, Ids, MerchantId } from '../primitives/id.ts'
import type { Random } from '../primitives/random.ts'
import { Secret } from '../primitives/secret.ts'
import {
  deactivateToken,
  findActiveToken,
  findActiveTokens,
  type TokenRow,
  type TokenUse,
} from './tokens.store.ts'
import { findSealedCard, type SealedCard } from './vault.store.ts'

export { purgeWork } from './purge.ts'
export { keepTokens, lockTokens, type NewToken, type TokenUse } from './tokens.store.ts'
export { keepCards, type NewCard, type SealedCard } from './vault.store.ts'

/** A card as a cardholder gave it. */
export type CardDetails = { readonly number: Secret<string>; readonly expiry: CardExpiry }

/** A saved card as it may be shown; `Description` is what payments describe cards by. */
export type CardToken<Description = object> = {
  readonly token: string
  readonly customerId: string
  readonly cardId: CardId
  readonly description: Description
  /** Undefined on a card that was kept before its expiry was. */
  readonly expiry: CardExpiry | undefined
  readonly maskedName: string | undefined
  /** The same for one card at one merchant, and no help against its number. */
  readonly hashedCardNumber: string
}

export type Vault = {
  /** Seals a card for a statement that keeps it (`keepCards`). */
  seal(merchantId: MerchantId, card: CardDetails): SealedCard
  /** Keyed fingerprint of a card number, comparable within one gateway. */
  fingerprint(number: Secret<string>): Buffer
  /** The merchant's own hash of the card number of a fingerprint, as the list of tokens shows it. */
  hashedCardNumber(merchantId: MerchantId, fingerprint: Buffer): string
  /** The card of an id; undefined where it is not (or no longer) kept. */
  open(merchantId: MerchantId, cardId: CardId): Promise<CardDetails | undefined>
  /** A value for a token to come: 32 lower-case hexadecimal digits, as in the seed's samples. */
  newToken(): string
  /** The active token of this merchant, and of this customer where one is named. */
  findToken<Description = object>(
    merchantId: MerchantId,
    token: string,
    customerId?: string,
  ): Promise<CardToken<Description> | undefined>
  /** A customer's active tokens, the oldest first. */
  listTokens<Description = object>(
    merchantId: MerchantId,
    customerId: string,
  ): Promise<CardToken<Description>[]>
  /** Ends a token for ever; again, too. False where the merchant (or the customer) has no such token. */
  deleteToken(merchantId: MerchantId, token: string, customerId?: string): Promise<boolean>
}

type TokenKey = Pick<TokenUse, 'merchantId' | 'token' | 'customerId'>

/** Tables emptied by a sandbox reset. */
export const vaultTables = ['cards', 'tokens'] as const

const contextOf = (merchantId: string, cardId: string) => `cards:${merchantId}:${cardId}`

/** What a rotation of the keys seals afresh. */
export const sealedCards: SealedColumn = {
  name: 'stored cards',
  table: 'cards',
  column: 'sealed_card',
  key: ['merchant_id', 'card_id'],
  contextOf: ([merchantId = '', cardId = '']) => contextOf(merchantId, cardId),
}

export function createVault(deps: {
  database: Database
  keyRing: KeyRing
  ids: Ids
  clock: Clock
  random: Random
}): Vault {
  const { database, keyRing, ids, clock, random } = deps
  const fingerprint = (number: Secret<string>) =>
    number.reveal((digits) => keyRing.fingerprint('card-number', digits))
  // The fingerprint itself is the same for all merchants and would tell them of each other.
  const hashedCardNumber = (merchantId: MerchantId, ofCard: Buffer) =>
    keyRing.fingerprint(`card-of:${merchantId}`, ofCard).toString('hex')
  const toToken = <Description>(merchantId: MerchantId, row: TokenRow) => ({
    token: row.token,
    customerId: row.customerId,
    cardId: row.cardId,
    description: row.description as Description,
    expiry: row.expiry === null ? undefined : parseCardExpiry(row.expiry),
    maskedName: row.maskedName ?? undefined,
    hashedCardNumber: hashedCardNumber(merchantId, row.fingerprint),
  })
  const keyOf = (merchantId: MerchantId, token: string, customerId?: string): TokenKey => ({
    merchantId,
    token,
    customerId,
  })

  return {
    fingerprint,
    hashedCardNumber,
    seal: (merchantId, card) => {
      const cardId = ids.next('card')
      const plain = card.number.reveal((digits) =>
        Buffer.from(JSON.stringify({ number: digits, expiry: formatCardExpiry(card.expiry) })),
      )
      return {
        merchantId,
        cardId,
        sealedCard: keyRing.seal(contextOf(merchantId, cardId), plain),
        fingerprint: fingerprint(card.number),
        expiry: formatCardExpiry(card.expiry),
        createdAt: clock.now(),
      }
    },
    open: async (merchantId, cardId) => {
      const sealed = await findSealedCard(database, merchantId, cardId)
      if (!sealed) return undefined
      const plain = await keyRing.open(contextOf(merchantId, cardId), sealed)
      const { number, expiry } = JSON.parse(plain.toString('utf8'))
      const parsed = parseCardExpiry(expiry)
      if (!parsed) throw new Error('a kept card has no expiry')
      return { number: new Secret(number), expiry: parsed }
    },
    newToken: () => random.bytes(16).toString('hex'),
    findToken: async <Description>(merchantId: MerchantId, token: string, customerId?: string) => {
      const row = await findActiveToken(database, keyOf(merchantId, token, customerId))
      return row && toToken<Description>(merchantId, row)
    },
    listTokens: async <Description>(merchantId: MerchantId, customerId: string) => {
      const rows = await findActiveTokens(database, merchantId, customerId)
      return rows.map((row) => toToken<Description>(merchantId, row))
    },
    deleteToken: (merchantId, token, customerId) =>
      deactivateToken(database, keyOf(merchantId, token, customerId)),
  }
}
