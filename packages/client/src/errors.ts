/**
 * What a call throws, by what the merchant has to do next: mend the request (GerbangError), ask the
 * status (GerbangConnectionError), or trust nothing (GerbangSignatureError). None of them holds
 * what was sent, so a log of one shows no card number.
 */
import type { RefusalBody, UnverifiedReason } from './answer.ts'
import { hintFor } from './hints.ts'

/** By what a lost answer means: a follow-up is a capture or a refund. */
export type CallKind = 'check' | 'charge' | 'follow-up' | 'tokens' | 'status'

/** The gateway refused: an HTTP status of 4xx or 5xx with an `error` member. */
export class GerbangError extends Error {
  override readonly name = 'GerbangError'
  readonly httpStatus: number
  /** `error.code`, such as INVALID_PARAMETER; UNREADABLE_ANSWER where the body told none. */
  readonly code: string
  /** `error.type`. */
  readonly type: string
  readonly requestId: string
  /** Undefined where the body was no JSON object. */
  readonly body: RefusalBody | undefined
  /** What to do about it, for common codes. */
  readonly hint: string | undefined
  /** False only for `invalid_client_id`: the gateway has no secret to sign with. */
  readonly signatureVerified: boolean

  constructor(of: {
    httpStatus: number
    body: RefusalBody | undefined
    requestId: string
    verified: boolean
    /** What the clock of a sandbox says, where it was moved: the header Gerbang-Clock. */
    movedClock?: string | null
  }) {
    const { code, message, type } = errorMember(of.body)
    super(message ?? `The answer (HTTP ${of.httpStatus}) has no error member that can be read`)
    this.httpStatus = of.httpStatus
    this.code = code ?? 'UNREADABLE_ANSWER'
    this.type = type ?? this.code
    this.requestId = of.requestId
    this.body = of.body
    this.hint = hintFor(this.code, this.message, dateOf(of.movedClock))
    this.signatureVerified = of.verified
  }
}

/** `unreadable`: of SNAP, whose answers are not signed: no JSON with a responseCode. */
export type LostReason = 'timeout' | 'aborted' | 'network' | 'unreadable'

/**
 * No answer came. Unless `sent` is false the outcome is unknown: ask `orderStatus(requestId)` with
 * the Request-Id of the charge before trying again; repeat a capture or refund with its Request-Id.
 */
export class GerbangConnectionError extends Error {
  override readonly name = 'GerbangConnectionError'
  /** Request-Id, or X-EXTERNAL-ID of a call of SNAP; empty of a token call, which has none. */
  readonly requestId: string
  readonly reason: LostReason
  /** False where no connection could be made, so nothing can have happened. */
  readonly sent: boolean

  constructor(of: {
    advice: string
    requestId: string
    reason: LostReason
    timeoutMs: number
    cause: unknown
    /** Given where what failed was asked for before the call itself. */
    sent?: false
  }) {
    const code = systemCode(of.cause)
    const sent = of.sent ?? !(of.reason === 'network' && code !== undefined && neverSent.has(code))
    const what = {
      timeout: `No answer came within ${of.timeoutMs} ms`,
      aborted: 'The caller gave up before an answer came',
      network: `The connection failed${code === undefined ? '' : ` (${code})`}`,
      unreadable: 'What answered was not the gateway',
    }[of.reason]
    const isAdvised = sent || of.sent === false
    super(`${what}. ${isAdvised ? of.advice : 'Nothing was sent.'}`, { cause: of.cause })
    this.requestId = of.requestId
    this.reason = of.reason
    this.sent = sent
  }
}

/** An answer came, but nothing proves that the gateway wrote it: none of it may be believed. */
export class GerbangSignatureError extends Error {
  override readonly name = 'GerbangSignatureError'
  readonly httpStatus: number
  readonly requestId: string
  readonly reason: UnverifiedReason

  constructor(of: {
    kind: CallKind
    httpStatus: number
    requestId: string
    reason: UnverifiedReason
  }) {
    const why = {
      unsigned: 'it has no Signature (a proxy’s answer, or another server)',
      'other-client-id': 'its Client-Id is not ours',
      'other-request-id': 'its Request-Id is not the one that was sent',
      'no-response-timestamp': 'it has no Response-Timestamp',
      'wrong-signature': 'its Signature is wrong (another Secret Key, or a changed body)',
    }[of.reason]
    const advice = adviceOn(of.kind, of.requestId)
    super(`The answer (HTTP ${of.httpStatus}) cannot be trusted: ${why}. ${advice}`)
    this.httpStatus = of.httpStatus
    this.requestId = of.requestId
    this.reason = of.reason
  }
}

/** System and undici codes that come up before a byte of the request has left. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

export function adviceOn(kind: CallKind, requestId: string): string {
  switch (kind) {
    case 'status':
      return 'Asking the status again is safe.'
    case 'check':
      return 'No money moves in a check: check again with a new Request-Id.'
    case 'tokens':
      return 'No money moves in this call: it may be repeated.'
    case 'charge':
      return (
        'The outcome is unknown: the card may have been charged. ' +
        `Ask orderStatus('${requestId}') before trying again.`
      )
    case 'follow-up':
      return (
        'The outcome is unknown: the money may have moved. Send the same body again with the ' +
        `Request-Id '${requestId}': it is done once only, and a 409 tells how it went.`
      )
  }
}

/** The code of a failed fetch: undici hides it in the cause, or in the causes of several tries. */
function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : systemCode(error.cause)
}

/** The day of a timestamp; what is none is not repeated. */
function dateOf(timestamp: string | null | undefined): string | undefined {
  return /^(\d{4}-\d\d-\d\d)T/.exec(timestamp ?? '')?.[1]
}

function errorMember(body: RefusalBody | undefined) {
  const error: Readonly<Record<string, unknown>> | undefined = body?.error
  const text = (member: string) => {
    const value = typeof error === 'object' && error !== null ? error[member] : undefined
    return typeof value === 'string' ? value : undefined
  }
  return { code: text('code'), message: text('message'), type: text('type') }
}
