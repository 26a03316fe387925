/** One call: sign, send within the time limit, verify, read. */
import { digestOf, formatTimestamp, sign } from '@gerbang/wire'
import { type RefusalBody, type UnverifiedReason, verifyAnswer } from './answer.ts'
import {
  adviceOn,
  type CallKind,
  GerbangConnectionError,
  GerbangError,
  GerbangSignatureError,
} from './errors.ts'
import { type Received, readObject, type SendDeps, send } from './send.ts'

export type CallDeps = SendDeps & {
  readonly clientId: string
  readonly secretKey: string
  readonly now: () => Date
  readonly newRequestId: () => string
}

export type Call = {
  readonly kind: CallKind
  readonly url: URL
  /** The body of a POST; a call without it is a GET, which has no Digest line (wire.md 2.2). */
  readonly json?: unknown
  readonly requestId?: string
  readonly signal?: AbortSignal
}

/** An answer whose signature has been verified. */
export type Answer<Body> = {
  /** HTTP status. */
  readonly status: number
  readonly body: Body
  readonly requestId: string
  readonly signatureVerified: true
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Asks the gateway.
 * @throws GerbangError refused; GerbangConnectionError no answer; GerbangSignatureError an answer
 * that nobody can trust; TypeError a Request-Id that cannot be sent; the signal's reason where it
 * was aborted before anything was sent
 */
export async function callGateway<Body>(deps: CallDeps, call: Call): Promise<Answer<Body>> {
  call.signal?.throwIfAborted()
  const requestId = call.requestId ?? deps.newRequestId()
  if (!/^[\x21-\x7e]{1,128}$/.test(requestId)) {
    throw new TypeError('A Request-Id has 1 to 128 printable ASCII characters without spaces')
  }
  const received = await exchange(deps, call, requestId)
  const problem = verifyAnswer({
    clientId: deps.clientId,
    secretKey: deps.secretKey,
    requestId,
    requestTarget: call.url.pathname,
    headers: received.headers,
    body: received.bytes,
  })
  if (problem !== undefined) throw unverified(call.kind, requestId, received, problem)
  const headers = Object.fromEntries(received.headers)
  const body: RefusalBody | undefined = readObject(received.bytes)
  if (received.status < 200 || received.status > 299 || body === undefined) {
    const movedClock = received.headers.get('gerbang-clock')
    const { status: httpStatus } = received
    throw new GerbangError({ httpStatus, body, requestId, verified: true, movedClock })
  }
  return {
    status: received.status,
    body: body as Body,
    requestId,
    signatureVerified: true,
    headers,
  }
}

async function exchange(deps: CallDeps, call: Call, requestId: string): Promise<Received> {
  const body = call.json === undefined ? undefined : Buffer.from(JSON.stringify(call.json))
  const timestamp = formatTimestamp(deps.now())
  const components = {
    clientId: deps.clientId,
    requestId,
    timestamp,
    requestTarget: call.url.pathname,
    digest: body && digestOf(body),
  }
  const { timeoutMs } = deps
  return send(deps, {
    url: call.url,
    headers: {
      'Client-Id': deps.clientId,
      'Request-Id': requestId,
      'Request-Timestamp': timestamp,
      Signature: sign('request', components, deps.secretKey),
    },
    body,
    signal: call.signal,
    lost: (reason, cause) => {
      const advice = adviceOn(call.kind, requestId)
      return new GerbangConnectionError({ advice, requestId, reason, timeoutMs, cause })
    },
  })
}

/**
 * The gateway cannot sign for a client that it does not know (design.md 5): that refusal is told
 * as what it says, but marked unverified. Any other unsigned answer is told as untrusted.
 */
function unverified(
  kind: CallKind,
  requestId: string,
  received: Received,
  reason: UnverifiedReason,
): GerbangError | GerbangSignatureError {
  const httpStatus = received.status
  const body: RefusalBody | undefined = readObject(received.bytes)
  if (reason === 'unsigned' && httpStatus === 400 && body?.error?.code === 'invalid_client_id') {
    return new GerbangError({ httpStatus, body, requestId, verified: false })
  }
  return new GerbangSignatureError({ kind, httpStatus, requestId, reason })
}
