/**
 * How a signature was written: its prefix and its encoding. What is not as the dialect wants it is
 * a mistake by itself, and is read all the same, so that the signature in it can be tried.
 */
import type { Cause } from './explanation.ts'

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
  const { prefixes, rest } = splitPrefixes(header)
  const read = readEncoding(rest)
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
  const { prefixes, rest } = splitPrefixes(header)
  const read = readEncoding(rest)
  return {
    ...read,
    causes: [...(prefixes.length > 0 ? [prefixMistakes.unwanted] : []), ...read.causes],
  }
}

/** The Signature header as it should be written. */
export const writeCardSignature = (bytes: Buffer): string => prefix + bytes.toString('base64')

function splitPrefixes(header: string): { prefixes: string[]; rest: string } {
  const pattern = /^(?:(?:HMAC-?)?SHA-?\d{1,3}(?:with)?(?:RSA)? ?[=:] ?)/i
  const prefixes: string[] = []
  let rest = header
  for (let match = pattern.exec(rest); match; match = pattern.exec(rest)) {
    prefixes.push(match[0])
    rest = rest.slice(match[0].length)
  }
  return { prefixes, rest }
}

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
  malformed: {
    cause: 'signature-malformed',
    hint:
      'The signature is neither base64 nor hexadecimal of a signature. Send the base64 of the ' +
      'raw bytes.',
  },
} as const satisfies Record<string, Cause>

/** Of HMAC by SHA-1, SHA-256, SHA-384 and SHA-512, and of RSA by keys of usual sizes. */
const lengths = new Set([20, 32, 48, 64, 128, 256, 384, 512])

function readEncoding(text: string): ReadSignature {
  if (/%[0-9a-f]{2}/i.test(text)) {
    const read = readEncoding(text.replaceAll(/%[0-9a-f]{2}/gi, characterOf))
    return read.bytes ? { ...read, causes: [encodings.percent, ...read.causes] } : malformed
  }
  if (isHex(text)) return { causes: [encodings.hex], bytes: Buffer.from(text, 'hex') }
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return malformed
  const bytes = Buffer.from(text, 'base64')
  const inner = bytes.toString('latin1')
  if (isHex(inner)) return { causes: [encodings.base64OfHex], bytes: Buffer.from(inner, 'hex') }
  if (!lengths.has(bytes.length)) return malformed
  return { causes: /[-_]/.test(text) ? [encodings.base64url] : [], bytes }
}

const malformed: ReadSignature = { causes: [encodings.malformed], bytes: undefined }

function isHex(text: string): boolean {
  return /^[0-9a-fA-F]+$/.test(text) && lengths.has(text.length / 2)
}

function characterOf(escaped: string): string {
  return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
}
