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
 * is masked too. JSON may write a slash as `\/`.
 */
function maskSecret(text: string, secret: string): string {
  const start = secret
    .slice(0, 16)
    .replace(/\W/g, (sign) => (sign === '/' ? '\\\\?/' : `\\${sign}`))
  const rest = secret.length > 16 ? String.raw`[\w.+/=~\\-]*` : ''
  return text.replace(new RegExp(start + rest, 'g'), mask)
}

function maskCard(digits: string): string {
  return passesLuhn(digits) ? mask : digits
}
