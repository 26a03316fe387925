/**
 * Routing: what card is this, and which of the merchant's acquirer accounts takes it. Pure: the
 * BIN table is data, the accounts belong to the merchant.
 */
import type { AcquirerAccount, Merchant, PaymentType } from '../merchants/index.ts'
import { binOf, maskCardNumber } from '../primitives/card-number.ts'
import {
  type Brand,
  brandRanges,
  type CardType,
  cpanIssuers,
  issuers,
  unknownIssuer,
} from './bin-table.ts'

export type { Brand } from './bin-table.ts'

/** What may be shown, logged and stored of a card. */
export type CardDescription<SomeBrand extends string = Brand> = {
  readonly masked: string
  readonly bin: string
  readonly brand: SomeBrand
  readonly issuer: string
  readonly type: CardType
  /** Of the issuer, ISO 3166-1 alpha-2; undefined where the BIN table does not know it. */
  readonly country?: string | undefined
}

/** Describes a card number; undefined where no brand that we know issues it. */
export function describeCard(digits: string): CardDescription | undefined {
  const range = brandRanges.find(({ from, to }) => {
    const head = digits.slice(0, from.length)
    return head >= from && head <= to
  })
  if (!range) return undefined
  const row = issuersByLongestPrefix.find(({ prefix }) => digits.startsWith(prefix))
  const { issuer, type, country } = row ?? unknownIssuer
  return {
    masked: maskCardNumber(digits),
    bin: binOf(digits),
    brand: range.brand,
    issuer,
    type,
    country,
  }
}

const issuersByLongestPrefix = issuers.toSorted((a, b) => b.prefix.length - a.prefix.length)

/**
 * The merchant's account that takes the card: the one that names the longest part of its BIN, else
 * the first that names its brand; undefined where none does. An account that names payment types
 * takes only these. A 3-D Secure check does not know the payment type yet: it looks at the card
 * alone, and the charge decides.
 */
export function routeCard(
  merchant: Pick<Merchant, 'acquirerAccounts'>,
  card: Pick<CardDescription, 'bin' | 'brand'>,
  paymentType?: PaymentType,
): AcquirerAccount | undefined {
  const open = merchant.acquirerAccounts.filter(
    ({ takes: { paymentTypes } }) =>
      paymentType === undefined || paymentTypes === undefined || paymentTypes.includes(paymentType),
  )
  const byBin = open
    .map((account) => ({ account, digits: longestBin(account, card.bin) }))
    .filter(({ digits }) => digits > 0)
    // The sort is stable: the merchant's order of preference decides between equals.
    .toSorted((a, b) => b.digits - a.digits)
  return byBin[0]?.account ?? open.find(({ takes }) => takes.brands?.includes(card.brand))
}

/** How many digits of the BIN the account names; 0 where it does not. */
function longestBin({ takes }: AcquirerAccount, bin: string): number {
  const named = (takes.bins ?? []).filter((prefix) => bin.startsWith(prefix))
  return Math.max(0, ...named.map((prefix) => prefix.length))
}

/** Describes a CPAN, whose brand is its scheme and whose country is Indonesia. */
export function describeCpan(digits: string): CardDescription<'KKI'> {
  const issuer = cpanIssuers.find(({ prefix }) => digits.startsWith(prefix))?.issuer
  return {
    masked: maskCardNumber(digits),
    bin: binOf(digits),
    brand: 'KKI',
    issuer: issuer ?? unknownIssuer.issuer,
    type: 'CREDIT',
    country: 'ID',
  }
}

/** The merchant's account at the KKI switch. */
export function kkiAccountOf(
  merchant: Pick<Merchant, 'acquirerAccounts'>,
): AcquirerAccount | undefined {
  return merchant.acquirerAccounts.find(({ takes }) =>
    takes.channels?.includes('KARTU_KREDIT_INDONESIA'),
  )
}

/** Longest invoice number that an acquirer takes: 64, but 30 at Bank Mandiri (seed, charge). */
export function longestInvoiceNumber(acquirerId: string | undefined): number {
  return acquirerId === 'BANK_MANDIRI' ? 30 : 64
}
