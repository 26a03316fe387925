/**
 * Timestamps of the cards dialect: UTC, `YYYY-MM-DDTHH:mm:ssZ`, whole seconds, strict `T` and `Z`
 * (wire.md 2.1: `2026-09-21 03:30:00` is refused by the real gateway as bad format).
 */

const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

/** `YYYY-MM-DDTHH:mm:ssZ` of an instant. */
export function formatTimestamp(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`
}

/** The instant of a timestamp text; undefined where the text is malformed or no real date. */
export function parseTimestamp(text: string): Date | undefined {
  if (!pattern.test(text)) return undefined
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime())) return undefined
  // Date accepts 24:00:00 and, in some months, day 31 by rolling over: such a text is no timestamp.
  return formatTimestamp(instant) === text ? instant : undefined
}
