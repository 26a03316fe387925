/** A key that was sent in the place of a signature: whoever has seen the request has the key. */
import type { Cause, Known } from '../explanation.ts'
import { percentDecoded } from '../percent-decoded.ts'

const revoke = 'It has left your hands: revoke it, and take a new one.'

/** @param header of the signature; undefined where it holds no key that is known as one */
export function explainSentKey(header: string, known: Known): Cause | undefined {
  const texts = readings(header)
  if (texts.some((text) => /PRIVATE KEY-/.test(text) || isPrivateKey(text))) {
    return {
      cause: 'private-key-sent',
      hint:
        `The signature header holds a private key. ${revoke} Send the base64 of what you sign ` +
        'with it, never the key.',
    }
  }
  const merchants = known.merchant ? [known.merchant, ...known.others] : known.others
  const isSecret = texts.some(
    (text) =>
      /^SK[-_]/i.test(text) ||
      merchants.some(({ secretKey }) =>
        secretKey.reveal((secret) => text.toLowerCase() === secret.toLowerCase()),
      ),
  )
  return isSecret
    ? {
        cause: 'secret-key-sent',
        hint:
          `The signature header holds the Secret Key. ${revoke} The Secret Key is the key of the ` +
          'HMAC, and is never sent.',
      }
    : undefined
}

/** The header as it is, without what stands in front, and decoded in the usual ways. */
function readings(header: string): string[] {
  const bare = header.replace(/^[\w-]{3,16} ?[=:] ?/, '')
  const decoded = [header, bare].map(percentDecoded)
  return decoded.flatMap((text) => [
    text,
    Buffer.from(text, 'base64').toString('latin1'),
    ...(/^[0-9a-f]+$/i.test(text) ? [Buffer.from(text, 'hex').toString('latin1')] : []),
  ])
}

/** DER of PKCS #8 or PKCS #1: a sequence of some hundred bytes that begins with the version 0. */
function isPrivateKey(text: string): boolean {
  return text.startsWith('0\x82') && text.slice(4, 7) === '\x02\x01\x00'
}
