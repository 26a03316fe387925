/**
 * Texts in which nothing is left that must not be seen, whatever was sent and in which place: Secret
 * Keys, private keys, access tokens, card numbers however they are written, values of a query. What is
 * a number and not known to be harmless is masked: a CPAN passes no check that others fail.
 */
import { passesLuhn } from '../../primitives/card-number.ts'
import { isNearClientId } from './clients.ts'
import type { Known } from './explanation.ts'
import { percentDecoded } from './percent-decoded.ts'

export type Masks = {
  /** A text with what a client sent in it, as a person with access to the sandbox may see it. */
  hide(text: string): string
  /** A path, or what stands in the place of one: values of its query are nobody's business. */
  hidePath(path: string): string
  /** The id of a request; shown as it is where it holds nothing that looks like a card or a key. */
  hideId(id: string): string
  /** Whether an id may be kept and shown in clear. */
  isFitId(id: string): boolean
  /** Whether a client id is that of a merchant, to the letter. */
  isKnownClient(id: string): boolean
}

/** Longer ones are cut: an explanation is for a person. */
const longestShown = 1_000

export function createMasks({ merchant, others }: Pick<Known, 'merchant' | 'others'>): Masks {
  const merchants = merchant ? [merchant, ...others] : others
  const clientIds = new Set(merchants.map(({ clientId }) => clientId.toLowerCase()))
  const secrets = [...new Set(merchants.flatMap(({ secretKey }) => secretKey.reveal(writingsOf)))]
  const hidden = new Map<string, string>()
  const hideKeys = (text: string) => hideSecrets(text, secrets).replaceAll(keys, maskOfKey)
  const hide = (text: string) => {
    const known = hidden.get(text)
    if (known !== undefined) return known
    // Not cut before it is masked by more than is shown: half a number would be one no more.
    const masked = hideKeys(text.slice(0, longestShown * 2)).replaceAll(numbers, (found) =>
      maskNumber(found, clientIds),
    )
    const clipped = masked.length > longestShown ? `${masked.slice(0, longestShown)}…` : masked
    hidden.set(text, clipped)
    return clipped
  }
  const isFitId = (id: string) => hideKeys(id) === id && !looksLikeCard(id)
  const hidePath = (path: string) => hide(path.replaceAll(queryValues, '$1…'))
  const isKnownClient = (id: string) => clientIds.has(id.toLowerCase())
  return { hide, hidePath, isFitId, isKnownClient, hideId: (id) => (isFitId(id) ? id : hide(id)) }
}

/** As they may be met in a text, in lower case. */
function writingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  return [secret, base64, bytes.toString('base64url'), bytes.toString('hex')]
    .filter((writing) => writing.length >= 6)
    .map((writing) => writing.toLowerCase())
}

/** A text with a known secret in it is not shown at all: how it is written may be anything. */
function hideSecrets(text: string, secrets: readonly string[]): string {
  const once = percentDecoded(text)
  const readings = [...new Set([text, once, percentDecoded(once)])].map((one) => one.toLowerCase())
  const found = secrets.find((secret) => readings.some((reading) => reading.includes(secret)))
  if (found === undefined) return text
  const at = text.toLowerCase().indexOf(found)
  if (at < 0) return '[secret key]'
  return `${text.slice(0, at)}[secret key]${hideSecrets(text.slice(at + found.length), secrets)}`
}

/** Secret Keys of any environment, private keys, tokens. */
const keys =
  /(?<![A-Za-z0-9])SK(?:[-_]|%(?:25)*(?:2D|5F))[\w%-]{6,}|-----BEGIN[\s\S]*|MI[IG][\w+/]{80,}=*|eyJ[\w-]+\.[\w-]*\.?[\w-]*/gi

function maskOfKey(key: string): string {
  if (/^SK/i.test(key)) return '[secret key]'
  return /^eyJ/i.test(key) ? maskToken(key) : '[key]'
}

const queryValues = /([?&][^=&?#\s]{0,64}=)[^&#\s]+/g

/**
 * What is left alone (a UUID, a timestamp), a client id, or else twelve digits and more, with or
 * without up to three characters between two of them, percent-encoded or not.
 */
const uuid = String.raw`(?<!\w)[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}(?!\w)`
const timestamp = String.raw`(?<!\w)(?:19|20)\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d:[0-6]\d(?:[.,]\d{1,9})?(?![\d])`
const epochMs = String.raw`(?<!\w)1[5-9]\d{11}(?!\w)`
const harmless = `${uuid}|${timestamp}|${epochMs}`
const clientId = String.raw`(?<!\w)[a-z]{2,4}-\d{4}-\d{8,16}(?!\w)`
const digit = String.raw`(?:\d|%(?:25)*3\d)`
const between = String.raw`(?:[^\w%]|_|%(?:25)*(?:[\da-f][a-f]|[0-24-9a-f]\d))`
const numbers = new RegExp(`${harmless}|${clientId}|${digit}(?:${between}{0,3}${digit}){11,}`, 'gi')

function maskNumber(found: string, clientIds: ReadonlySet<string>): string {
  if (isClientId.test(found) && [...clientIds].some((one) => isNearClientId(found, one)))
    return found
  if (isHarmless.test(found)) return found
  const letters = /^[a-z]{2,4}-/i.exec(found)?.[0] ?? ''
  const digits = percentDecoded(percentDecoded(found)).replaceAll(/\D/g, '')
  // The end of a number that is no card's may be what was written behind one: its expiry, its CVV.
  const end = digits.length <= 19 && passesLuhn(digits) ? digits.slice(-4) : ''
  return `${letters}${digits.slice(0, 6)}******${end}`
}

const isClientId = new RegExp(`^${clientId}$`, 'i')
const isHarmless = new RegExp(`^(?:${harmless})$`, 'i')

/** By the digits of the great schemes, or the beginning of a CPAN (wire.md 7.1). */
function looksLikeCard(id: string): boolean {
  const text = percentDecoded(id)
  if (isHarmless.test(text)) return false
  return [...text.matchAll(/\d(?:[^\dA-Za-z]{0,3}\d)*/g)].some(([run]) => {
    const digits = run.replaceAll(/\D/g, '')
    const isScheme = /^(?:3[0-9]|4|5|6|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/.test(digits)
    return (
      /^9360\d{12,16}$/.test(digits) ||
      (isScheme && digits.length >= 13 && digits.length <= 19 && passesLuhn(digits))
    )
  })
}

/** Its ends, by which a person knows it again. */
export function maskToken(token: string): string {
  const [before, text] = /^bearer/i.test(token) ? [token.slice(0, 7), token.slice(7)] : ['', token]
  return text.length > 24 ? `${before}${text.slice(0, 6)}…${text.slice(-4)}` : `${before}…`
}

/** A hash in one of the forms in which it is written by right or by mistake; anything else is named only. */
export function maskHash(value: string): string {
  const bare = value.replace(/^(?:SHA-?\d{1,3}[=:])/i, '').replace(/^b?(['"])(.*)\1$/, '$2')
  return isHash(bare) ? value : `[${value.length} characters that are no hash]`
}

const hashLengths = new Set([16, 20, 32, 48, 64])

function isHash(text: string): boolean {
  if (/^[0-9a-f]+$/i.test(text)) return hashLengths.has(text.length / 2)
  if (!/^[A-Za-z0-9+/_-]{22,88}={0,2}$/.test(text)) return false
  const bytes = Buffer.from(text, 'base64')
  // A text that was encoded, such as a body or a key, has the length of a hash by chance.
  const asText = bytes.toString('latin1')
  if (/^[0-9a-f]+$/i.test(asText)) return hashLengths.has(asText.length / 2)
  return hashLengths.has(bytes.length) && !/^[\t\n\r -~]*$/.test(asText)
}
