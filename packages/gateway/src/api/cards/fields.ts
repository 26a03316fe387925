/**
 * Reading a body of the cards dialect: null and "" count as absent, unknown members are ignored
 * (design.md 5, wire.md 11.1), and the first thing wrong is raised.
 */
import { type CardErrorName, JsonNumber, type JsonValue } from '@gerbang/wire'
import { type CardExpiry, isExpired, parseCardExpiry } from '../../primitives/card-expiry.ts'
import { passesLuhn } from '../../primitives/card-number.ts'
import { type Money, rupiah } from '../../primitives/money.ts'
import { Secret } from '../../primitives/secret.ts'
import type { CardDetails } from '../../vault/index.ts'
import { CardError } from './card-error.ts'

export type Members = { readonly [member: string]: JsonValue }

const isObject = (value: JsonValue | undefined): value is Members =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof JsonNumber)

/** A member's value; undefined where it is absent, null or "". */
export function memberOf(members: Members | undefined, name: string): JsonValue | undefined {
  // Own members only: "constructor" or "__proto__" of a plain object are no members of the body.
  if (!members || !Object.hasOwn(members, name)) return undefined
  const value = members[name]
  return value === null || value === '' ? undefined : value
}

/** The body itself, which must be an object. */
export function bodyObject(body: JsonValue): Members {
  if (isObject(body)) return body
  throw new CardError('malformed_body', { reason: 'the body is not an object' })
}

/** An optional object; `path` is its name in the error. */
export function objectOf(members: Members | undefined, path: string): Members | undefined {
  const value = memberOf(members, path.slice(path.lastIndexOf('.') + 1))
  if (value === undefined || isObject(value)) return value
  throw new CardError('field_invalid', { field: path })
}

/** Refuses members that nobody knows, where a misspelt one would change what is done (design.md 5). */
export function onlyKnownOf(
  members: Members | undefined,
  path: string,
  known: readonly string[],
): void {
  const unknown = Object.keys(members ?? {}).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new CardError('unknown_member', { field: `${path}.${unknown.slice(0, 64)}` })
  }
}

/** An optional text of at most `maximum` characters; `path` is its name in the error. */
export function textOf(
  members: Members | undefined,
  path: string,
  maximum: number,
): string | undefined {
  const value = memberOf(members, path.slice(path.lastIndexOf('.') + 1))
  if (value === undefined) return undefined
  // Clients send phone numbers and the like as JSON numbers: what they wrote is the text.
  const text = value instanceof JsonNumber ? value.source : value
  if (typeof text !== 'string') throw new CardError('field_invalid', { field: path })
  if (text.length > maximum) throw new CardError('field_length', { field: path, maximum })
  return text
}

export function requiredTextOf(
  members: Members | undefined,
  path: string,
  maximum: number,
): string {
  const text = textOf(members, path, maximum)
  if (text === undefined) throw new CardError('field_required', { field: path })
  return text
}

/**
 * An amount, `order.amount` unless another is named: 1 to 12 digits as they were written, a number
 * or a text of digits.
 * @param row what is raised where it is none
 */
export function amountOf(
  members: Members | undefined,
  name = 'amount',
  row: CardErrorName = 'amount',
): Money {
  const value = members && Object.hasOwn(members, name) ? members[name] : undefined
  const source = value instanceof JsonNumber ? value.source : value
  if (typeof source !== 'string' || !/^[0-9]{1,12}$/.test(source) || /^0+$/.test(source)) {
    throw new CardError(row)
  }
  return rupiah(BigInt(source))
}

/** An optional whole number of at most `digits` digits, a number or a text of digits. */
export function wholeNumberOf(value: JsonValue | undefined, field: string, digits: number): bigint {
  const source = value instanceof JsonNumber ? value.source : value
  if (typeof source !== 'string' || !/^[0-9]+$/.test(source)) {
    throw new CardError('field_invalid', { field })
  }
  if (source.length > digits) throw new CardError('field_length', { field, maximum: digits })
  return BigInt(source)
}

/** An optional true or false, false where it is missing; `path` is its name in the error. */
export function booleanOf(members: Members | undefined, path: string): boolean {
  const value = memberOf(members, path.slice(path.lastIndexOf('.') + 1))
  if (value === undefined) return false
  // Clients of loosely typed languages send the words.
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new CardError('field_invalid', { field: path })
}

/** `card.token`; what is no token of ours is nobody's. */
export function tokenOf(card: Members | undefined): string | undefined {
  const token = memberOf(card, 'token')
  if (token === undefined) return undefined
  if (typeof token !== 'string' || !/^[0-9a-f]{32}$/.test(token)) throw new CardError('card_token')
  return token
}

/**
 * Number and expiry of `card`; undefined where it has no number. A number wins over a token.
 * @param wrongLength the row for a wrong length, which check and charge word differently
 */
export function cardOf(
  card: Members | undefined,
  wrongLength: 'card_number_length' | 'card_number_length_at_check',
  now: Date,
): CardDetails | undefined {
  const given = memberOf(card, 'number')
  if (given === undefined) return undefined
  const number = given instanceof JsonNumber ? given.source : given
  if (typeof number !== 'string' || ![15, 16, 19].includes(number.length)) {
    throw new CardError(wrongLength)
  }
  if (!/^[0-9]+$/.test(number) || !passesLuhn(number)) throw new CardError('luhn')
  return { number: new Secret(number), expiry: expiryOf(card, now) }
}

function expiryOf(card: Members | undefined, now: Date): CardExpiry {
  const given = memberOf(card, 'expiry')
  if (given === undefined) throw new CardError('field_required', { field: 'card.expiry' })
  const expiry = typeof given === 'string' ? parseCardExpiry(given) : undefined
  if (!expiry || isExpired(expiry, now)) throw new CardError('expiry')
  return expiry
}
