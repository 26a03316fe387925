/**
 * One JSON as the libraries of the world write it: a client that hashes one of these and sends another
 * has signed another body. Numbers keep the text that they were sent with. What is written is bounded:
 * lines of a deep body are far longer indented than they were sent.
 */
import { JsonNumber, type JsonValue, parseJsonText } from '@gerbang/wire'
import { memberOrders } from './member-orders.ts'

/** Longer ones are lists that a client does not write by hand; hashing them anew is not worth it. */
export const longestBody = 16_384

/** Characters of all writings of a body, and of one that is indented: some milliseconds of work. */
const mostWritten = 400_000
const longestIndented = 65_536

/** The JSON of a body in each usual writing, the likeliest first; none where it is no JSON. */
export function* jsonWritings(body: Buffer): Generator<string> {
  if (body.length > longestBody) return
  // Refuses what is nested deeper than any body that is documented.
  const json = parseJsonText(body)
  if (!json.ok) return
  const seen = new Set<string>()
  let left = mostWritten
  const isIndentable = indentedLength(body, json.value) <= longestIndented
  for (const [value, style] of writings(json.value)) {
    if (style.indent !== '' && !isIndentable) continue
    const text = write(value, style)
    left -= text.length
    if (left < 0) return
    if (seen.has(text)) continue
    seen.add(text)
    yield text
  }
}

type Style = {
  readonly comma: string
  readonly colon: string
  readonly indent: string
  readonly text: (text: string) => string
  readonly number: (source: string) => string
  readonly literal: (value: boolean | null) => string
}

const quoted = (text: string) => JSON.stringify(text)
const compact: Style = {
  comma: ',',
  colon: ':',
  indent: '',
  text: quoted,
  number: (source) => source,
  literal: String,
}
/** Python's json.dumps without arguments. */
const spaced: Style = { ...compact, comma: ', ', colon: ': ' }
const indented = (indent: string): Style => ({ ...compact, colon: ': ', indent })
/** Python's str() of a dict, which is no JSON. */
const pythonLiteral: Style = {
  ...spaced,
  text: (text) => (text.includes("'") ? quoted(text) : `'${quoted(text).slice(1, -1)}'`),
  literal: (value) => (value === null ? 'None' : value ? 'True' : 'False'),
}

const layouts = [compact, spaced, indented('  '), indented('    '), indented('\t')]

const slashes = (text: string) => text.replaceAll('/', '\\/')
const ascii = (text: string) => text.replace(/[^ -~]/g, escaped)
/** Python escapes all that is not ASCII, PHP the slashes too; then Gson's escapes, and those of Go. */
const escapes: readonly ((text: string) => string)[] = [
  (text) => text,
  slashes,
  ascii,
  (text) => slashes(ascii(text)),
  (text) => text.replace(/[=<>&'\u2028\u2029]/g, escaped),
  (text) => text.replace(/[<>&\u2028\u2029]/g, escaped),
  (text) => text.replace(/[<>&]/g, escaped),
]

const isWhole = (source: string) => /^-?\d+$/.test(source)
/** 90000 is 90000.0 to Python and Ruby, 90000.00 to a decimal, and a text to who fears for cents. */
const numbers: readonly ((source: string) => string)[] = [
  (source) => String(Number(source)),
  (source) => (isWhole(source) ? `${source}.0` : source),
  (source) => (isWhole(source) ? `${source}.00` : source),
  (source) => `"${source}"`,
]

function* writings(sent: JsonValue): Generator<readonly [JsonValue, Style]> {
  const withoutNulls = dropNulls(sent)
  const [sorted = sent, ...others] = memberOrders(sent)
  for (const value of [sent, sorted]) {
    for (const layout of layouts) {
      for (const escapeIn of escapes) {
        yield [value, { ...layout, text: (text: string) => escapeIn(quoted(text)) }]
      }
    }
  }
  yield [sent, pythonLiteral]
  for (const value of [sent, sorted]) {
    for (const layout of [compact, spaced, indented('  ')]) {
      for (const number of numbers) yield [value, { ...layout, number }]
      yield [dropNulls(value), layout]
    }
    yield [
      value,
      { ...compact, number: numbers[0] ?? String, text: (text) => slashes(quoted(text)) },
    ]
  }
  // A text of digits where the other side has a number.
  yield [textsToNumbers(sent), compact]
  yield [withoutNulls, { ...compact, text: (text) => slashes(quoted(text)) }]
  for (const value of others) {
    for (const layout of [compact, spaced]) yield [value, layout]
  }
}

function write(value: JsonValue, style: Style, depth = 0): string {
  if (value instanceof JsonNumber) return style.number(value.source)
  if (typeof value === 'string') return style.text(value)
  if (typeof value !== 'object' || value === null) return style.literal(value)
  const isList = Array.isArray(value)
  const items = isList
    ? value.map((one) => write(one, style, depth + 1))
    : Object.entries(value).map(
        ([name, one]) => style.text(name) + style.colon + write(one, style, depth + 1),
      )
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (items.length === 0) return open + close
  if (style.indent === '') return open + items.join(style.comma) + close
  const line = `\n${style.indent.repeat(depth + 1)}`
  return `${open}${line}${items.join(`,${line}`)}\n${style.indent.repeat(depth)}${close}`
}

/** At most: as if every line were as far from the margin as the deepest. */
function indentedLength(body: Buffer, value: JsonValue): number {
  const lines = body.toString('latin1').split(/[[\]{},]/).length
  return body.length + lines * depthOf(value) * 4
}

function depthOf(value: JsonValue): number {
  if (value instanceof JsonNumber || typeof value !== 'object' || value === null) return 0
  return 1 + Object.values(value).reduce((deepest, one) => Math.max(deepest, depthOf(one)), 0)
}

function dropNulls(value: JsonValue): JsonValue {
  return changed(
    value,
    (one) => one,
    (one) => one !== null,
  )
}

function textsToNumbers(value: JsonValue): JsonValue {
  return changed(value, (one) =>
    typeof one === 'string' && /^\d{1,15}$/.test(one) ? new JsonNumber(one) : one,
  )
}

/** The JSON with its leaves changed, and without the members that are not kept. */
function changed(
  value: JsonValue,
  change: (leaf: JsonValue) => JsonValue,
  isKept: (member: JsonValue) => boolean = () => true,
): JsonValue {
  if (value instanceof JsonNumber || typeof value !== 'object' || value === null) {
    return change(value)
  }
  if (Array.isArray(value)) return value.map((one) => changed(one, change, isKept))
  const members = Object.entries(value).filter(([, one]) => isKept(one))
  return Object.fromEntries(members.map(([name, one]) => [name, changed(one, change, isKept)]))
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
