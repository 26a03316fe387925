/**
 * HTTP notifications (wire.md 5): a merchant's endpoint is open to the world, so nothing in a
 * notification is believed before its signature is. Free of any web framework.
 */
import {
  digestOf,
  formatTimestamp,
  parseTimestamp,
  sign,
  type TransactionReport,
  verifySignature,
} from '@gerbang/wire'
import { type HeaderSource, headerOf } from './headers.ts'

export type NotificationToVerify = {
  readonly headers: HeaderSource
  /** The body as it came: bytes, or their text. Parsed and written again it fails the check. */
  readonly body: Uint8Array | string
  /** Path of the endpoint as it was called; a query is left out, as it is not signed. */
  readonly path: string
  readonly secretKey: string
  /** When given, a notification for another merchant is refused. */
  readonly clientId?: string
  readonly now?: () => Date
  /** How far Request-Timestamp may be from now; `Infinity` switches the check off. */
  readonly toleranceSeconds?: number
}

export type NotificationRefusal =
  | 'missing-header'
  | 'other-client-id'
  | 'wrong-signature'
  | 'malformed-timestamp'
  | 'outside-tolerance'
  | 'malformed-body'

export type VerifiedNotification =
  | {
      readonly ok: true
      readonly notification: TransactionReport
      /** New for each notification; a repeated one was delivered before. */
      readonly requestId: string
    }
  | { readonly ok: false; readonly reason: NotificationRefusal }

/** Every try of a delivery is signed anew: five minutes cover clocks that disagree, not retries. */
const defaultToleranceSeconds = 300

/**
 * Whether a notification is the gateway's. Answer 200 to a good one (the gateway repeats what is
 * not acknowledged with 2xx, so the same payment may be told twice) and 401 to others.
 */
export function verifyNotification(received: NotificationToVerify): VerifiedNotification {
  const clientId = headerOf(received.headers, 'Client-Id')
  const requestId = headerOf(received.headers, 'Request-Id')
  const timestamp = headerOf(received.headers, 'Request-Timestamp')
  const signature = headerOf(received.headers, 'Signature')
  if (!clientId || !requestId || !timestamp || !signature) return refused('missing-header')
  if (received.clientId !== undefined && clientId !== received.clientId) {
    return refused('other-client-id')
  }
  const requestTarget = pathOf(received.path)
  const digest = digestOf(received.body)
  const parts = { clientId, requestId, timestamp, requestTarget, digest }
  if (!verifySignature('request', parts, signature, received.secretKey)) {
    return refused('wrong-signature')
  }
  const signedAt = parseTimestamp(timestamp)
  if (signedAt === undefined) return refused('malformed-timestamp')
  const now = received.now?.() ?? new Date()
  const apartMs = Math.abs(now.getTime() - signedAt.getTime())
  const toleranceMs = (received.toleranceSeconds ?? defaultToleranceSeconds) * 1000
  // Written so that a tolerance of NaN refuses.
  if (!(apartMs <= toleranceMs)) return refused('outside-tolerance')
  const notification = reportOf(received.body)
  return notification ? { ok: true, notification, requestId } : refused('malformed-body')
}

export type NotificationToSign = {
  readonly notification: TransactionReport
  /** Path of the endpoint under test. */
  readonly path: string
  readonly clientId: string
  readonly secretKey: string
  readonly requestId?: string
  readonly now?: () => Date
}

/** A notification as the gateway would send it, for tests of a merchant's endpoint. */
export function signNotificationForTest(toSign: NotificationToSign): {
  headers: Record<string, string>
  body: string
} {
  const { clientId, requestId = `CREDIT_CARD${crypto.randomUUID()}` } = toSign
  const body = JSON.stringify(toSign.notification)
  const timestamp = formatTimestamp(toSign.now?.() ?? new Date())
  const requestTarget = pathOf(toSign.path)
  const parts = { clientId, requestId, timestamp, requestTarget, digest: digestOf(body) }
  return {
    headers: {
      'Content-Type': 'application/json',
      'Client-Id': clientId,
      'Request-Id': requestId,
      'Request-Timestamp': timestamp,
      Signature: sign('request', parts, toSign.secretKey),
    },
    body,
  }
}

function refused(reason: NotificationRefusal): VerifiedNotification {
  return { ok: false, reason }
}

function pathOf(path: string): string {
  return path.split(/[?#]/, 1)[0] ?? ''
}

/** The report, where the members that a merchant decides by are there (wire.md 5.2). */
function reportOf(body: Uint8Array | string): TransactionReport | undefined {
  try {
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
    const report = JSON.parse(text)
    const needed = [
      report.order.invoice_number,
      report.transaction.status,
      report.transaction.original_request_id,
    ]
    return needed.every((value) => typeof value === 'string') ? report : undefined
  } catch {
    return undefined
  }
}
