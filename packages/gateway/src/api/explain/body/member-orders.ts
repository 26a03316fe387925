/**
 * The orders in which another library may have written the members of a JSON object: sorted, as a
 * hash map has them, or in nobody's order. Which one it was cannot be read from what was sent; a few
 * dozen are tried.
 */
import { JsonNumber, type JsonValue } from '@gerbang/wire'
import { ordersOf } from '../draft.ts'

type Members = readonly (readonly [string, JsonValue])[]

/** The JSON in other orders than its own; the first is sorted at every depth. */
export function* memberOrders(json: JsonValue): Generator<JsonValue> {
  yield deeply(json, sorted)
  if (!isObject(json)) return
  yield deeply(json, asHashMap)
  yield deeply(json, (members) => members.toReversed())
  const members = Object.entries(json)
  for (const order of ordersOfSome(members)) yield Object.fromEntries(order)
  // One object inside is filled in another order, such as order or card; the rest is as it was sent.
  for (const [i, [name, inner]] of members.entries()) {
    if (!isObject(inner)) continue
    for (const order of ordersOfSome(Object.entries(inner))) {
      yield Object.fromEntries(members.with(i, [name, Object.fromEntries(order)]))
    }
  }
}

/** Every order of four members; of more, those in which one stands elsewhere, or the ends are swapped. */
function ordersOfSome(members: Members): Members[] {
  if (members.length <= 4) return ordersOf(members)
  const moved = members.flatMap((member, i) => {
    const others = members.toSpliced(i, 1)
    return [[...others, member], [member, ...others], others.toSpliced(i + 1, 0, member)]
  })
  return [sorted(members), members.toReversed(), asHashMap(members), ...moved.slice(0, 60)]
}

function sorted(members: Members): Members {
  return members.toSorted(([one], [other]) => (one < other ? -1 : 1))
}

/** As java.util.HashMap has them, and with it org.json: by their hash, 16 places at first. */
function asHashMap(members: Members): Members {
  let places = 16
  while (members.length > places * 0.75) places *= 2
  const placeOf = (name: string) => {
    let hash = 0
    for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0
    return (hash ^ (hash >>> 16)) & (places - 1)
  }
  return members.toSorted(([one], [other]) => placeOf(one) - placeOf(other))
}

function deeply(json: JsonValue, order: (members: Members) => Members): JsonValue {
  if (Array.isArray(json)) return json.map((one) => deeply(one, order))
  if (!isObject(json)) return json
  const members = Object.entries(json).map(([name, one]) => [name, deeply(one, order)] as const)
  return Object.fromEntries(order(members))
}

function isObject(json: JsonValue): json is { readonly [member: string]: JsonValue } {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    !(json instanceof JsonNumber)
  )
}
