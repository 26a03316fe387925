/**
 * What the doors of both dialects take from HTTP in the same way; each says it in its own words. Both
 * sign the bytes of a body, so bodies stay bytes until the signature is right.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isDatabaseDown } from '../platform/database/index.ts'
import { isSealedTooLate } from '../platform/key-ring/index.ts'

/** Client IDs and the ids of requests; SNAP's clients send up to 57 characters (wire.md 6.3). */
export const longestIdentifier = 128

/** Bodies reach the routes of this scope as they came, whatever they say of their type. */
export function takeRawBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  // Bodies are read by parse functions, which know the documented errors and their order.
  scope.setValidatorCompiler(() => () => true)
}

/** Empty where the request has none. */
export function rawBodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}

/** Many clients say nothing of the type. */
export function mayBeJson(request: FastifyRequest): boolean {
  const type = request.headers['content-type']
  return type === undefined || isJsonType(type)
}

/** @param type a Content-Type, with its parameters */
export function isJsonType(type: string): boolean {
  return /^application\/json\s*(;|$)/i.test(type)
}

/** HTTP says nothing of the encoding of other characters: two sides sign different bytes for one. */
export function isPrintable(header: string): boolean {
  return /^[ -~]*$/.test(header)
}

/** Clients sign the path as they sent it or as it was before URL-encoding (wire.md 2.2). */
export function signablePaths(path: string): string[] {
  return [...new Set([path, decodePath(path)])]
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** What is in the way of an answer now, and may be gone when the caller tries again. */
export function isPassing(error: unknown): boolean {
  return isDatabaseDown(error) || isSealedTooLate(error)
}

export type Failure =
  | 'unavailable'
  | 'body_too_large'
  | 'content_type'
  | 'body_too_short'
  /** A caller who went away, and what else the server refuses before a route is run. */
  | 'unreadable'
  | 'crashed'

/** What an error means to the caller that no route raised as a row of its dialect. */
export function failureOf(error: unknown): Failure {
  if (isPassing(error)) return 'unavailable'
  const { code, statusCode = 500 } = error as { code?: string; statusCode?: number }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'body_too_large'
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'content_type'
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return 'body_too_short'
    default:
      return statusCode < 500 ? 'unreadable' : 'crashed'
  }
}
