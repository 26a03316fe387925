/** What the café sells, and the test cards it offers (docs/guides/sandbox.md). */

export type Drink = {
  readonly id: string
  readonly name: string
  /** Whole rupiah. */
  readonly price: number
  /** What the sandbox does with this amount. */
  readonly note: string
}

export const menu: readonly Drink[] = [
  { id: 'tubruk', name: 'Kopi tubruk', price: 15_000, note: 'paid at once' },
  {
    id: 'cold-brew',
    name: 'Cold brew',
    price: 29_002,
    note: 'amount …9002: you confirm it in the issuer’s app',
  },
  { id: 'luwak', name: 'Kopi luwak', price: 189_051, note: 'amount …9051: insufficient funds' },
  { id: 'latte', name: 'Latte', price: 39_068, note: 'amount …9068: answer lost at first' },
]

export const testCards: readonly { readonly cpan: string; readonly meaning: string }[] = [
  { cpan: '9360001609987000000', meaning: 'Bank Rakyat Indonesia' },
  { cpan: '9360000812345678901', meaning: 'Bank Mandiri' },
  { cpan: '9360001600000000002', meaning: 'not permitted' },
  { cpan: '9360001600000000003', meaning: 'suspected fraud' },
]
