/** What SNAP's door refuses in the headers of any call: missing, unusable, at another time, of another type. */
import { type Draft, withValue } from '../draft.ts'
import type { Finding, Known, Refused } from '../explanation.ts'
import { explainContentType, explainMissing, explainUnusable } from '../headers.ts'
import { headerOf } from '../text-mistakes.ts'
import { explainForm, explainSkew, instantOf, skewOf, writeLike } from '../timestamps.ts'

/** Whether the timestamp is what a call was refused for. */
export function isAboutTime({ row, values }: Refused): boolean {
  return row === 'field_format'
    ? values['field'] === 'X-TIMESTAMP'
    : row === 'unauthorized' && String(values['reason']).startsWith('X-TIMESTAMP')
}

/**
 * @param expected the text to sign, as it follows from the headers that came
 * @param names of the headers that must be there
 */
export function explainSnapHeaders(
  refused: Refused,
  known: Known,
  { expected, names }: { readonly expected: Draft; readonly names: readonly string[] },
): Finding | undefined {
  switch (refused.row) {
    case 'field_mandatory':
      return { causes: [explainMissing(refused, names)], expected }
    case 'field_format':
      return isAboutTime(refused)
        ? explainTimestampForm(refused, expected)
        : { causes: [explainUnusable(refused, String(refused.values['field']))], expected }
    case 'content_type':
      return explainContentType(refused, expected)
    case 'unauthorized':
      return isAboutTime(refused) ? explainDistance(refused, known, expected) : undefined
    default:
      return undefined
  }
}

function explainTimestampForm(refused: Refused, expected: Draft): Finding {
  const text = headerOf(refused, 'x-timestamp') ?? ''
  const instant = instantOf(text)
  const written = instant && writeLike(zoneAlone(text), instant, refused.signedBy)
  return {
    causes: [explainForm(text, refused.signedBy)],
    expected: written === undefined ? expected : withValue(expected, 'X-TIMESTAMP', written),
    received: expected,
  }
}

/** A form that can be read, of the zone of one that cannot: UTC stays UTC, whatever else is wrong. */
function zoneAlone(text: string): string {
  return /(?:Z|[+-]00:?00)$/.test(text) ? '2026-01-01T00:00:00Z' : ''
}

function explainDistance(refused: Refused, known: Known, expected: Draft): Finding {
  const text = headerOf(refused, 'x-timestamp') ?? ''
  const skewSeconds = skewOf(text, known.now) ?? 0
  const now = writeLike(text, known.now, refused.signedBy)
  return {
    causes: [explainSkew(text, skewSeconds, refused.signedBy)],
    expected: withValue(expected, 'X-TIMESTAMP', now),
    received: expected,
    skewSeconds,
  }
}
