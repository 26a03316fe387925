/**
 * How a signature was written: its prefix and its encoding. What is not as the dialect wants it is
 * a mistake by itself, and is read all the same, so that the signature in it can be tried.
 */
import type { Cause } from '../explanation.ts'
import { percentDecoded } from '../percent-decoded.ts'

export type ReadSignature = {
  readonly causes: readonly Cause[]
  /** The signature itself; undefined where nothing can be made of the text. */
  readonly bytes: Buffer | undefined
}

const prefix = 'HMACSHA256='

const prefixMistakes = {
  missing: {
    cause: 'missing-prefix',
    hint: `Put ${prefix} in front of the base64 in the Signature header.`,
  },
  double: {
    cause: 'double-prefix',
    hint:
      `The Signature header begins with ${prefix} twice; once is right. Perhaps a library adds ` +
      'it too.',
  },
  other: {
    cause: 'wrong-prefix',
    hint: `The Signature header must begin with ${prefix}, to the letter and in upper case.`,
  },
  unwanted: {
    cause: 'prefix-not-wanted',
    hint:
      'X-SIGNATURE is the base64 alone: nothing stands in front of it. The prefix belongs to ' +
      'the cards dialect.',
  },
} as const satisfies Record<string, Cause>

/** The Signature header of the cards dialect. */
export function readCardSignature(header: string): ReadSignature {
  const { prefixes, read } = readForms(header)
  const { missing, double, other } = prefixMistakes
  const wrong = prefixes.some((one) => one !== prefix)
  const mistake =
    prefixes.length === 0 ? missing : wrong ? other : prefixes.length > 1 ? double : undefined
  // Nothing that is no signature becomes one by a prefix.
  const isMeant = mistake !== missing || read.bytes !== undefined
  return { ...read, causes: [...(mistake && isMeant ? [mistake] : []), ...read.causes] }
}

/** X-SIGNATURE, of either kind. */
export function readSnapSignature(header: string): ReadSignature {
  const { prefixes, read } = readForms(header)
  return {
    ...read,
    causes: [...(prefixes.length > 0 ? [prefixMistakes.unwanted] : []), ...read.causes],
  }
}

/** The Signature header as it should be written. */
export const writeCardSignature = (bytes: Buffer): string => prefix + bytes.toString('base64')

/** Whether a signature is one of RSA: no HMAC is as long. */
export const isOfRsa = (bytes: Buffer): boolean => bytes.length >= 128

/** Longer ones are no signature: RSA of 4096 bits, in hexadecimal, and a prefix. */
const longestHeader = 1_200

const encodings = {
  hex: {
    cause: 'hex-instead-of-base64',
    hint:
      'The signature is written in hexadecimal. Write its raw bytes in base64: openssl with ' +
      '-binary, then base64.',
  },
  base64OfHex: {
    cause: 'base64-of-hex',
    hint:
      'The base64 holds the signature as a text in hexadecimal. Encode the raw bytes, not their ' +
      'hexadecimal form.',
  },
  base64OfBase64: {
    cause: 'base64-of-base64',
    hint: 'The signature is encoded in base64 twice; once is right.',
  },
  base64url: {
    cause: 'base64url',
    hint:
      'The signature is in the base64 of URLs, with - and _. Use the standard alphabet, with + ' +
      'and /.',
  },
  percent: {
    cause: 'url-encoded',
    hint: 'The signature is encoded as in a URL (%2B, %2F, %3D). A header takes base64 as it is.',
  },
  space: {
    cause: 'url-encoded',
    hint:
      'A + of the signature came as a space: it was decoded as a form or a URL is. A header takes ' +
      'base64 as it is.',
  },
  blanks: {
    cause: 'blanks-in-signature',
    hint:
      'Blanks stand in the signature: base64 breaks its lines after 76 characters, openssl after 64. ' +
      "Take the line ends out: base64 -w 0, openssl base64 -A, tr -d '\\n'.",
  },
  quotes: {
    cause: 'signature-in-quotes',
    hint:
      "The signature stands in quotes, as str() of bytes writes it in Python (b'…'). decode() the " +
      'base64 to a text, and send nothing around it.',
  },
  ellipticCurve: {
    cause: 'ecdsa-signature',
    hint:
      'The signature has the form of one by an elliptic curve (ECDSA). SNAP wants SHA256withRSA for ' +
      'its token calls; every other call of both dialects is an HMAC.',
  },
  malformed: {
    cause: 'signature-malformed',
    hint:
      'The signature is neither base64 nor hexadecimal of a signature. Send the base64 of the ' +
      'raw bytes.',
  },
} as const satisfies Record<string, Cause>

type Forms = { readonly prefixes: readonly string[]; readonly read: ReadSignature }

/** What surrounds the signature is taken off, and each form is named once. */
function readForms(header: string): Forms {
  if (header.length > longestHeader * 3) return { prefixes: [], read: malformed }
  // Some encode once and their library once more.
  const decoded = percentDecoded(percentDecoded(header))
  if (decoded.length > longestHeader) return { prefixes: [], read: malformed }
  const outside = withoutQuotes(decoded)
  const { prefixes, rest } = splitPrefixes(outside)
  const inside = withoutQuotes(rest)
  const together = inside.replaceAll(/\s+/g, '')
  const joined = readEncoding(together)
  const isBroken = together !== inside && joined.bytes !== undefined
  const isForm = !isBroken && / /.test(inside) && !/[+]/.test(inside)
  const read = isBroken ? joined : readEncoding(isForm ? inside.replaceAll(' ', '+') : inside)
  if (!read.bytes) return { prefixes, read }
  const forms = [
    ...(decoded === header ? [] : [encodings.percent]),
    ...(outside === decoded && inside === rest ? [] : [encodings.quotes]),
    ...(isForm ? [encodings.space] : []),
    ...(isBroken ? [encodings.blanks] : []),
  ]
  return { prefixes, read: { ...read, causes: [...forms, ...read.causes] } }
}

function withoutQuotes(text: string): string {
  return /^b?(['"])(.*)\1$/s.exec(text)?.[2] ?? text
}

function splitPrefixes(text: string): { prefixes: string[]; rest: string } {
  // What names a scheme elsewhere, or names the hash with or without a sign behind it.
  const pattern =
    /^(?:(?:Bearer|Basic|Signature|HMAC) +|(?:HMAC-?)?SHA-?\d{1,3}(?:with)?(?:RSA)?(?: ?[=:] ?| +)|HMAC-?SHA-?(?:256|512))/i
  const prefixes: string[] = []
  let rest = text
  for (let match = pattern.exec(rest); match; match = pattern.exec(rest)) {
    prefixes.push(match[0])
    rest = rest.slice(match[0].length)
  }
  return { prefixes, rest }
}

/** Of HMAC by each usual hash, and of RSA by keys of usual sizes. */
const lengths = new Set([16, 20, 28, 32, 48, 64, 128, 256, 384, 512])
/** Of these the base64 must have its padding: there are secrets of as many characters. */
const paddedLengths = new Set([16, 20, 28])

function readEncoding(text: string): ReadSignature {
  if (isHex(text)) return readBytes(Buffer.from(text, 'hex'), [encodings.hex])
  // A Secret Key may have the length of a signature.
  if (!isBase64(text) || /^SK[-_]/i.test(text)) return malformed
  const bytes = Buffer.from(text, 'base64')
  const inner = bytes.toString('latin1')
  if (isHex(inner)) return readBytes(Buffer.from(inner, 'hex'), [encodings.base64OfHex])
  if (isBase64(inner)) return readBytes(Buffer.from(inner, 'base64'), [encodings.base64OfBase64])
  if (paddedLengths.has(bytes.length) && text.length % 4 !== 0) return malformed
  if (isOfEllipticCurve(bytes)) return { causes: [encodings.ellipticCurve], bytes: undefined }
  return readBytes(bytes, /[-_]/.test(text) ? [encodings.base64url] : [])
}

/** Nothing that can be read as a text is a signature: it is a key or a password. */
function readBytes(bytes: Buffer, causes: readonly Cause[]): ReadSignature {
  const isText = /^[\t\n\r -~]*$/.test(bytes.toString('latin1'))
  return lengths.has(bytes.length) && !isText ? { causes, bytes } : malformed
}

/** DER: a sequence of two integers, of 256 to 521 bits each. */
function isOfEllipticCurve(bytes: Buffer): boolean {
  const head = bytes[1] === 0x81 ? 3 : 2
  const isWhole = bytes[0] === 0x30 && bytes[head - 1] === bytes.length - head
  return isWhole && bytes[head] === 2 && bytes.length >= 66 && bytes.length <= 141
}

const malformed: ReadSignature = { causes: [encodings.malformed], bytes: undefined }

const isBase64 = (text: string) => /^[A-Za-z0-9+/_-]+={0,2}$/.test(text)

function isHex(text: string): boolean {
  return /^[0-9a-fA-F]+$/.test(text) && lengths.has(text.length / 2)
}
