/** The headers of SNAP calls, in the order in which they are missed. */
import { parseSnapTimestamp } from '@gerbang/wire'
import type { Clock } from '../../../primitives/clock.ts'
import { isPrintable, longestIdentifier } from '../../raw-call.ts'
import { SnapError } from '../snap-error.ts'

export type SnapHeaders = Readonly<Record<string, string | string[] | undefined>>

/** A header that must be there. */
export function mandatoryHeader(headers: SnapHeaders, name: string): string {
  const value = optionalHeader(headers, name)
  if (value === undefined) throw new SnapError('field_mandatory', { field: name })
  return value
}

/** An empty header is an absent one. */
export function optionalHeader(headers: SnapHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Not what it is made of is checked, but that two sides write the same bytes for it. */
export function identifierHeader(headers: SnapHeaders, name: string): string {
  const value = mandatoryHeader(headers, name)
  if (value.length > longestIdentifier || !isPrintable(value)) {
    throw new SnapError('field_format', { field: name })
  }
  return value
}

/** Checks the form of X-TIMESTAMP, and its window on real time. */
export function checkTimestamp(
  text: string,
  { clock, windowSeconds }: { clock: Clock; windowSeconds: number },
): void {
  const timestamp = parseSnapTimestamp(text)
  if (!timestamp) throw new SnapError('field_format', { field: 'X-TIMESTAMP' })
  const distanceMs = Math.abs(timestamp.getTime() - clock.realNow().getTime())
  if (distanceMs > windowSeconds * 1_000) {
    const reason = `X-TIMESTAMP is not in +- ${windowSeconds} second of now`
    throw new SnapError('unauthorized', { reason })
  }
}

/** The token of an Authorization header, whatever the case of its scheme (wire.md 6.3). */
export function bearerTokenOf(header: string): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header)?.[1]
}
