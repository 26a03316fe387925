/**
 * What is wrong with a timestamp: its form, or its distance from our clock. A distance of whole half
 * hours is a time zone, not a clock.
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
    says: 'Its offset from UTC is not as it should be',
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
  const says = form?.says ?? 'It is no timestamp, or no date of the calendar'
  return { cause: form?.cause ?? 'timestamp-format', hint: `${says}. Send ${right[signedBy]}.` }
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

/** Seconds by which a timestamp is ahead of now. */
export function skewOf(text: string, now: Date): number | undefined {
  const instant = parseSnapTimestamp(text)
  return instant && Math.round((instant.getTime() - now.getTime()) / 1_000)
}

/** A clock that is off by more than this beside a wrong time zone is not told from one. */
const tolerance = 120

/** What is wrong with a timestamp that is outside of the window. */
export function explainSkew(text: string, skewSeconds: number): Cause {
  const halfHours = Math.round(skewSeconds / 1_800)
  const isZone =
    halfHours !== 0 &&
    Math.abs(halfHours) <= 28 &&
    Math.abs(skewSeconds - halfHours * 1_800) <= tolerance
  const size = `${Math.abs(skewSeconds)} seconds ${skewSeconds > 0 ? 'ahead of' : 'behind'} ours`
  if (!isZone) {
    const hint =
      `The timestamp is ${size}: set the clock of your machine (NTP), and make the timestamp ` +
      'just before the request.'
    return { cause: 'clock-skew', hint }
  }
  const hours = `${halfHours > 0 ? '+' : '-'}${Math.abs(halfHours) / 2} h`
  return text.endsWith('Z')
    ? {
        cause: 'local-time-labelled-z',
        hint:
          `The timestamp is ${size}, which is a time zone (${hours}): local time that is ` +
          'labelled Z. Z means UTC.',
      }
    : {
        cause: 'wrong-utc-offset',
        hint:
          `The timestamp is ${size}, which is a time zone (${hours}): its offset is not that of ` +
          'the time in front of it.',
      }
}
