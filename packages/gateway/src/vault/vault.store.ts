import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { CardId, MerchantId } from '../primitives/id.ts'

export type SealedCard = {
  readonly merchantId: MerchantId
  readonly cardId: CardId
  readonly sealedCard: Buffer
  readonly fingerprint: Buffer
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

/** The card as a part of a begin statement; kept only where `condition` holds. */
export function keepCard(database: Database, card: SealedCard, condition: Fragment): Fragment {
  return database`
    insert into cards (merchant_id, card_id, sealed_card, fingerprint, created_at)
    select ${card.merchantId}, ${card.cardId}, ${card.sealedCard}, ${card.fingerprint},
      ${card.createdAt}::timestamptz
    where ${condition}`
}
