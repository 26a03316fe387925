/**
 * The texts that a SNAP client may have hashed for the body that it sent (wire.md 11.1): the
 * documents say "minify", and each library does another thing. Purely lexical, because nothing of a
 * body is parsed before its signature is right. For valid JSON the three mean the same; what is not
 * valid JSON is refused later, whatever was signed.
 */

/** The body itself; without whitespace outside of strings; the same with its escapes undone. */
export function canonicalBodies(body: Uint8Array): readonly Uint8Array[] {
  const unescaped = withoutEscapes(body)
  const forms = [
    body,
    withoutWhitespace(body),
    ...(unescaped ? [withoutWhitespace(unescaped)] : []),
  ]
  return forms.filter((form, i) => !forms.slice(0, i).some((other) => areEqual(other, form)))
}

const quote = 0x22
const backslash = 0x5c
/** Space, tab, line feed and carriage return: JSON knows no other whitespace. */
const whitespace = new Set([0x20, 0x09, 0x0a, 0x0d])

function withoutWhitespace(body: Uint8Array): Uint8Array {
  const kept = new Uint8Array(body.length)
  let length = 0
  let inString = false
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number
    if (!inString && whitespace.has(byte)) continue
    kept[length++] = byte
    if (byte === quote) inString = !inString
    else if (byte === backslash && inString && i + 1 < body.length) {
      kept[length++] = body[++i] as number
    }
  }
  return kept.subarray(0, length)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Escapes that JSON does not need undone, needed ones in their short form. Undefined where there is
 * no such text: not UTF-8, or half a surrogate pair, which has no bytes of its own.
 */
function withoutEscapes(body: Uint8Array): Uint8Array | undefined {
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    return undefined
  }
  if (!text.includes('\\')) return undefined
  const unescaped = text.replace(/\\(?:u([0-9a-fA-F]{4})|[^u])/g, undo)
  return unescaped.isWellFormed() ? new TextEncoder().encode(unescaped) : undefined
}

function undo(escaped: string, hexadecimal: string | undefined): string {
  if (hexadecimal === undefined) return escaped === '\\/' ? '/' : escaped
  const unit = Number.parseInt(hexadecimal, 16)
  const text = String.fromCharCode(unit)
  // A pair of escaped halves becomes one character by standing beside each other.
  const isHalf = unit >= 0xd800 && unit <= 0xdfff
  return isHalf ? text : JSON.stringify(text).slice(1, -1)
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i])
}
