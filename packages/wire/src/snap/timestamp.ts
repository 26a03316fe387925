/**
 * Timestamps of SNAP: ISO 8601 with `Z` or an offset, with or without fractions of a second. The
 * seed wants an offset, the libraries send all of these (wire.md 6.3, 11.1). A signature is over the
 * text as it stood, so that nobody writes it anew.
 */

const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(?:Z|[+-](\d{2}):(\d{2}))$/

/** Western Indonesia keeps UTC+7 all year round. */
const jakartaMs = 7 * 3_600_000

/** The instant of a timestamp text; undefined where the text is malformed or no real date. */
export function parseSnapTimestamp(text: string): Date | undefined {
  const [, local = '', hours = '00', minutes = '00'] = pattern.exec(text) ?? []
  if (local === '' || Number(hours) > 14 || Number(minutes) > 59) return undefined
  // Date rolls 31 April and 24:00 over: such a text is no timestamp.
  const asUtc = new Date(`${local}Z`)
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString().slice(0, 19) !== local) return undefined
  const instant = new Date(text)
  return Number.isNaN(instant.getTime()) ? undefined : instant
}

/** `2026-09-21T10:30:00+07:00` of an instant. */
export function formatSnapTimestamp(instant: Date): string {
  return `${new Date(instant.getTime() + jakartaMs).toISOString().slice(0, 19)}+07:00`
}
