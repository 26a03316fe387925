/**
 * Throwing away card numbers that nothing can need any more. A card is saved while an active token
 * leads to it; whether a payment still needs one is for payments to say.
 */
import type { Fragment } from 'postgres'
import { type Database, inTransaction } from '../platform/database/index.ts'
import type { CardId, MerchantId } from '../primitives/id.ts'

export type CardKey = { readonly merchantId: MerchantId; readonly cardId: CardId }

export type PurgeOptions = {
  /** Younger cards stay: their check may still be paid. */
  readonly keptBefore: Date
  /**
   * A condition on the row `cards`, true where it must stay: `exists (select from payments where
   * payments.merchant_id = cards.merchant_id and payments.card_id = cards.card_id and …)`.
   */
  readonly isNeeded: Fragment
  /** Where the last call ended. */
  readonly after?: CardKey | undefined
  readonly atMost: number
}

export type Purged = {
  readonly cards: number
  /** Where to go on; undefined once all cards were looked at. */
  readonly next: CardKey | undefined
}

/**
 * Deletes the next cards that are neither saved nor needed. They are judged, locked, and judged once
 * more by a second statement, which sees whatever was written before the first had its locks; who
 * would save or charge one of them later waits, and then finds it gone (`keepTokens`, `lockTokens`).
 */
export async function purgeCards(database: Database, options: PurgeOptions): Promise<Purged> {
  const { keptBefore, isNeeded, after, atMost } = options
  const mayGo = database`
    not exists (
      select from tokens
      where tokens.card_id = cards.card_id and tokens.merchant_id = cards.merchant_id
        and tokens.state = 'active')
    and not (${isNeeded})`
  return inTransaction(database, async (transaction) => {
    const locked = await transaction<CardKey[]>`
      select merchant_id as "merchantId", card_id as "cardId"
      from cards
      where (merchant_id, card_id) > (${after?.merchantId ?? ''}, ${after?.cardId ?? ''})
        and created_at < ${keptBefore} and ${mayGo}
      order by merchant_id, card_id
      limit ${atMost}
      for update`
    const deleted = await transaction`
      delete from cards
      using jsonb_to_recordset(${JSON.stringify(locked)}::text::jsonb)
        as locked("merchantId" text, "cardId" text)
      where cards.merchant_id = locked."merchantId" and cards.card_id = locked."cardId"
        and ${mayGo}`
    return {
      cards: deleted.count,
      next: locked.length === atMost ? locked.at(-1) : undefined,
    }
  })
}
