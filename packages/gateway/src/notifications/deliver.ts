import type { Merchants } from '../merchants/index.ts'
import type { Database } from '../platform/database/index.ts'
import type { Log } from '../platform/log/index.ts'
import type { OutboundAnswer } from '../platform/outbound-http/index.ts'
import { later } from '../primitives/clock.ts'
import { bodyToSend, type TokenOf } from './bank-card-token.ts'
import {
  type ClaimedNotification,
  claimDue,
  type Dialect,
  recordAttempt,
} from './notifications.store.ts'
import type { OutgoingDeps } from './outgoing.ts'
import { postCards } from './post-cards.ts'
import { postSnap } from './post-snap.ts'

export type DeliveryDeps = OutgoingDeps & {
  readonly database: Database
  readonly merchants: Merchants
  readonly tokenOf: TokenOf
  readonly log: Log
}

/** `subjectName`: what the dialect calls the merchant's number. */
const dialects = {
  cards: { post: postCards, subjectName: 'invoiceNumber' },
  snap: { post: postSnap, subjectName: 'partnerReferenceNo' },
} as const satisfies Record<Dialect, object>

/** Three retries, counted from the first attempt (wire.md 5.1): 30 minutes, 6 hours, 12 hours. */
const retryDelaysMs = [30 * 60_000, 6 * 3_600_000, 12 * 3_600_000] as const

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
  const named = { [dialects[claimed.dialect].subjectName]: claimed.subject }
  const { nextAttemptAt } = next
  log.warn(
    { ...about, ...named, url: withoutQuery(claimed.url), nextAttemptAt },
    'notification not delivered',
  )
}

/** Host and path: a query, or a password before the host, may be a secret of the merchant's. */
function withoutQuery(url: string): string {
  const { host, pathname } = new URL(url)
  return host + pathname
}

async function send(deps: DeliveryDeps, claimed: ClaimedNotification): Promise<OutboundAnswer> {
  const merchant = await deps.merchants.find(claimed.merchantId)
  if (!merchant) return { kind: 'failed', error: 'the merchant is gone', latencyMs: 0 }
  const body = await bodyToSend(deps.tokenOf, claimed)
  if (body === undefined) return { kind: 'failed', error: 'the binding is gone', latencyMs: 0 }
  const { url, requestId } = claimed
  return dialects[claimed.dialect].post(deps, { merchant, url, requestId, body })
}
