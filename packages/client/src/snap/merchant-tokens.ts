/**
 * The merchant's side of wire.md 6.7: before it tells how a payment ended, the gateway asks the
 * merchant for an access token, signed with the gateway's private key. Free of any web framework.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  type B2bTokenResponse,
  formatSnapTimestamp,
  parseSnapTimestamp,
  type SnapEnvelope,
  snapEnvelopeOf,
  verifySnapToken,
} from '@gerbang/wire'
import { type HeaderSource, headerOf } from '../headers.ts'
import { rsaPrivateKey, rsaPublicKey } from './rsa-key.ts'

export type MerchantTokenSettings = {
  /** The merchant's: the gateway signs for it. */
  readonly clientId: string
  /** `gatewayPublicKey` of the credentials, SPKI PEM. */
  readonly gatewayPublicKey: string | KeyObject
  /** RSA, PKCS#8 PEM: signs the tokens. May be the one that signs the merchant's own token calls. */
  readonly privateKey: string | KeyObject
  readonly now?: () => Date
  /** How long a token lives. */
  readonly lifetimeSeconds?: number
  /** How far X-TIMESTAMP may be from now; `Infinity` switches the check off. */
  readonly toleranceSeconds?: number
}

/** What a merchant's endpoint sends back, whatever its framework; `body` as JSON. */
export type MerchantAnswer<Body> = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

export type MerchantTokenBody = B2bTokenResponse | SnapEnvelope

export type MerchantTokens = {
  /** The answer to the gateway's token request: 2007300 with a token, or 4017300. */
  answer(request: { readonly headers: HeaderSource }): MerchantAnswer<MerchantTokenBody>
  /** A new token. */
  issue(): string
  /** Whether a token, with or without `Bearer ` before it, was issued here and is still good. */
  accepts(authorization: string): boolean
}

/** wire.md 6.1. */
const usualLifetimeSeconds = 900

/** As the gateway's own window: clocks that disagree. */
const usualToleranceSeconds = 300

/** Longer than any that is issued here; what is longer is not worth the work. */
const longestToken = 2_048

/** A token with another header was not made here, whatever it says of its algorithm. */
const tokenHeader = base64url({ alg: 'RS256', typ: 'JWT' })

/** @throws TypeError where clientId is empty, or a key is no RSA key */
export function createMerchantTokens(settings: MerchantTokenSettings): MerchantTokens {
  const { clientId } = settings
  if (clientId === '') throw new TypeError('clientId must not be empty')
  const gatewayPublicKey = rsaPublicKey(settings.gatewayPublicKey)
  const privateKey = rsaPrivateKey(settings.privateKey)
  const publicKey = createPublicKey(privateKey)
  const now = settings.now ?? (() => new Date())
  const lifetimeSeconds = settings.lifetimeSeconds ?? usualLifetimeSeconds
  const toleranceMs = (settings.toleranceSeconds ?? usualToleranceSeconds) * 1_000
  const seconds = () => Math.floor(now().getTime() / 1_000)

  const issue = () => {
    const iat = seconds()
    const signed = `${tokenHeader}.${base64url({ clientId, iat, exp: iat + lifetimeSeconds })}`
    const signature = sign('sha256', Buffer.from(signed), privateKey)
    return `${signed}.${signature.toString('base64url')}`
  }
  return {
    answer: ({ headers }) => {
      const timestamp = headerOf(headers, 'X-TIMESTAMP') ?? ''
      const signature = headerOf(headers, 'X-SIGNATURE') ?? ''
      const isOurs = headerOf(headers, 'X-CLIENT-KEY') === clientId
      const isSigned = verifySnapToken({ clientId, timestamp }, signature, gatewayPublicKey)
      const isTimely = isWithin(timestamp, now(), toleranceMs)
      if (!isOurs || !isSigned || !isTimely) return toAnswer(401, refusal)
      return toAnswer(200, {
        ...snapEnvelopeOf('successful', '73'),
        accessToken: issue(),
        tokenType: 'Bearer',
        expiresIn: lifetimeSeconds,
        additionalInfo: '',
      })
    },
    issue,
    accepts: (authorization) => {
      const token = authorization.trim().replace(/^bearer +/i, '')
      const payload = openToken(token, publicKey)
      return payload?.clientId === clientId && payload.exp > seconds()
    },
  }

  function toAnswer(status: number, body: MerchantTokenBody): MerchantAnswer<MerchantTokenBody> {
    return {
      status,
      headers: {
        'Content-Type': 'application/json',
        'X-CLIENT-KEY': clientId,
        'X-TIMESTAMP': formatSnapTimestamp(now()),
      },
      body,
    }
  }
}

const refusal = snapEnvelopeOf('unauthorized', '73', { reason: 'Invalid Signature' })

/** Whether a timestamp text is near an instant; false where it is none. */
export function isWithin(timestamp: string, now: Date, toleranceMs: number): boolean {
  const instant = parseSnapTimestamp(timestamp)
  // Written so that a tolerance of NaN refuses.
  return instant !== undefined && Math.abs(now.getTime() - instant.getTime()) <= toleranceMs
}

/** What we signed; nothing of the payload is read before the signature is right. */
function openToken(
  token: string,
  publicKey: KeyObject,
): { readonly clientId: string; readonly exp: number } | undefined {
  if (token.length > longestToken) return undefined
  const [header, payload = '', signature = '', ...rest] = token.split('.')
  if (header !== tokenHeader || rest.length > 0 || !/^[\w-]+$/.test(signature)) return undefined
  const signed = Buffer.from(`${header}.${payload}`)
  if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))) return undefined
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
