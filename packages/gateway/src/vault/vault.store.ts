import type { Fragment } from 'postgres'
import { bytea, type Database } from '../platform/database/index.ts'
import { sealedInTime } from '../platform/key-ring/index.ts'
import type { CardId, MerchantId } from '../primitives/id.ts'

export type SealedCard = {
  readonly merchantId: MerchantId
  readonly cardId: CardId
  readonly sealedCard: Buffer
  readonly fingerprint: Buffer
  /** MMYY. */
  readonly expiry: string
  readonly createdAt: Date
}

export async function findSealedCard(
  database: Database,
  merchantId: MerchantId,
  cardId: CardId,
): Promise<Buffer | undefined> {
  const [row] = await database<{ sealedCard: Buffer }[]>`
    select sealed_card as "sealedCard"
    from cards
    where merchant_id = ${merchantId} and card_id = ${cardId}`
  return row?.sealedCard
}

/** A card that is kept where an operation begins (an authentication, a charge). */
export type NewCard = { readonly operationId: string; readonly card: SealedCard }

/** Cards as a part of a begin statement; `mine` is the CTE of the operations that begin. */
export function keepCards(database: Database, cards: readonly NewCard[], mine: Fragment): Fragment {
  const rows = cards.map(({ operationId, card }) => ({
    operation_id: operationId,
    merchant_id: card.merchantId,
    card_id: card.cardId,
    sealed_card: bytea(card.sealedCard),
    fingerprint: bytea(card.fingerprint),
    expiry: card.expiry,
    created_at: card.createdAt,
  }))
  return database`
    insert into cards (merchant_id, card_id, sealed_card, fingerprint, expiry, created_at)
    select merchant_id, card_id, ${sealedInTime(database, database`sealed_card`)}, fingerprint,
      expiry, created_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as card(
      operation_id text, merchant_id text, card_id text, sealed_card bytea, fingerprint bytea,
      expiry text, created_at timestamptz)
    join ${mine} using (operation_id)
    on conflict (merchant_id, card_id) do nothing`
}
