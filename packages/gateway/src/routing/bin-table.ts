/**
 * Which brand, issuer, type and country a card number belongs to, as data. The brand ranges are
 * those of ISO/IEC 7812 as the schemes publish them. The issuer rows are the sandbox's (sandbox.md,
 * Test cards) and few others that a public source confirms: an unknown issuer is honest, a guessed
 * one is not. An operator adds the rows of the BIN file that the acquirer gives.
 */

export type Brand = 'VISA' | 'MASTER' | 'JCB' | 'AMEX'
export type CardType = 'CREDIT' | 'DEBIT'

/** First and last value of the leading digits, both inclusive. */
export const brandRanges: readonly { from: string; to: string; brand: Brand }[] = [
  { from: '34', to: '34', brand: 'AMEX' },
  { from: '37', to: '37', brand: 'AMEX' },
  { from: '3528', to: '3589', brand: 'JCB' },
  { from: '4', to: '4', brand: 'VISA' },
  { from: '51', to: '55', brand: 'MASTER' },
  { from: '2221', to: '2720', brand: 'MASTER' },
]

export type IssuerRow = {
  /** The first 6 to 8 digits; of two rows the longer one says more. */
  readonly prefix: string
  readonly issuer: string
  readonly type: CardType
  /** ISO 3166-1 alpha-2. */
  readonly country: string
}

export const issuers: readonly IssuerRow[] = [
  // The samples of the cards seed.
  { prefix: '557338', issuer: 'Bank Mandiri', type: 'CREDIT', country: 'ID' },
  { prefix: '413719', issuer: 'Bank Mandiri', type: 'CREDIT', country: 'ID' },
  { prefix: '557692', issuer: 'CIMB Niaga', type: 'DEBIT', country: 'ID' },
  // The sample answer of Midtrans's BIN API (docs.midtrans.com, reference/bin-api).
  { prefix: '455633', issuer: 'Bank Central Asia', type: 'CREDIT', country: 'ID' },
  // getbincodes.com; Bank Internasional Indonesia has been Maybank Indonesia since 2015.
  { prefix: '526431', issuer: 'Bank Negara Indonesia', type: 'DEBIT', country: 'ID' },
  { prefix: '531810', issuer: 'Maybank Indonesia', type: 'DEBIT', country: 'ID' },
]

/** The issuers of CPANs: 9360 and the bank's code in the national switching (sandbox.md, KKI test data). */
export const cpanIssuers: readonly { readonly prefix: string; readonly issuer: string }[] = [
  { prefix: '93600016', issuer: 'Bank Rakyat Indonesia' },
  { prefix: '93600002', issuer: 'Bank Rakyat Indonesia' },
  { prefix: '93600008', issuer: 'Bank Mandiri' },
]

/** For numbers whose issuer is not in the table. */
export const unknownIssuer = {
  issuer: 'Unknown Issuer',
  type: 'CREDIT',
  country: undefined,
} as const
