/**
 * Routing: what card is this, and which of the merchant's acquirer accounts takes it. Pure: the
 * BIN table is data, the accounts belong to the merchant.
 */
import type { AcquirerAccount, Merchant } from '../merchants/index.ts'
import { binOf, maskCardNumber } from '../primitives/card-number.ts'
import { type Brand, brandRanges, type CardType, issuers, unknownIssuer } from './bin-table.ts'

export type { Brand } from './bin-table.ts'

/** What may be shown, logged and stored of a card. */
export type CardDescription = {
  readonly masked: string
  readonly bin: string
  readonly brand: Brand
  readonly issuer: string
  readonly type: CardType
}

/** Describes a card number; undefined where no brand that we know issues it. */
export function describeCard(digits: string): CardDescription | undefined {
  const range = brandRanges.find(({ from, to }) => {
    const head = digits.slice(0, from.length)
    return head >= from && head <= to
  })
  if (!range) return undefined
  const { issuer, type } = issuers.find(({ prefix }) => digits.startsWith(prefix)) ?? unknownIssuer
  return { masked: maskCardNumber(digits), bin: binOf(digits), brand: range.brand, issuer, type }
}

/** The first of the merchant's accounts that takes the card; undefined where none does. */
export function routeCard(
  merchant: Pick<Merchant, 'acquirerAccounts'>,
  card: CardDescription,
): AcquirerAccount | undefined {
  return merchant.acquirerAccounts.find(({ takes }) =>
    'bins' in takes
      ? takes.bins.some((bin) => card.bin.startsWith(bin))
      : takes.brands.includes(card.brand),
  )
}

/** Longest invoice number that an acquirer takes: 64, but 30 at Bank Mandiri (seed, charge). */
export function longestInvoiceNumber(acquirerId: string | undefined): number {
  return acquirerId === 'BANK_MANDIRI' ? 30 : 64
}
