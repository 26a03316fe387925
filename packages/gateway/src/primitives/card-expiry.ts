/** Card expiry: the card is good through the last day of its month. */

export type CardExpiry = { readonly month: number; readonly year: number }

/** Reads `MMYY`; undefined where it is malformed (`2525`, or the `YYMM` order). */
export function parseCardExpiry(text: string): CardExpiry | undefined {
  if (!/^(0[1-9]|1[0-2])\d{2}$/.test(text)) return undefined
  return { month: Number(text.slice(0, 2)), year: 2000 + Number(text.slice(2)) }
}

/** `MMYY`. */
export function formatCardExpiry(expiry: CardExpiry): string {
  return `${String(expiry.month).padStart(2, '0')}${String(expiry.year % 100).padStart(2, '0')}`
}

/** Indonesia's western time has no daylight saving: UTC+7 all year. */
const jakartaOffsetMs = 7 * 3_600_000

/** Whether the month of expiry is over in Jakarta. */
export function isExpired(expiry: CardExpiry, now: Date): boolean {
  return now.getTime() + jakartaOffsetMs >= Date.UTC(expiry.year, expiry.month, 1)
}
