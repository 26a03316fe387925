/**
 * The HMAC signature of DOKU's non-SNAP dialect (wire.md 2.2): a list of component lines joined by
 * one LF, keyed with the merchant's Secret Key. Requests, answers and notifications share it; only
 * the name of the timestamp line differs. The digest is always taken over the exact bytes of the
 * body, never over a re-serialisation of it.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** The parts that are signed. `digest` is absent on requests without a body (GET). */
export type SignatureComponents = {
  readonly clientId: string
  readonly requestId: string
  readonly timestamp: string
  /** Path only: no host, no query. */
  readonly requestTarget: string
  readonly digest?: string | undefined
}

/** Who speaks: requests and notifications carry Request-Timestamp, answers Response-Timestamp. */
export type SignedMessageKind = 'request' | 'response'

const prefix = 'HMACSHA256='

const timestampLine: Record<SignedMessageKind, string> = {
  request: 'Request-Timestamp',
  response: 'Response-Timestamp',
}

/** `Digest`: base64(SHA-256(body bytes)), standard alphabet with padding (wire.md 2.2). */
export function digestOf(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('base64')
}

/** The text that is signed. One LF between lines, none at the end. */
export function stringToSign(kind: SignedMessageKind, parts: SignatureComponents): string {
  const lines = [
    `Client-Id:${parts.clientId}`,
    `Request-Id:${parts.requestId}`,
    `${timestampLine[kind]}:${parts.timestamp}`,
    `Request-Target:${parts.requestTarget}`,
  ]
  if (parts.digest !== undefined) lines.push(`Digest:${parts.digest}`)
  return lines.join('\n')
}

/** The `Signature` header: `HMACSHA256=` + base64(HMAC-SHA256(secret as UTF-8, string to sign)). */
export function sign(
  kind: SignedMessageKind,
  parts: SignatureComponents,
  secretKey: string,
): string {
  return prefix + hmac(stringToSign(kind, parts), secretKey).toString('base64')
}

/**
 * Whether `signature` is right, compared in constant time over the decoded 32 bytes, so that a
 * base64 text without its padding counts too (seen in a notification sample, wire.md 2.2).
 */
export function verifySignature(
  kind: SignedMessageKind,
  parts: SignatureComponents,
  signature: string,
  secretKey: string,
): boolean {
  const expected = hmac(stringToSign(kind, parts), secretKey)
  const received = decodeSignature(signature)
  // A malformed signature takes the same path, so that its time tells nothing either.
  const comparable = received ?? Buffer.alloc(expected.length)
  return timingSafeEqual(expected, comparable) && received !== undefined
}

/** The 32 decoded bytes of a `Signature` header; undefined where it is no such header. */
export function decodeSignature(signature: string): Buffer | undefined {
  if (!signature.startsWith(prefix)) return undefined
  const text = signature.slice(prefix.length)
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(text)) return undefined
  return Buffer.from(text, 'base64')
}

function hmac(text: string, secretKey: string): Buffer {
  return createHmac('sha256', secretKey).update(text).digest()
}
