/**
 * Who calls with a token (wire.md 6.3, 6.4), in this order: the headers and their form, the
 * timestamp's window on real time, the access token, the signature over the body, and a customer's
 * token where one is sent. The token is bound to X-PARTNER-ID and verified without a look-up, so
 * that without a token of a client nothing tells whether the client exists.
 */
import { decodeSnapSignature, verifySnapCall } from '@gerbang/wire'
import type { AccessTokens } from '../../../access-tokens/index.ts'
import type { Merchant, Merchants } from '../../../merchants/index.ts'
import type { Clock } from '../../../primitives/clock.ts'
import { signablePaths } from '../../raw-call.ts'
import { SnapError } from '../snap-error.ts'
import { invalidSignature } from './authenticate-token-request.ts'
import {
  bearerTokenOf,
  checkTimestamp,
  identifierHeader,
  mandatoryHeader,
  optionalHeader,
  type SnapHeaders,
} from './headers.ts'

export type SnapRequest = {
  readonly method: string
  /** As it stood in the request line, with its query. */
  readonly url: string
  readonly headers: SnapHeaders
  /** Empty where the request has none. */
  readonly body: Buffer
}

/** Who shows the pages of a binding: DOKU's Direct Hosting, or the merchant, host to host. */
export type SnapChannel = 'DH' | 'H2H'

export type SnapCall = {
  readonly merchant: Merchant
  readonly externalId: string
  readonly channel: SnapChannel
  /** Of the customer token, where one was sent. */
  readonly customerId: string | undefined
  /** The 64 decoded bytes. */
  readonly signature: Buffer
}

export type CallDeps = {
  readonly merchants: Pick<Merchants, 'findByClientId'>
  readonly accessTokens: Pick<AccessTokens, 'verify'>
  readonly clock: Clock
  readonly timestampWindowSeconds: number
}

export async function authenticateCall(deps: CallDeps, request: SnapRequest): Promise<SnapCall> {
  const { headers } = request
  const clientId = identifierHeader(headers, 'X-PARTNER-ID')
  const externalId = identifierHeader(headers, 'X-EXTERNAL-ID')
  const timestamp = mandatoryHeader(headers, 'X-TIMESTAMP')
  const signature = mandatoryHeader(headers, 'X-SIGNATURE')
  const authorization = mandatoryHeader(headers, 'Authorization')
  checkTimestamp(timestamp, { clock: deps.clock, windowSeconds: deps.timestampWindowSeconds })
  const accessToken = bearerTokenOf(authorization)
  if (accessToken === undefined) throw new SnapError('token_not_found')
  if (!deps.accessTokens.verify('b2b', clientId, accessToken)) throw new SnapError('invalid_token')
  const merchant = await deps.merchants.findByClientId(clientId)
  const decoded = decodeSnapSignature(signature)
  const isRight = isSignedBy(merchant, request, { accessToken, timestamp, signature })
  if (!merchant || !decoded || !isRight) throw new SnapError('unauthorized', invalidSignature)
  return {
    merchant,
    externalId,
    channel: channelOf(headers),
    customerId: customerOf(deps, clientId, headers),
    signature: decoded,
  }
}

type Signed = {
  readonly accessToken: string
  readonly timestamp: string
  readonly signature: string
}

function isSignedBy(merchant: Merchant | undefined, request: SnapRequest, signed: Signed): boolean {
  const paths = signablePaths(request.url)
  const check = (secretKey: string) =>
    paths.some((path) =>
      verifySnapCall(
        { ...signed, method: request.method, path },
        request.body,
        signed.signature,
        secretKey,
      ),
    )
  return merchant ? merchant.secretKey.reveal(check) : check('nobody') && false
}

/** Absent, `SDK` and whatever else are sent in practice, and mean the default (wire.md 11.1). */
function channelOf(headers: SnapHeaders): SnapChannel {
  return optionalHeader(headers, 'CHANNEL-ID')?.trim().toUpperCase() === 'H2H' ? 'H2H' : 'DH'
}

/** Sent with or without `Bearer `; KKI needs none, but a wrong one is refused. */
function customerOf(deps: CallDeps, clientId: string, headers: SnapHeaders): string | undefined {
  const header = optionalHeader(headers, 'Authorization-Customer')?.trim()
  if (!header || /^bearer$/i.test(header)) return undefined
  const token = bearerTokenOf(header) ?? header
  const holder = deps.accessTokens.verify('b2b2c', clientId, token)
  if (!holder) throw new SnapError('invalid_customer_token')
  return holder.customerId
}
