/** Shapes that the calls of Kartu Kredit Indonesia share (wire.md 7). */
import { Type } from 'typebox'
import { type TransactionStatus, transactionStatuses } from './transaction-statuses.ts'

/** A request's object: members that nobody knows are ignored (design.md 5). */
export const open = { additionalProperties: true } as const

/** An answer's object: one client passes its members on as named arguments (wire.md 11.2). */
export const closed = { additionalProperties: false } as const

/** What `additionalInfo.channel` says of every call. */
export const kkiChannel = Type.Literal('KARTU_KREDIT_INDONESIA', {
  description: 'KARTU_KREDIT_INDONESIA. Also read under the name `channelId`.',
})

export const kkiAmount = Type.Object(
  {
    value: Type.String({
      pattern: '^[0-9]{1,16}\\.[0-9]{2}$',
      description: 'Rupiah with two decimals, above zero.',
      examples: ['11500.00'],
    }),
    currency: Type.Literal('IDR'),
  },
  { title: 'KkiAmount' },
)

/** The longest number of a merchant, whatever it counts (wire.md 7.3, 7.4, 7.8). */
export const longestReference = 64

export const partnerReferenceNo = Type.String({
  maxLength: longestReference,
  description: 'The merchant’s number of it, never used before.',
  examples: ['INV-0001'],
})

export const referenceNo = Type.String({
  description: 'Our number of it.',
  examples: ['ref_0199c5a6f1d8a3b1c2d3e4f5061728394'],
})

export const custIdMerchant = Type.String({
  maxLength: 64,
  pattern: '^[a-zA-Z0-9]+$',
  description: 'The merchant’s name for the customer.',
  examples: ['CUST0001'],
})

export const bankCardToken = Type.String({
  maxLength: 64,
  description: 'Stands for a bound card.',
  examples: ['de52e5820f4c381db88a1cf91d57b73e'],
})

export const cpan = Type.String({
  pattern: '^[0-9]{1,20}$',
  description: 'The CPAN: the customer’s card number. It has no check digit.',
  examples: ['9360001609987000000'],
})

export const ott = Type.String({
  pattern: '^[0-9]{8}$',
  description: 'The OTT: the one-time token of the issuer’s app.',
  examples: ['12345678'],
})

export const snapTime = Type.String({
  description: 'ISO 8601, in the time of Jakarta.',
  examples: ['2026-09-21T10:30:00+07:00'],
})

export const latestTransactionStatus = Type.Enum(
  Object.keys(transactionStatuses) as TransactionStatus[],
  { description: '00 success, 03 pending, 04 refunded as a whole, 06 failed.' },
)
