/**
 * What is wrong with a timestamp: its form, or its distance from our clock. A distance that is the offset
 * of a time zone is most likely one, and no clock.
 */
import { formatSnapTimestamp, formatTimestamp, parseSnapTimestamp } from '@gerbang/wire'
import type { Cause, SignedBy } from './explanation.ts'

const right: Readonly<Record<SignedBy, string>> = {
  cards: 'UTC in whole seconds, with T and Z: 2026-09-21T03:30:00Z',
  'snap-call': 'ISO 8601 with an offset or Z: 2026-09-21T10:30:00+07:00',
  'snap-token': 'ISO 8601 with an offset or Z: 2026-09-21T10:30:00+07:00',
}

const forms: readonly { cause: string; pattern: RegExp; says: string }[] = [
  { cause: 'seconds-since-epoch', pattern: /^\d{9,10}$/, says: 'It is seconds since 1970' },
  {
    cause: 'milliseconds-since-epoch',
    pattern: /^\d{12,13}$/,
    says: 'It is milliseconds since 1970',
  },
  {
    cause: 'milliseconds',
    pattern: /^[\d-]{10}T[\d:]{8}[.,]\d+Z$/,
    says: 'It has fractions of a second: cut them off, in the header and in the text that you sign',
  },
  {
    cause: 'timestamp-with-offset',
    pattern: /^[\d-]{10}T[\d:]{8}(?:[.,]\d+)?[+-][\d:.]+$/,
    says: 'Its offset from UTC is not written as it should be',
  },
  {
    cause: 'timestamp-without-zone',
    pattern: /^[\d-]{10}T[\d:]{8}(?:[.,]\d+)?$/,
    says: 'It does not say in which time zone it is',
  },
  { cause: 'timestamp-with-space', pattern: /^[\d-]{10} [\d:]{8}/, says: 'A T is missing' },
]

/** What is wrong with the form of a timestamp that could not be read. */
export function explainForm(text: string, signedBy: SignedBy): Cause {
  const form = forms.find(({ pattern }) => pattern.test(text))
  const says = (signedBy === 'cards' && offsetWhereZ(text)) || form?.says || noForm
  return { cause: form?.cause ?? 'timestamp-format', hint: `${says}. Send ${right[signedBy]}.` }
}

const noForm = 'It is no timestamp, or no date of the calendar'

/** The cards dialect takes no offset at all, however it is written: isoformat() has +00:00. */
function offsetWhereZ(text: string): string | undefined {
  const [, fraction, offset] = /^[\d-]{10}T[\d:]{8}([.,]\d+)?([+-][\d:.]+)$/.exec(text) ?? []
  if (offset === undefined) return undefined
  const alsoFraction = fraction === undefined ? '' : ', and fractions of a second'
  return `It has an offset (${offset}) in the place of Z${alsoFraction}`
}

/** The instant that a malformed timestamp seems to mean. */
export function instantOf(text: string): Date | undefined {
  const seconds = /^\d{9,10}$/.test(text) ? Number(text) * 1_000 : Number.NaN
  const instant = new Date(
    Number.isNaN(seconds) ? (/^\d{12,13}$/.test(text) ? Number(text) : text) : seconds,
  )
  return Number.isNaN(instant.getTime()) ? undefined : instant
}

/** An instant as the dialect writes it. */
export function writeTimestamp(instant: Date, signedBy: SignedBy): string {
  return signedBy === 'cards' ? formatTimestamp(instant) : formatSnapTimestamp(instant)
}

/** An instant in the form of another timestamp: its zone, its fraction; as the dialect has it where none. */
export function writeLike(text: string, instant: Date, signedBy: SignedBy): string {
  const form = formOf(text)
  return form ? writeIn(form, instant) : writeTimestamp(instant, signedBy)
}

/** How a timestamp that can be read was written. */
export type TimestampForm = {
  /** As it stands behind the seconds: `.123`, or nothing. */
  readonly fraction: string
  /** `Z` or `+07:00`. */
  readonly zone: string
  readonly offsetMinutes: number
}

/** The form of a timestamp; undefined where it is none that a dialect takes. */
export function formOf(text: string): TimestampForm | undefined {
  const pattern = /^[\d-]{10}T[\d:]{8}(\.\d+)?(Z|([+-])(\d{2}):(\d{2}))$/
  const [, fraction = '', zone, sign, hours = '0', minutes = '0'] = pattern.exec(text) ?? []
  if (zone === undefined) return undefined
  const size = Number(hours) * 60 + Number(minutes)
  return { fraction, zone, offsetMinutes: sign === '-' ? -size : size }
}

/** An instant in this form; the fraction is that of the form, unless the form has none. */
export function writeIn({ fraction, zone, offsetMinutes }: TimestampForm, instant: Date): string {
  const local = new Date(instant.getTime() + offsetMinutes * 60_000)
  return `${local.toISOString().slice(0, 19)}${fraction}${zone}`
}

/** Seconds by which a timestamp is ahead of now. */
export function skewOf(text: string, now: Date): number | undefined {
  const instant = parseSnapTimestamp(text)
  return instant && Math.round((instant.getTime() - now.getTime()) / 1_000)
}

/**
 * Offsets from UTC that some country has, in minutes (IANA time zones). A distance of another number of
 * half hours is that of a clock.
 */
const offsets: ReadonlySet<number> = new Set([
  ...Array.from({ length: 27 }, (_, i) => (i - 12) * 60),
  ...[-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765],
])

/** Seconds that a clock may be off so that the timestamp would pass if its zone were right. */
const tolerance: Readonly<Record<SignedBy, number>> = {
  cards: 15,
  'snap-call': 300,
  'snap-token': 300,
}

/** What is wrong with a timestamp that is outside of the window. */
export function explainSkew(text: string, skewSeconds: number, signedBy: SignedBy): Cause {
  const written = formOf(text)?.offsetMinutes ?? 0
  const minutes = Math.round(skewSeconds / 900) * 15
  const isZone =
    minutes !== 0 &&
    offsets.has(minutes + written) &&
    Math.abs(skewSeconds - minutes * 60) <= tolerance[signedBy]
  const size = `${Math.abs(skewSeconds)} seconds ${skewSeconds > 0 ? 'ahead of' : 'behind'} ours`
  if (!isZone) {
    const hint =
      `The timestamp is ${size}: set the clock of your machine (NTP), and make the timestamp ` +
      'just before the request.'
    return { cause: 'clock-skew', hint }
  }
  const hours = `${minutes > 0 ? '+' : '-'}${Math.abs(minutes) / 60} h`
  const orClock = 'Where your local time is another, it is the clock of your machine.'
  return text.endsWith('Z')
    ? {
        cause: 'local-time-labelled-z',
        hint:
          `The timestamp is ${size}, which is the distance of a time zone (${hours}): most likely ` +
          `local time that is labelled Z. Z means UTC. ${orClock}`,
      }
    : {
        cause: 'wrong-utc-offset',
        hint:
          `The timestamp is ${size}, which is the distance of a time zone (${hours}): most likely ` +
          `its offset is not that of the time in front of it. ${orClock}`,
      }
}
