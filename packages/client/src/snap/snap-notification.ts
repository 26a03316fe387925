/**
 * SNAP notifications (wire.md 7.10): how a payment by KKI, or a binding, ended. A merchant's endpoint
 * is open to the world, so nothing of one is believed before its token and its signature are right.
 * Free of any web framework.
 */
import {
  formatSnapTimestamp,
  type KkiNotification,
  type SnapEnvelope,
  type SnapResponseName,
  signSnapCall,
  snapEnvelopeOf,
  snapResponses,
  verifySnapCall,
} from '@gerbang/wire'
import { type HeaderSource, headerOf } from '../headers.ts'
import { readObject } from '../send.ts'
import { isWithin, type MerchantAnswer, type MerchantTokens } from './merchant-tokens.ts'

export type SnapNotificationToVerify = {
  readonly headers: HeaderSource
  /** The body as it came: bytes, or their text. Parsed and written again it may fail the check. */
  readonly body: Uint8Array | string
  /** Path of the endpoint as it was called. */
  readonly path: string
  readonly secretKey: string
  /** Those that answered the gateway's request for a token. */
  readonly tokens: Pick<MerchantTokens, 'accepts'>
  /** When given, a notification for another merchant is refused. */
  readonly clientId?: string
  readonly now?: () => Date
  /** How far X-TIMESTAMP may be from now; `Infinity` switches the check off. */
  readonly toleranceSeconds?: number
}

export type SnapNotificationRefusal =
  | 'missing-header'
  | 'other-client-id'
  | 'wrong-token'
  | 'wrong-signature'
  | 'outside-tolerance'
  | 'malformed-body'

type Answer = MerchantAnswer<SnapEnvelope>

export type VerifiedSnapNotification =
  | {
      readonly ok: true
      readonly notification: KkiNotification
      /** X-EXTERNAL-ID, the same at every try of one notification; one seen before was delivered. */
      readonly externalId: string
      /** To be sent once the notification is taken: 2005600. */
      readonly answer: Answer
    }
  | {
      readonly ok: false
      readonly reason: SnapNotificationRefusal
      readonly answer: Answer
    }

/** Every try of a delivery is signed anew: five minutes cover clocks that disagree, not retries. */
const usualToleranceSeconds = 300

/** SNAP's service code of a notification (wire.md 6.5). */
const serviceCode = '56'

/**
 * Whether a notification is the gateway's. Send `answer` back: the gateway repeats what is not taken
 * with 2xx, so the same may be told twice, and gets a new token where its own is refused.
 */
export function verifySnapNotification(
  received: SnapNotificationToVerify,
): VerifiedSnapNotification {
  const header = (name: string) => headerOf(received.headers, name)
  const authorization = header('Authorization')
  const externalId = header('X-EXTERNAL-ID')
  const timestamp = header('X-TIMESTAMP')
  const signature = header('X-SIGNATURE')
  if (!authorization || !externalId || !timestamp || !signature) return refused('missing-header')
  if (received.clientId !== undefined && header('X-PARTNER-ID') !== received.clientId) {
    return refused('other-client-id')
  }
  if (!received.tokens.accepts(authorization)) return refused('wrong-token')
  const body = Buffer.from(received.body)
  const accessToken = authorization.replace(/^bearer +/i, '')
  const isRight = pathsOf(received.path).some((path) => {
    const parts = { method: 'POST', path, accessToken, timestamp }
    return verifySnapCall(parts, body, signature, received.secretKey)
  })
  if (!isRight) return refused('wrong-signature')
  const toleranceMs = (received.toleranceSeconds ?? usualToleranceSeconds) * 1_000
  const now = received.now?.() ?? new Date()
  if (!isWithin(timestamp, now, toleranceMs)) return refused('outside-tolerance')
  const notification = notificationOf(body)
  if (!notification) return refused('malformed-body')
  return { ok: true, notification, externalId, answer: toAnswer('successful') }
}

export type SnapNotificationToSign = {
  readonly notification: KkiNotification
  /** Path of the endpoint under test. */
  readonly path: string
  readonly clientId: string
  readonly secretKey: string
  /** Of the endpoint under test, which accepts only what it has issued. */
  readonly tokens: Pick<MerchantTokens, 'issue'>
  readonly externalId?: string
  readonly now?: () => Date
}

/** A notification as the gateway would send it, for tests of a merchant's endpoint. */
export function signSnapNotificationForTest(toSign: SnapNotificationToSign): {
  headers: Record<string, string>
  body: string
} {
  const body = JSON.stringify(toSign.notification)
  const timestamp = formatSnapTimestamp(toSign.now?.() ?? new Date())
  const accessToken = toSign.tokens.issue()
  const parts = { method: 'POST', path: toSign.path, accessToken, timestamp }
  return {
    headers: {
      'Content-Type': 'application/json',
      'X-PARTNER-ID': toSign.clientId,
      'X-EXTERNAL-ID': toSign.externalId ?? crypto.randomUUID(),
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': signSnapCall(parts, body, toSign.secretKey),
      Authorization: `Bearer ${accessToken}`,
    },
    body,
  }
}

const refusalRows: Readonly<
  Record<SnapNotificationRefusal, readonly [SnapResponseName, Readonly<Record<string, string>>]>
> = {
  'missing-header': ['bad_request', { reason: 'A header is missing' }],
  'other-client-id': ['unauthorized', { reason: 'Invalid X-PARTNER-ID' }],
  'wrong-token': ['invalid_token', {}],
  'wrong-signature': ['unauthorized', { reason: 'Invalid Signature' }],
  'outside-tolerance': ['unauthorized', { reason: 'Invalid X-TIMESTAMP' }],
  'malformed-body': ['bad_request', { reason: 'This is no notification' }],
}

function refused(reason: SnapNotificationRefusal): VerifiedSnapNotification {
  return { ok: false, reason, answer: toAnswer(...refusalRows[reason]) }
}

function toAnswer(row: SnapResponseName, values: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: snapResponses[row].status,
    headers: { 'Content-Type': 'application/json' },
    body: snapEnvelopeOf(row, serviceCode, values),
  }
}

/** A signature is over the merchant's path (wire.md 6.4), with its query or without. */
function pathsOf(path: string): string[] {
  return [...new Set([path, path.split(/[?#]/, 1)[0] ?? ''])]
}

/** The notification, where the members that a merchant decides by are there (wire.md 7.10). */
function notificationOf(body: Buffer): KkiNotification | undefined {
  const members = readObject(body)
  const needed = ['originalReferenceNo', 'latestTransactionStatus']
  const isOne = needed.every((name) => typeof members?.[name] === 'string')
  return isOne ? (members as KkiNotification) : undefined
}
