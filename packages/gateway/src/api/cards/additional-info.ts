/**
 * `additional_info` comes back as it was sent (wire.md 5.2), its numbers too: an order number of 20
 * digits is no double. On the way through the payment and the database it is plain JSON, where a
 * number that a double would change is the object `{ "#number": "<its text>" }`; an object that a
 * merchant wrote so is wrapped once more.
 */
import { JsonNumber, type JsonValue } from '@gerbang/wire'
import type { Payment } from '../../payments/index.ts'

const mark = '#number'

/** What is kept of a request's. */
export function keptOf(value: JsonValue): unknown {
  if (value instanceof JsonNumber) {
    const number = Number(value.source)
    return String(number) === value.source ? number : { [mark]: value.source }
  }
  if (Array.isArray(value)) return value.map(keptOf)
  if (typeof value !== 'object' || value === null) return value
  const members = mapMembers(value, keptOf)
  return isMarked(members) ? { [mark]: members } : members
}

/** The member of an answer or notification, where the request had one. */
export function additionalInfoOf({ additionalInfo }: Payment): { additional_info?: unknown } {
  return additionalInfo === undefined ? {} : { additional_info: sentOf(additionalInfo) }
}

/** What `keptOf` kept, as it was sent. */
export function sentOf(kept: unknown): unknown {
  if (Array.isArray(kept)) return kept.map(sentOf)
  if (typeof kept !== 'object' || kept === null) return kept
  if (!isMarked(kept)) return mapMembers(kept, sentOf)
  const marked = kept[mark]
  return typeof marked === 'string' ? new JsonNumber(marked) : mapMembers(marked, sentOf)
}

function isMarked(members: object): members is { [mark]: string | object } {
  return Object.keys(members).length === 1 && Object.hasOwn(members, mark)
}

function mapMembers<Value>(
  members: { [name: string]: Value } | object,
  map: (value: Value) => unknown,
) {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, map(value)] as const),
  )
}
