/**
 * What is kept of a merchant's answer, so that both sides can see why he did not take a notification:
 * its beginning, where that is text. An answer may repeat what we sent; what is secret of that is
 * masked, and so is what looks like a card number.
 */
import { passesLuhn } from '../primitives/card-number.ts'

/** The length of an error message, not of an error page. */
const mostCharacters = 512

/** Read so much more that a secret which begins before the cut is found whole, or told by its start. */
export const mostAnswerBytes = 4_096

const mask = '[masked]'

/** Undefined where there is nothing, or something that is not text. */
export function answerText(head: Buffer, secrets: readonly string[]): string | undefined {
  const text = textOf(head)
  if (text === undefined) return undefined
  const masked = secrets
    .filter(Boolean)
    .reduce(maskSecret, text)
    .replace(/(?<!\d)\d{13,19}(?!\d)/g, maskCard)
  return masked.slice(0, mostCharacters).toWellFormed().trim() || undefined
}

function textOf(head: Buffer): string | undefined {
  let text: string
  try {
    // As a stream: the last character may be cut.
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
  } catch {
    return undefined
  }
  const printable = text.replace(/[\t\r\n]+/g, ' ')
  // Other control characters stand in no text; what turns or hides text is shown as a mark.
  return /\p{Cc}/u.test(printable) ? undefined : printable.replace(/\p{C}/gu, '\u{fffd}')
}

/**
 * A secret is known by its beginning, with whatever of its alphabet follows, so that one that is cut
 * is masked too.
 */
function maskSecret(text: string, secret: string): string {
  const start = secret.slice(0, 16).replace(/\W/g, formsOf)
  const rest = secret.length > 16 ? restOfSecret : ''
  return text.replace(new RegExp(start + rest, 'g'), mask)
}

const restOfSecret = [
  String.raw`(?:[\w.+/=~-]`,
  String.raw`\\{1,4}(?:/|u00[\da-fA-F]{2})`,
  String.raw`%(?:25)*[\da-fA-F]{2}`,
  String.raw`&#(?:\d+|x[\da-fA-F]+);)*`,
].join('|')

/**
 * How a sign of base64 is written: as it is, by JSON (PHP `\/`, Gson `\u003d`), in a URL and in HTML;
 * JSON within JSON has more backslashes, and a URL within a URL has `%25`.
 */
function formsOf(sign: string): string {
  const code = sign.charCodeAt(0)
  const hex = code
    .toString(16)
    .padStart(2, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
  const escaped = String.raw`\\{1,4}u00${hex}|%(?:25)*${hex}|&#(?:${code}|[xX]${hex});`
  return `(?:\\\\{0,4}\\${sign}|${escaped})`
}

function maskCard(digits: string): string {
  return passesLuhn(digits) ? mask : digits
}
