/**
 * Which brand and issuer a card number belongs to, as data. The brand ranges are those of ISO/IEC
 * 7812 as the schemes publish them; the issuer rows are the sandbox's (sandbox.md, Test cards).
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

export const issuers: readonly { prefix: string; issuer: string; type: CardType }[] = [
  { prefix: '557338', issuer: 'Bank Mandiri', type: 'CREDIT' },
  { prefix: '413719', issuer: 'Bank Mandiri', type: 'CREDIT' },
  { prefix: '557692', issuer: 'CIMB Niaga', type: 'DEBIT' },
]

/** For numbers whose issuer is not in the table. */
export const unknownIssuer = { issuer: 'Unknown Issuer', type: 'CREDIT' } as const
