/**
 * What a client may have hashed instead of the bytes that it sent: the same JSON, written anew by
 * another library; without or with a line end; nothing at all.
 */
import { createHash } from 'node:crypto'
import { ordersOf } from './draft.ts'

/** A body that was parsed and written again, in each of the usual ways. None where it is no JSON. */
export function reserialised(body: Buffer): string[] {
  try {
    return rewritten(JSON.parse(body.toString('utf8')))
  } catch {
    // No JSON, or too deep to be walked.
    return []
  }
}

/** The body as an editor, a shell or a library changes its ends. */
export function otherEnds(body: Buffer): string[] {
  const text = body.toString('utf8')
  return [`${text}\n`, `${text}\r\n`, text.trim(), text.replaceAll('\r\n', '\n')]
}

export function hashOf(body: Buffer | string, algorithm = 'sha256'): Buffer {
  return createHash(algorithm).update(body).digest()
}

function rewritten(json: unknown): string[] {
  const sorted = sortMembers(json)
  const compact = JSON.stringify(json)
  return [
    compact,
    JSON.stringify(json, null, 2),
    JSON.stringify(json, null, 4),
    JSON.stringify(json, null, '\t'),
    JSON.stringify(sorted),
    JSON.stringify(sorted, null, 2),
    withSpaces(json),
    withSpaces(sorted),
    // PHP escapes slashes, and with Python all that is not ASCII.
    compact.replaceAll('/', '\\/'),
    toAscii(compact),
    toAscii(compact).replaceAll('/', '\\/'),
    toAscii(withSpaces(json)),
    // Gson's escapes, and those of Go.
    compact.replace(/[=<>&']/g, escaped),
    compact.replace(/[<>&]/g, escaped),
    ...inOtherOrders(json),
  ]
}

/** With its outermost members in every order, where these are few: four have 24. */
function inOtherOrders(json: unknown): string[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return []
  const members = Object.entries(json)
  if (members.length > 4) return []
  return ordersOf(members).map((order) => JSON.stringify(Object.fromEntries(order)))
}

function sortMembers(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sortMembers)
  if (typeof json !== 'object' || json === null) return json
  const members = Object.entries(json).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members.map(([name, value]) => [name, sortMembers(value)]))
}

/** As Python's json.dumps writes it. */
function withSpaces(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(withSpaces).join(', ')}]`
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  const members = Object.entries(json).map(
    ([name, value]) => `${JSON.stringify(name)}: ${withSpaces(value)}`,
  )
  return `{${members.join(', ')}}`
}

function toAscii(text: string): string {
  return text.replace(/[^ -~\s]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
