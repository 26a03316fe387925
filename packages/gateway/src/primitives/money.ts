/** Money: bigint minor units and a currency. IDR has 2 decimals inside (ISO 4217). */

declare const made: unique symbol

export type Money = { readonly minor: bigint; readonly currency: 'IDR' } & { [made]: true }

/** The only maker of Money. */
export function money(minor: bigint, currency: 'IDR'): Money {
  return { minor, currency } as Money
}

/** Whole rupiah, as the cards dialect sends them. */
export function rupiah(whole: bigint): Money {
  return money(whole * 100n, 'IDR')
}

/** Whole rupiah of an amount that has no sen; the dialect's 12 digits fit a JS number. */
export function wholeRupiah(amount: Money): number {
  return Number(amount.minor / 100n)
}

/** Rupiah to the digit, which a JS number would lose: 11500, and with sen where there are any 11500.50. */
export function rupiahDigits({ minor }: Money): string {
  const sign = minor < 0n ? '-' : ''
  const size = minor < 0n ? -minor : minor
  const sen = size % 100n
  const whole = `${sign}${size / 100n}`
  return sen === 0n ? whole : `${whole}.${String(sen).padStart(2, '0')}`
}
