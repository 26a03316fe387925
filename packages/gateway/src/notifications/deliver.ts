import { digestOf, formatTimestamp, sign } from '@gerbang/wire'
import type { Merchants } from '../merchants/index.ts'
import type { Database } from '../platform/database/index.ts'
import type { Log } from '../platform/log/index.ts'
import type { OutboundAnswer, OutboundHttp } from '../platform/outbound-http/index.ts'
import { type Clock, later } from '../primitives/clock.ts'
import { type ClaimedNotification, claimDue, recordAttempt } from './notifications.store.ts'

export type DeliveryDeps = {
  readonly database: Database
  readonly merchants: Merchants
  readonly outboundHttp: OutboundHttp
  readonly clock: Clock
  readonly log: Log
}

/** Three retries, counted from the first attempt (wire.md 5.1): 30 minutes, 6 hours, 12 hours. */
const retryDelaysMs = [30 * 60_000, 6 * 3_600_000, 12 * 3_600_000] as const

/** A merchant has 10 seconds to answer (design.md 6). */
const timeoutMs = 10_000

/** Longer than any attempt can take, so that a lease ends only when its holder is dead. */
const leaseMs = 30_000

/** Deliveries under way at once in one process; each may wait for a slow merchant. */
const mostAtOnce = 20

export type Delivery = {
  /** Starts delivering what is due and nobody else delivers; does not wait for the answers. */
  start(): Promise<void>
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>
}

/**
 * One process's deliveries. They run beside each other, so that a slow merchant holds up a place
 * and not the others.
 */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { database, clock, log } = deps
  const underWay = new Set<Promise<void>>()

  const start = async (): Promise<void> => {
    const limit = mostAtOnce - underWay.size
    if (limit <= 0) return
    const realNow = clock.realNow()
    const claimed = await claimDue(database, {
      now: clock.now(),
      realNow,
      leaseUntil: later(realNow, leaseMs),
      limit,
    })
    const mayBeMore = claimed.length === limit
    for (const notification of claimed) {
      const delivery: Promise<void> = attempt(deps, notification)
        .catch((err) =>
          log.warn({ notification: notification.notificationId, err }, 'lost attempt'),
        )
        .finally(() => {
          underWay.delete(delivery)
          if (mayBeMore) start().catch((err) => log.warn({ err }, 'deliveries cannot be read'))
        })
      underWay.add(delivery)
    }
  }

  return {
    start,
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

async function attempt(deps: DeliveryDeps, claimed: ClaimedNotification): Promise<void> {
  const { database, clock, log } = deps
  const answer = await send(deps, claimed)
  const isDelivered = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
  const delay = retryDelaysMs[claimed.attemptsMade]
  const next = isDelivered
    ? ({ state: 'delivered', nextAttemptAt: null } as const)
    : delay === undefined
      ? ({ state: 'given-up', nextAttemptAt: null } as const)
      : ({ state: 'due', nextAttemptAt: later(claimed.firstDueAt, delay) } as const)
  const result = {
    at: clock.now(),
    responseStatus: answer.kind === 'answered' ? answer.status : null,
    error: answer.kind === 'failed' ? answer.error : null,
    latencyMs: answer.latencyMs,
  }
  await recordAttempt(database, claimed, result, next)
  const about = { notification: claimed.notificationId, state: next.state, ...result }
  if (isDelivered) return log.info(about, 'notification attempt')
  const invoiceNumber = JSON.parse(claimed.body).order?.invoice_number
  const { nextAttemptAt } = next
  log.warn(
    { ...about, invoiceNumber, url: withoutQuery(claimed.url), nextAttemptAt },
    'notification not delivered',
  )
}

/** Host and path: a query, or a password before the host, may be a secret of the merchant's. */
function withoutQuery(url: string): string {
  const { host, pathname } = new URL(url)
  return host + pathname
}

/** Signed afresh at every attempt, with real time: the merchant compares it with its own clock. */
async function send(deps: DeliveryDeps, claimed: ClaimedNotification): Promise<OutboundAnswer> {
  const merchant = await deps.merchants.find(claimed.merchantId)
  if (!merchant) return { kind: 'failed', error: 'the merchant is gone', latencyMs: 0 }
  const { url, body } = claimed
  const timestamp = formatTimestamp(deps.clock.realNow())
  const parts = {
    clientId: merchant.clientId,
    requestId: claimed.requestId,
    timestamp,
    requestTarget: new URL(url).pathname,
    digest: digestOf(body),
  }
  const signature = merchant.secretKey.reveal((secret) => sign('request', parts, secret))
  return deps.outboundHttp.post({
    url,
    body,
    timeoutMs,
    headers: {
      'Content-Type': 'application/json',
      'Client-Id': merchant.clientId,
      'Request-Id': claimed.requestId,
      'Request-Timestamp': timestamp,
      Signature: signature,
    },
  })
}
