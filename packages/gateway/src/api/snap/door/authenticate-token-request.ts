/**
 * Who asks for a token (wire.md 6.1): the three headers, the timestamp's window on real time, and a
 * signature by the merchant's private key. A client that does not exist, or has no public key, is
 * told the same as one whose signature is wrong, after the same work.
 */
import { verifySnapToken } from '@gerbang/wire'
import type { Merchant, Merchants } from '../../../merchants/index.ts'
import type { Clock } from '../../../primitives/clock.ts'
import { SnapError } from '../snap-error.ts'
import { checkTimestamp, identifierHeader, mandatoryHeader, type SnapHeaders } from './headers.ts'

export type TokenRequestDeps = {
  readonly merchants: Pick<Merchants, 'findByClientId'>
  readonly clock: Clock
  readonly timestampWindowSeconds: number
  /** Tried in the place of the key of a merchant who has none. */
  readonly gatewayPublicKey: string
}

/** The text of DOKU's libraries (wire.md 6.7). */
export const invalidSignature = { reason: 'Invalid Signature' }

export async function authenticateTokenRequest(
  deps: TokenRequestDeps,
  headers: SnapHeaders,
): Promise<Merchant> {
  const clientId = identifierHeader(headers, 'X-CLIENT-KEY')
  const timestamp = mandatoryHeader(headers, 'X-TIMESTAMP')
  const signature = mandatoryHeader(headers, 'X-SIGNATURE')
  checkTimestamp(timestamp, { clock: deps.clock, windowSeconds: deps.timestampWindowSeconds })
  const merchant = await deps.merchants.findByClientId(clientId)
  const publicKey = merchant?.publicKey ?? undefined
  const parts = { clientId, timestamp }
  const isRight = verifySnapToken(parts, signature, publicKey ?? deps.gatewayPublicKey)
  if (!merchant || publicKey === undefined || !isRight) {
    throw new SnapError('unauthorized', invalidSignature)
  }
  return merchant
}
