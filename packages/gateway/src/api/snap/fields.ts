/** Members of a SNAP body. Null and empty are absent (wire.md 11.1). */
import type { SnapBody } from './door/door.ts'
import { SnapError } from './snap-error.ts'

/** A text that must be there. */
export function mandatoryText(body: SnapBody, name: string): string {
  const value = Object.hasOwn(body, name) ? body[name] : undefined
  if (value === undefined || value === null || value === '') {
    throw new SnapError('field_mandatory', { field: name })
  }
  if (typeof value !== 'string') throw new SnapError('field_format', { field: name })
  return value
}

/** A text that must be one of these, whatever its case. */
export function mandatoryChoice<const T extends string>(
  body: SnapBody,
  name: string,
  choices: readonly T[],
): T {
  const value = mandatoryText(body, name).toLowerCase()
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw new SnapError('field_format', { field: name })
  return found
}
