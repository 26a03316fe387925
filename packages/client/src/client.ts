/**
 * The calls of a merchant, one verb each. Every call goes through `call.ts`, which signs it, sends
 * exactly the bytes that were signed, and verifies the answer before anything of it is believed.
 */
import type {
  CaptureResponse,
  ChargeResponse,
  CheckThreeDSecureResponse,
  DeleteTokenResponse,
  GetTokensResponse,
  RefundResponse,
  TransactionReport,
} from '@gerbang/wire'
import { type Answer, type CallDeps, callGateway } from './call.ts'
import type { CallKind } from './errors.ts'
import type {
  CaptureRequest,
  ChargeRequest,
  CheckThreeDSecureRequest,
  DeleteTokenRequest,
  ListTokensRequest,
  RefundRequest,
} from './requests.ts'
import { baseOf } from './send.ts'

export type ClientSettings = {
  /** Where the gateway is, `http://127.0.0.1:8080`; a path in it becomes part of what is signed. */
  readonly baseUrl: string
  readonly clientId: string
  readonly secretKey: string
  readonly fetch?: typeof globalThis.fetch
  readonly now?: () => Date
  /** Makes the Request-Id of calls that bring none; default: a random UUID. */
  readonly newRequestId?: () => string
  /** Limit of one call, answer included. */
  readonly timeoutMs?: number
}

export type CallOptions = {
  /** 1 to 128 printable ASCII characters, new for each request; keep it to ask the status later. */
  readonly requestId?: string
  readonly signal?: AbortSignal
}

/** All calls throw GerbangError, GerbangConnectionError or GerbangSignatureError. */
export type Client = {
  /** POST /credit-card/check-three-d-secure: is the card enrolled, and where is its page? */
  checkThreeDSecure(
    request: CheckThreeDSecureRequest,
    options?: CallOptions,
  ): Promise<Answer<CheckThreeDSecureResponse>>
  /**
   * POST /credit-card/charge, of any `payment.type`. A decline is an answer, not an error: look at
   * `payment.status`, which is SUCCESS, FAILED or PENDING.
   */
  charge(request: ChargeRequest, options?: CallOptions): Promise<Answer<ChargeResponse>>
  /**
   * POST /credit-card/capture: takes what an AUTHORIZE holds, or a part of it, once and within 7
   * days. A decline is an answer, as of a charge.
   */
  capture(request: CaptureRequest, options?: CallOptions): Promise<Answer<CaptureResponse>>
  /**
   * POST /cancellation/credit-card/refund: gives money back. The gateway chooses how: look at
   * `refund.type` (VOID before the settlement) and `refund.status`.
   */
  refund(request: RefundRequest, options?: CallOptions): Promise<Answer<RefundResponse>>
  /** POST /tokenization/v2/get-token: the active tokens of a customer, the oldest first. */
  listTokens(request: ListTokensRequest, options?: CallOptions): Promise<Answer<GetTokensResponse>>
  /** POST /tokenization/v2/delete-token: for ever. Deleting it again answers the same. */
  deleteToken(
    request: DeleteTokenRequest,
    options?: CallOptions,
  ): Promise<Answer<DeleteTokenResponse>>
  /** GET /orders/v1/status/{invoice number, or Request-Id of the charge}. */
  orderStatus(
    invoiceNumberOrRequestId: string,
    options?: CallOptions,
  ): Promise<Answer<TransactionReport>>
}

/** A charge may wait 5 s for the acquirer; 30 s leaves room for slow lines on top. */
const defaultTimeoutMs = 30_000

/**
 * Makes a client for one merchant.
 * @throws TypeError where baseUrl is no http(s) URL, or clientId or secretKey is empty
 */
export function createClient(settings: ClientSettings): Client {
  if (settings.clientId === '') throw new TypeError('clientId must not be empty')
  if (settings.secretKey === '') throw new TypeError('secretKey must not be empty')
  const base = baseOf(settings.baseUrl)
  const deps: CallDeps = {
    clientId: settings.clientId,
    secretKey: settings.secretKey,
    fetch: settings.fetch ?? globalThis.fetch,
    now: settings.now ?? (() => new Date()),
    newRequestId: settings.newRequestId ?? (() => crypto.randomUUID()),
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
  }
  const post =
    <Body>(kind: CallKind, path: string) =>
    (json: unknown, options: CallOptions = {}) =>
      callGateway<Body>(deps, { kind, url: new URL(base + path), json, ...options })
  return {
    checkThreeDSecure: post('check', '/credit-card/check-three-d-secure'),
    charge: post('charge', '/credit-card/charge'),
    capture: post('follow-up', '/credit-card/capture'),
    refund: post('follow-up', '/cancellation/credit-card/refund'),
    listTokens: post('tokens', '/tokenization/v2/get-token'),
    deleteToken: post('tokens', '/tokenization/v2/delete-token'),
    orderStatus: async (invoiceNumberOrRequestId, options = {}) =>
      callGateway(deps, {
        kind: 'status',
        url: new URL(`${base}/orders/v1/status/${pathSegment(invoiceNumberOrRequestId)}`),
        ...options,
      }),
  }
}

/** Percent-encodes an identifier; what is sent is what is signed (wire.md 2.2). */
function pathSegment(identifier: string): string {
  // URL resolves a segment of dots, encoded or not, as a step up: another path would be asked.
  if (identifier === '' || identifier === '.' || identifier === '..') {
    throw new TypeError(`"${identifier}" cannot be asked for: it is no path segment`)
  }
  return encodeURIComponent(identifier)
}
