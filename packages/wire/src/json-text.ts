/**
 * JSON as a merchant wrote it. Amounts are judged by their source text (`90000.00`, `9e4` and `-1`
 * are "Invalid amount", design.md 5), so a number is kept as the text that stood in the body.
 * Input is bytes of a stranger: it must be UTF-8, and nested no deeper than `maxDepth`.
 */

/** Deepest nesting of any documented body is 4; 32 leaves room for `additional_info`. */
const maxDepth = 32

/** A JSON number with its source text. */
export class JsonNumber {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
  /** The number as it was written: a double would lose digits. */
  toJSON(): unknown {
    return rawJson(this.source)
  }
}

// TypeScript's libraries do not know it yet.
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }

export type JsonValue =
  | string
  | boolean
  | null
  | JsonNumber
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue }

export type JsonText = { ok: true; value: JsonValue } | { ok: false; reason: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Parses a body; `reason` is fit for a developer's eyes and holds nothing of the body. */
export function parseJsonText(body: Uint8Array): JsonText {
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    return { ok: false, reason: 'the body is not UTF-8' }
  }
  // JSON.parse with a reviver recurses: a body of 60,000 brackets would overflow the stack.
  if (depthOf(text) > maxDepth) return { ok: false, reason: 'the body is nested too deeply' }
  try {
    return { ok: true, value: JSON.parse(text, revive) as JsonValue }
  } catch (error) {
    if (error instanceof UnstorableText) return { ok: false, reason: error.message }
    return { ok: false, reason: 'the body is not valid JSON' }
  }
}

/** PostgreSQL stores neither U+0000 nor half a surrogate pair, and no merchant means either. */
class UnstorableText extends Error {}

function revive(key: string, value: unknown, context?: { source?: string }): unknown {
  for (const text of typeof value === 'string' ? [key, value] : [key]) {
    if (text.includes('\0')) throw new UnstorableText('the body has a NUL character')
    if (!text.isWellFormed()) throw new UnstorableText('the body has half a surrogate pair')
  }
  return typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 0x5c) i++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return deepest
}
