/**
 * Who calls, in the documented order of checks (wire.md 2.5): the four headers, their form, the
 * timestamp's window on real time, the client, the signature over the raw body.
 */
import {
  decodeSignature,
  digestOf,
  parseTimestamp,
  type SignatureComponents,
  verifySignature,
} from '@gerbang/wire'
import type { Merchant, Merchants } from '../../../merchants/index.ts'
import type { Clock } from '../../../primitives/clock.ts'
import { isPrintable, longestIdentifier, signablePaths } from '../../raw-call.ts'
import { CardError } from '../card-error.ts'

export type CardRequest = {
  readonly method: string
  /** As it stood in the request line, without query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Empty where the request has none. */
  readonly body: Buffer
  /** Charge says `empty client id` where the other calls say that the header is required. */
  readonly emptyClientId: 'header_required' | 'empty_client_id'
}

export type AuthenticatedCall = {
  readonly merchant: Merchant
  readonly requestId: string
  /** The path in the form that the merchant signed. */
  readonly requestTarget: string
  /** The 32 decoded bytes. */
  readonly signature: Buffer
}

export type AuthenticateDeps = {
  readonly merchants: Pick<Merchants, 'findByClientId'>
  readonly clock: Clock
  readonly timestampWindowSeconds: number
}

/** Raises the header rows of the error table, unknown_client and invalid_signature. */
export async function authenticate(
  deps: AuthenticateDeps,
  request: CardRequest,
): Promise<AuthenticatedCall> {
  const headers = readHeaders(request)
  checkTimestamp(deps, headers.timestamp)
  const merchant = await deps.merchants.findByClientId(headers.clientId)
  const requestTarget = matchSignature(request, headers, merchant)
  if (!merchant) throw new CardError('unknown_client')
  const signature = decodeSignature(headers.signature)
  if (requestTarget === undefined || !signature) throw new CardError('invalid_signature')
  return { merchant, requestId: headers.requestId, requestTarget, signature }
}

type Headers = { clientId: string; requestId: string; timestamp: string; signature: string }

function readHeaders(request: CardRequest): Headers {
  const header = (name: string) => {
    const value = request.headers[name.toLowerCase()]
    if (typeof value === 'string' && value !== '') return value
    if (name === 'Client-Id' && value === '') {
      throw new CardError(request.emptyClientId, { header: name })
    }
    throw new CardError('header_required', { header: name })
  }
  const headers = {
    clientId: header('Client-Id'),
    requestId: header('Request-Id'),
    timestamp: header('Request-Timestamp'),
    signature: header('Signature'),
  }
  if (headers.clientId.length > longestIdentifier || headers.requestId.length > longestIdentifier) {
    throw new CardError('header_size')
  }
  if (!isPrintable(headers.requestId)) {
    throw new CardError('header_format', { header: 'Request-Id' })
  }
  return headers
}

function checkTimestamp(deps: AuthenticateDeps, text: string): void {
  const timestamp = parseTimestamp(text)
  if (!timestamp) throw new CardError('timestamp_format')
  const seconds = deps.timestampWindowSeconds
  const distanceMs = Math.abs(timestamp.getTime() - deps.clock.realNow().getTime())
  if (distanceMs > seconds * 1_000) throw new CardError('timestamp_window', { seconds })
}

/**
 * The path under which the signature is right; undefined where it is wrong. An unknown client costs
 * the same time as a known one.
 */
function matchSignature(
  request: CardRequest,
  headers: Headers,
  merchant: Merchant | undefined,
): string | undefined {
  const digests = digestsOf(request)
  const parts = (requestTarget: string, digest: string | undefined): SignatureComponents => ({
    clientId: headers.clientId,
    requestId: headers.requestId,
    timestamp: headers.timestamp,
    requestTarget,
    digest,
  })
  const isRight = (path: string, digest: string | undefined) =>
    merchant
      ? merchant.secretKey.reveal((secret) =>
          verifySignature('request', parts(path, digest), headers.signature, secret),
        )
      : verifySignature('request', parts(path, digest), headers.signature, 'nobody') && false
  return signablePaths(request.path).find((path) => digests.some((digest) => isRight(path, digest)))
}

/** A POST signs its body. A GET that has one may leave it out: get-token (wire.md 4.7). */
function digestsOf({ method, body }: CardRequest): (string | undefined)[] {
  if (method === 'POST') return [digestOf(body)]
  return body.length > 0 ? [digestOf(body), undefined] : [undefined]
}
