/**
 * Calls of SNAP: sign, send within the time limit, read. Answers are not signed (wire.md 6.4), so one
 * without a responseCode, as a proxy's, counts as no answer.
 */
import type { KeyObject } from 'node:crypto'
import {
  formatSnapTimestamp,
  type SnapServiceName,
  signSnapCall,
  signSnapToken,
  snapServices,
} from '@gerbang/wire'
import { GerbangConnectionError, type LostReason } from '../errors.ts'
import { readObject, type SendDeps, send } from '../send.ts'
import { adviceOnLost, GerbangSnapError, type SnapBody } from './snap-error.ts'

export type SnapDeps = SendDeps & {
  /** Without a slash at the end. */
  readonly base: string
  readonly clientId: string
  readonly secretKey: string
  readonly privateKey: KeyObject
  readonly now: () => Date
  readonly newExternalId: () => string
}

/** Where calls have their access token from (access-token.ts). */
export type AccessTokenSource = {
  /**
   * A token; calls that need one at once share one call for it.
   * @param refused one that the gateway does not take any more: any other than this
   */
  get(refused?: string): Promise<string>
}

export type SnapCallOptions = {
  /** 1 to 128 printable ASCII characters, new for each call of a day. */
  readonly externalId?: string
  /** A customer's token (`customerToken`), for Authorization-Customer. KKI needs none. */
  readonly customerToken?: string
  readonly signal?: AbortSignal
}

export type SnapAnswer<Body> = {
  /** HTTP status. */
  readonly status: number
  readonly body: Body
  /** X-EXTERNAL-ID of the call; empty of a token call. */
  readonly externalId: string
  /** 202: the outcome is not known yet. The notification or the status tells it. */
  readonly isPending: boolean
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

export type SnapCall = SnapCallOptions & {
  readonly service: SnapServiceName
  readonly json: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A call with an access token. One that the gateway does not take any more is replaced, once: a call
 * that was refused for its token did nothing.
 * @throws GerbangSnapError refused; GerbangConnectionError no answer; TypeError an X-EXTERNAL-ID that
 * cannot be sent; the signal's reason where it was aborted before the call was sent
 */
export async function callSnap<Body>(
  deps: SnapDeps,
  tokens: AccessTokenSource,
  call: SnapCall,
): Promise<SnapAnswer<Body>> {
  call.signal?.throwIfAborted()
  const externalId = call.externalId ?? deps.newExternalId()
  if (!/^[\x21-\x7e]{1,128}$/.test(externalId)) {
    throw new TypeError('An X-EXTERNAL-ID has 1 to 128 printable ASCII characters without spaces')
  }
  const attempt = async (refused?: string): Promise<SnapAnswer<Body>> => {
    const token = await tokenFor(deps, tokens, { externalId, refused, signal: call.signal })
    try {
      return await transact<Body>(deps, { ...call, externalId }, token)
    } catch (error) {
      if (refused === undefined && isTokenRefused(error)) return attempt(token)
      throw error
    }
  }
  return attempt()
}

async function tokenFor(
  deps: SnapDeps,
  tokens: AccessTokenSource,
  wish: { externalId: string; refused: string | undefined; signal: AbortSignal | undefined },
): Promise<string> {
  try {
    return await untilAborted(tokens.get(wish.refused), wish.signal)
  } catch (cause) {
    if (!(cause instanceof GerbangConnectionError)) throw cause
    throw new GerbangConnectionError({
      advice: 'That was the call for an access token: the call itself was not sent.',
      requestId: wish.externalId,
      reason: cause.reason,
      timeoutMs: deps.timeoutMs,
      cause,
      sent: false,
    })
  }
}

function transact<Body>(
  deps: SnapDeps,
  call: SnapCall & { readonly externalId: string },
  accessToken: string,
): Promise<SnapAnswer<Body>> {
  const { externalId, customerToken } = call
  const { path } = urlOf(deps, call.service)
  const timestamp = formatSnapTimestamp(deps.now())
  const body = Buffer.from(JSON.stringify(call.json))
  const parts = { method: 'POST', path, accessToken, timestamp }
  return exchange(deps, {
    service: call.service,
    externalId,
    signal: call.signal,
    body,
    headers: {
      ...call.headers,
      'X-PARTNER-ID': deps.clientId,
      'X-EXTERNAL-ID': externalId,
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': signSnapCall(parts, body, deps.secretKey),
      Authorization: `Bearer ${accessToken}`,
      ...(customerToken !== undefined && { 'Authorization-Customer': `Bearer ${customerToken}` }),
    },
  })
}

/** A call for a token, signed with the merchant's private key. */
export function callForToken<Body>(
  deps: SnapDeps,
  call: Pick<SnapCall, 'service' | 'json' | 'signal'>,
): Promise<SnapAnswer<Body>> {
  call.signal?.throwIfAborted()
  const { clientId } = deps
  const timestamp = formatSnapTimestamp(deps.now())
  return exchange(deps, {
    service: call.service,
    externalId: '',
    signal: call.signal,
    body: Buffer.from(JSON.stringify(call.json)),
    headers: {
      'X-CLIENT-KEY': clientId,
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': signSnapToken({ clientId, timestamp }, deps.privateKey),
    },
  })
}

type Exchange = {
  readonly service: SnapServiceName
  readonly externalId: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer<ArrayBuffer>
  readonly signal: AbortSignal | undefined
}

async function exchange<Body>(deps: SnapDeps, call: Exchange): Promise<SnapAnswer<Body>> {
  const { service, externalId } = call
  const { timeoutMs } = deps
  const advice = adviceOnLost(service, externalId)
  const lost = (reason: LostReason, cause: unknown) =>
    new GerbangConnectionError({ advice, requestId: externalId, reason, timeoutMs, cause })
  const { url } = urlOf(deps, service)
  const { status, headers, bytes } = await send(deps, { ...call, url, lost })
  const body = toSnapBody(readObject(bytes))
  if (!body) throw lost('unreadable', new Error(`HTTP ${status} without a responseCode`))
  if (status < 200 || status > 299 || !body.responseCode.startsWith('2')) {
    throw new GerbangSnapError({ httpStatus: status, body, externalId })
  }
  return {
    status,
    body: body as Body,
    externalId,
    isPending: body.responseCode.startsWith('202'),
    headers: Object.fromEntries(headers),
  }
}

/** A path in the base URL is a part of what is signed. */
function urlOf({ base }: SnapDeps, service: SnapServiceName): { url: URL; path: string } {
  const url = new URL(base + snapServices[service].path)
  return { url, path: url.pathname }
}

/** One page of the documents prints the code as a JSON number (wire.md 6.5). */
function toSnapBody(body: Readonly<Record<string, unknown>> | undefined): SnapBody | undefined {
  const responseCode = String(body?.['responseCode'])
  if (!/^\d{7}$/.test(responseCode)) return undefined
  return { ...body, responseCode, responseMessage: String(body?.['responseMessage'] ?? '') }
}

/** Case 01 of 401: wrong, expired or foreign (wire.md 6.6). */
function isTokenRefused(error: unknown): boolean {
  return error instanceof GerbangSnapError && /^401\d\d01$/.test(error.responseCode)
}

/** Others may wait for the same work, so that it goes on where one of them gives up. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
