/**
 * The calls of a merchant over SNAP, one verb each: Kartu Kredit Indonesia. Every call goes through
 * `snap-call.ts`, which fetches the access token, signs, and sends exactly the bytes that were signed.
 */
import { type KeyObject, randomBytes } from 'node:crypto'
import {
  type B2b2cTokenResponse,
  encryptCardData,
  type KkiBindResponse,
  type KkiOtpResponse,
  type KkiPayResponse,
  type KkiRefundResponse,
  type KkiStatusResponse,
  type KkiUnbindResponse,
  type SnapServiceName,
} from '@gerbang/wire'
import { baseOf } from '../send.ts'
import { createAccessTokenSource } from './access-token.ts'
import type {
  BindCardRequest,
  CustomerTokenRequest,
  PayByKkiRequest,
  PaymentStatusRequest,
  RefundKkiRequest,
  UnbindCardRequest,
  VerifyOtpRequest,
} from './requests.ts'
import { rsaPrivateKey } from './rsa-key.ts'
import {
  callForToken,
  callSnap,
  type SnapAnswer,
  type SnapCallOptions,
  type SnapDeps,
} from './snap-call.ts'

export type SnapClientSettings = {
  /** Where the gateway is, `http://127.0.0.1:8080`; a path in it becomes part of what is signed. */
  readonly baseUrl: string
  readonly clientId: string
  readonly secretKey: string
  /** RSA, PKCS#8 PEM: its public key is what the gateway knows of the merchant. */
  readonly privateKey: string | KeyObject
  readonly fetch?: typeof globalThis.fetch
  readonly now?: () => Date
  /** Makes the X-EXTERNAL-ID of calls that bring none; default: 33 digits. */
  readonly newExternalId?: () => string
  /** Limit of one exchange, answer included; the call for an access token has its own. */
  readonly timeoutMs?: number
}

export type BindCardOptions = SnapCallOptions & {
  /** DH, the default: the gateway's page asks for the one-time password. H2H: you do. */
  readonly channelId?: 'DH' | 'H2H'
}

/**
 * All calls throw GerbangSnapError or GerbangConnectionError. What is not decided yet is no error:
 * `isPending` says so, and the notification or the status tells the end.
 */
export type SnapClient = {
  /**
   * Begins to bind a card for a customer. Then the one-time password: on the page of `redirectUrl`
   * (DH), or by `verifyOtp` (H2H).
   */
  bindCard(
    request: BindCardRequest,
    options?: BindCardOptions,
  ): Promise<SnapAnswer<KkiBindResponse>>
  /** Binds the card; `bankCardToken` pays from now on. */
  verifyOtp(
    request: VerifyOtpRequest,
    options?: SnapCallOptions,
  ): Promise<SnapAnswer<KkiOtpResponse>>
  /** Ends all tokens of the card at this merchant. */
  unbindCard(
    request: UnbindCardRequest,
    options?: SnapCallOptions,
  ): Promise<SnapAnswer<KkiUnbindResponse>>
  /** Pays by CPAN and OTT, which may bind the card as well, or by the token of a bound card. */
  payByKki(request: PayByKkiRequest, options?: SnapCallOptions): Promise<SnapAnswer<KkiPayResponse>>
  /** Gives back a payment or a part of it, once for each `partnerRefundNo`. */
  refund(
    request: RefundKkiRequest,
    options?: SnapCallOptions,
  ): Promise<SnapAnswer<KkiRefundResponse>>
  /** How a payment and its refunds stand. */
  paymentStatus(
    request: PaymentStatusRequest,
    options?: SnapCallOptions,
  ): Promise<SnapAnswer<KkiStatusResponse>>
  /** A token of one customer (B2B2C), for `customerToken` of the other calls. */
  customerToken(
    request: CustomerTokenRequest,
    options?: Pick<SnapCallOptions, 'signal'>,
  ): Promise<SnapAnswer<B2b2cTokenResponse>>
}

/** A payment may wait 5 s for the switch; 30 s leaves room for slow lines on top. */
const defaultTimeoutMs = 30_000

const channel = 'KARTU_KREDIT_INDONESIA'

/**
 * Makes a client for one merchant.
 * @throws TypeError where baseUrl is no http(s) URL, clientId or secretKey is empty, or privateKey is
 * no RSA key
 */
export function createSnapClient(settings: SnapClientSettings): SnapClient {
  const deps = toDeps(settings)
  const tokens = createAccessTokenSource(deps)
  const call =
    <Request extends object, Body>(service: SnapServiceName, toJson: (r: Request) => object) =>
    (request: Request, options: SnapCallOptions = {}) =>
      callSnap<Body>(deps, tokens, { ...options, service, json: toJson(request) })
  return {
    bindCard: (request, { channelId, ...options } = {}) =>
      callSnap(deps, tokens, {
        ...options,
        service: 'bind-card',
        json: toBinding(request, deps.secretKey),
        headers: channelId === undefined ? {} : { 'CHANNEL-ID': channelId },
      }),
    verifyOtp: call('verify-otp', withChannel),
    unbindCard: call('unbind-card', ({ bankCardToken }) => ({
      tokenId: bankCardToken,
      // The seed and the libraries differ in the name (wire.md 8).
      additionalInfo: { channel, channelId: channel },
    })),
    payByKki: call('pay', withChannel),
    refund: call('refund', withChannel),
    paymentStatus: call('payment-status', (request) => ({
      serviceCode: '55',
      ...withChannel(request),
    })),
    customerToken: async (request, { signal } = {}) =>
      callForToken(deps, {
        service: 'b2b2c-token',
        json:
          request.authCode === undefined
            ? { grantType: 'refresh_token', refreshToken: request.refreshToken }
            : { grantType: 'authorization_code', authCode: request.authCode },
        ...(signal && { signal }),
      }),
  }
}

function toDeps(settings: SnapClientSettings): SnapDeps {
  if (settings.clientId === '') throw new TypeError('clientId must not be empty')
  if (settings.secretKey === '') throw new TypeError('secretKey must not be empty')
  const now = settings.now ?? (() => new Date())
  return {
    base: baseOf(settings.baseUrl),
    clientId: settings.clientId,
    secretKey: settings.secretKey,
    privateKey: rsaPrivateKey(settings.privateKey),
    fetch: settings.fetch ?? globalThis.fetch,
    now,
    newExternalId: settings.newExternalId ?? (() => newExternalId(now())),
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
  }
}

function withChannel<Request extends { readonly additionalInfo?: object }>(
  request: Request,
): object {
  return { ...request, additionalInfo: { channel, ...request.additionalInfo } }
}

function toBinding({ card, ...request }: BindCardRequest, secretKey: string): object {
  const { cpan, ott } = card
  // Undefined members are left out.
  const plain = JSON.stringify({ bankCardNo: cpan, otp: ott })
  return withChannel({
    ...request,
    cardData: encryptCardData(plain, secretKey, randomBytes(16)),
  })
}

/** Digits only, at most 36, as the documents have it: 13 of time and 20 of randomness. */
function newExternalId(now: Date): string {
  const random = BigInt(`0x${randomBytes(8).toString('hex')}`)
  return `${now.getTime()}${String(random).padStart(20, '0')}`
}
