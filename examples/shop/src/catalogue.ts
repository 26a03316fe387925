/** What the shop sells, and the test cards it offers (sandbox.md, Test cards and Test amounts). */
import type { Product } from './orders.ts'

export const products: readonly [Product, ...Product[]] = [
  { id: 'gayo', name: 'Gayo coffee, 250\u00a0g', price: 90_000, note: 'approved' },
  { id: 'teapot', name: 'Clay teapot', price: 189_051, note: 'amount …9051: insufficient funds' },
  {
    id: 'basket',
    name: 'Rattan basket',
    price: 149_068,
    note: 'amount …9068: answer lost at first',
  },
]

export type TestCard = { readonly number: string; readonly meaning: string }

export const testCards: readonly [TestCard, ...TestCard[]] = [
  { number: '5573381011111101', meaning: 'Mastercard: one-time password, approved' },
  { number: '4137190000009008', meaning: 'Visa: one-time password, approved' },
  { number: '4111111111111111', meaning: 'Visa: no password asked, approved' },
  { number: '4000000000000002', meaning: 'Visa: not enrolled in 3-D Secure, charged at once' },
  { number: '4000000000002008', meaning: 'Visa: authentication fails' },
  { number: '4000000000005001', meaning: 'Visa: 3-D Secure cannot be reached' },
  { number: '5576920000000390', meaning: 'Mastercard: one-time password, declined' },
  { number: '4000000000043002', meaning: 'Visa: one-time password, declined as stolen' },
  { number: '371449635398431', meaning: 'Amex: this shop may not take it' },
]

/** December of the year after next, `MM/YY`. */
export function futureExpiry(now: Date): string {
  return `12/${String((now.getFullYear() + 2) % 100).padStart(2, '0')}`
}
