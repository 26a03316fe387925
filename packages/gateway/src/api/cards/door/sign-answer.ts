/**
 * The signature of an answer: over its exact bytes, for every client that we know, whether the call
 * was served, refused, or is none of ours.
 */
import { digestOf, formatTimestamp, sign } from '@gerbang/wire'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Merchant, Merchants } from '../../../merchants/index.ts'
import { pathOf } from '../../../platform/http/server.ts'
import type { Clock } from '../../../primitives/clock.ts'
import { isPrintable, longestIdentifier } from '../../raw-call.ts'
import type { AuthenticatedCall } from './authenticate.ts'

export type SigningDeps = { readonly merchants: Merchants; readonly clock: Clock }

/** What is known of a call whose signature was right. */
export type SignedCall = Pick<AuthenticatedCall, 'merchant' | 'requestTarget'>

/** Adds the four headers where the client is known. Returns the payload as it is. */
export async function signAnswer(
  deps: SigningDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  call: SignedCall | undefined,
): Promise<unknown> {
  const merchant = call?.merchant ?? (await findCaller(deps, request))
  if (!merchant) return payload
  const given = headerOf(request, 'request-id')
  // What was refused for its characters is not repeated in another encoding.
  const requestId = isPrintable(given) ? given : ''
  const timestamp = formatTimestamp(deps.clock.realNow())
  const parts = {
    clientId: merchant.clientId,
    requestId,
    timestamp,
    requestTarget: call?.requestTarget ?? pathOf(request),
    digest: digestOf(String(payload ?? '')),
  }
  reply.headers({
    'Client-Id': merchant.clientId,
    'Request-Id': requestId,
    'Response-Timestamp': timestamp,
    Signature: merchant.secretKey.reveal((secret) => sign('response', parts, secret)),
  })
  return payload
}

/** A header that came once; "" where it did not. */
export function headerOf(request: FastifyRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

/** The client of a request that was refused before it was authenticated. */
async function findCaller(
  deps: SigningDeps,
  request: FastifyRequest,
): Promise<Merchant | undefined> {
  const clientId = headerOf(request, 'client-id')
  if (clientId === '' || clientId.length > longestIdentifier) return undefined
  try {
    return await deps.merchants.findByClientId(clientId)
  } catch {
    // The database is down: the refusal goes out unsigned rather than not at all.
    return undefined
  }
}
