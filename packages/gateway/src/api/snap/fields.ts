/**
 * Members of a SNAP body, by their dotted path. Null and empty are absent, and so is the empty list
 * that PHP writes for an object without members (wire.md 11.1); what nobody asks for is ignored.
 */
import { JsonNumber, type JsonValue } from '@gerbang/wire'
import type { SnapBody } from './door/door.ts'
import { SnapError } from './snap-error.ts'

export type TextRule = {
  readonly maximum?: number
  readonly pattern?: RegExp
  /** Written as a number by clients of loosely typed languages: its digits are the text. */
  readonly mayBeNumber?: boolean
}

/** What stands at a path; undefined where it, or an object on the way to it, is absent. */
export function valueAt(body: SnapBody, path: string): JsonValue | undefined {
  const names = path.split('.')
  let value: JsonValue | undefined = body
  for (const [index, name] of names.entries()) {
    if (Array.isArray(value) && value.length === 0) return undefined
    if (!isObject(value)) malformed(names.slice(0, index).join('.'))
    // Own members only: "constructor" of a plain object is no member of the body.
    value = Object.hasOwn(value, name) ? value[name] : undefined
    if (value === undefined || value === null || value === '') return undefined
  }
  return value
}

export function textAt(body: SnapBody, path: string, rule: TextRule = {}): string | undefined {
  const value = valueAt(body, path)
  if (value === undefined) return undefined
  const text = rule.mayBeNumber && value instanceof JsonNumber ? value.source : value
  if (typeof text !== 'string') malformed(path)
  if (text.length > (rule.maximum ?? text.length)) malformed(path)
  if (rule.pattern && !rule.pattern.test(text)) malformed(path)
  return text
}

/** A text that must be there. */
export function mandatoryText(body: SnapBody, path: string, rule: TextRule = {}): string {
  return textAt(body, path, rule) ?? missing(path)
}

/** A text that must be one of these, whatever its case. */
export function mandatoryChoice<const T extends string>(
  body: SnapBody,
  path: string,
  choices: readonly T[],
): T {
  const value = mandatoryText(body, path, { mayBeNumber: true }).toLowerCase()
  return choices.find((choice) => choice === value) ?? malformed(path)
}

/** True, false or the words for it, which clients of loosely typed languages send. */
export function booleanAt(body: SnapBody, path: string): boolean {
  const value = valueAt(body, path)
  if (value === undefined || value === false || value === 'false') return false
  return value === true || value === 'true' || malformed(path)
}

export function missing(field: string): never {
  throw new SnapError('field_mandatory', { field })
}

export function malformed(field: string): never {
  throw new SnapError('field_format', { field })
}

function isObject(value: JsonValue | undefined): value is SnapBody {
  const isSomething = typeof value === 'object' && value !== null
  return isSomething && !Array.isArray(value) && !(value instanceof JsonNumber)
}
