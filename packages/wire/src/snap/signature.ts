/**
 * The two signatures of SNAP. Token calls: SHA256withRSA over `client|timestamp`, with the caller's
 * private key (wire.md 6.1, 6.7). Every other call: HMAC-SHA512 with the Secret Key over
 * `METHOD:path:token:hash of the body:timestamp` (wire.md 6.4); the documents' "asymmetric" for these
 * is a slip (wire.md 8, row 14). Both are base64, over the timestamp as it stands in the header.
 */
import {
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { canonicalBodies } from './canonical-bodies.ts'

/** What a token call signs. */
export type SnapTokenParts = { readonly clientId: string; readonly timestamp: string }

/** What any other call signs, besides its body. */
export type SnapCallParts = {
  readonly method: string
  /** With the query, if there is one; no host. */
  readonly path: string
  /** Without `Bearer `. */
  readonly accessToken: string
  readonly timestamp: string
}

/** `X-SIGNATURE` of a token call. */
export function signSnapToken(parts: SnapTokenParts, privateKey: string | KeyObject): string {
  return sign('sha256', Buffer.from(snapTokenString(parts)), privateKey).toString('base64')
}

/** Whether `X-SIGNATURE` of a token call is right under an RSA public key; false for any other key. */
export function verifySnapToken(
  parts: SnapTokenParts,
  signature: string,
  publicKey: string | KeyObject,
): boolean {
  // 4096 bits make 684 characters; what is no base64 is tried as nothing, and takes the same path.
  const isBase64 = signature.length <= 1_024 && /^[A-Za-z0-9+/]+={0,2}$/.test(signature)
  const bytes = Buffer.from(isBase64 ? signature : '', 'base64')
  try {
    const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey
    const isRight = verify('sha256', Buffer.from(snapTokenString(parts)), key, bytes)
    return isRight && key.asymmetricKeyType === 'rsa'
  } catch {
    // A merchant's public key may be no key at all.
    return false
  }
}

export function snapTokenString({ clientId, timestamp }: SnapTokenParts): string {
  return `${clientId}|${timestamp}`
}

/** The text that any other call signs. */
export function snapCallString(parts: SnapCallParts, body: Uint8Array | string): string {
  const hash = createHash('sha256').update(body).digest('hex')
  return [parts.method, parts.path, parts.accessToken, hash, parts.timestamp].join(':')
}

/** `X-SIGNATURE` of any other call; the body is hashed as it is. */
export function signSnapCall(
  parts: SnapCallParts,
  body: Uint8Array | string,
  secretKey: string,
): string {
  return hmac(snapCallString(parts, body), secretKey).toString('base64')
}

/** Whether `X-SIGNATURE` is right for one of the canonical forms of the body, in constant time. */
export function verifySnapCall(
  parts: SnapCallParts,
  body: Uint8Array,
  signature: string,
  secretKey: string,
): boolean {
  const received = decodeSnapSignature(signature)
  const comparable = received ?? Buffer.alloc(64)
  const matches = canonicalBodies(body).map((form) =>
    timingSafeEqual(hmac(snapCallString(parts, form), secretKey), comparable),
  )
  return matches.includes(true) && received !== undefined
}

/** The 64 decoded bytes of an `X-SIGNATURE`; undefined where it is none. */
export function decodeSnapSignature(signature: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]{86}(==)?$/.test(signature)) return undefined
  return Buffer.from(signature, 'base64')
}

function hmac(text: string, secretKey: string): Buffer {
  return createHmac('sha512', secretKey).update(text).digest()
}
