import type { Merchants } from '../merchants/index.ts'
import type { Database } from '../platform/database/index.ts'
import type { Log } from '../platform/log/index.ts'
import { later } from '../primitives/clock.ts'
import type { MerchantId } from '../primitives/id.ts'
import { answerText } from './answer-text.ts'
import { bodyToSend, type TokenOf } from './bank-card-token.ts'
import { type ClaimedNotification, claimDue, recordAttempt } from './delivery.store.ts'
import type { Dialect } from './notifications.store.ts'
import type { OutgoingDeps, Posted } from './outgoing.ts'
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

/** Between two attempts at least: after an outage of ours, or by hand, the schedule may be over. */
const leastGapMs = 15 * 60_000

/** Longer than any attempt can take, so that a lease ends only when its holder is dead. */
const leaseMs = 20_000

/** Deliveries under way at once in one process; each may wait for a slow merchant. */
const mostAtOnce = 512

/**
 * A merchant may have this part of the places that are free. So one alone has some thirty, and of a
 * hundred who stall none has more than five, and the next one still finds places.
 */
const shareOfFree = 1 / 16

export type Delivery = {
  /** Starts delivering what is due and nobody else delivers; does not wait for the answers. */
  start(): Promise<void>
  isUnderWay(): boolean
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>
  /** Begins nothing more, and resolves when nothing is under way. */
  stop(): Promise<void>
}

/**
 * One process's deliveries. They run beside each other, so that a slow merchant holds up a place
 * and not the others. After each one it is looked for more.
 */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { database, clock, log } = deps
  const underWay = new Map<Promise<void>, MerchantId>()
  let isStopped = false
  let claiming: Promise<void> | undefined
  let isWanted = false

  const start = (): Promise<void> => {
    isWanted = true
    claiming ??= claimWhileWanted().finally(() => {
      claiming = undefined
    })
    return claiming
  }
  /** One claim at a time, because each counts what is under way. */
  const claimWhileWanted = async (): Promise<void> => {
    while (isWanted && !isStopped) {
      isWanted = false
      const free = mostAtOnce - underWay.size
      if (free <= 0) return
      const realNow = clock.realNow()
      const { claimed, isMore } = await claimDue(database, {
        now: clock.now(),
        realNow,
        leaseUntil: later(realNow, leaseMs),
        free,
        shareOfFree,
        underWay: countOf(underWay.values()),
      })
      for (const notification of claimed) begin(notification)
      if (isMore) isWanted = true
    }
  }
  const begin = (notification: ClaimedNotification): void => {
    const delivery: Promise<void> = attempt(deps, notification)
      .catch((err) => log.warn({ notification: notification.notificationId, err }, 'lost attempt'))
      .finally(() => {
        underWay.delete(delivery)
        start().catch((err) => log.warn({ err }, 'deliveries cannot be read'))
      })
    underWay.set(delivery, notification.merchantId)
  }
  const idle = async (): Promise<void> => {
    while (underWay.size > 0 || claiming) await Promise.all([claiming, ...underWay.keys()])
  }

  return {
    start,
    isUnderWay: () => underWay.size > 0,
    idle,
    stop: () => {
      isStopped = true
      return idle()
    },
  }
}

function countOf(merchantIds: Iterable<MerchantId>): Record<MerchantId, number> {
  const counts: Record<MerchantId, number> = {}
  for (const merchantId of merchantIds) counts[merchantId] = (counts[merchantId] ?? 0) + 1
  return counts
}

async function attempt(deps: DeliveryDeps, claimed: ClaimedNotification): Promise<void> {
  const { database, clock, log } = deps
  const { answer, secrets } = await send(deps, claimed)
  const now = clock.now()
  const isDelivered = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
  const delay = retryDelaysMs[claimed.attemptsMade]
  const next = isDelivered
    ? ({ state: 'delivered', nextAttemptAt: null } as const)
    : delay === undefined
      ? ({ state: 'given-up', nextAttemptAt: null } as const)
      : ({ state: 'due', nextAttemptAt: retryAt(claimed, delay, now) } as const)
  const result = {
    at: now,
    responseStatus: answer.kind === 'answered' ? answer.status : null,
    error: answer.kind === 'failed' ? answer.error : null,
    latencyMs: answer.latencyMs,
  }
  const text = answer.kind === 'answered' ? answerText(answer.body, secrets) : undefined
  const attempted = { ...result, answer: text ?? null }
  if (!(await recordAttempt(database, claimed, attempted, next))) {
    return log.warn(
      { notification: claimed.notificationId },
      'an attempt took longer than its lease',
    )
  }
  const about = { notification: claimed.notificationId, state: next.state, ...result }
  if (isDelivered) return log.info(about, 'notification attempt')
  const named = { [dialects[claimed.dialect].subjectName]: claimed.subject }
  const { nextAttemptAt } = next
  log.warn(
    { ...about, ...named, url: withoutQuery(claimed.url), nextAttemptAt },
    'notification not delivered',
  )
}

function retryAt({ firstDueAt }: ClaimedNotification, delay: number, now: Date): Date {
  const scheduled = later(firstDueAt, delay)
  const soonest = later(now, leastGapMs)
  return scheduled < soonest ? soonest : scheduled
}

/** Host and path: a query, or a password before the host, may be a secret of the merchant's. */
function withoutQuery(url: string): string {
  const { host, pathname } = new URL(url)
  return host + pathname
}

async function send(deps: DeliveryDeps, claimed: ClaimedNotification): Promise<Posted> {
  const merchant = await deps.merchants.find(claimed.merchantId)
  if (!merchant) return notSent('the merchant is gone')
  const { body, bankCardToken } = (await bodyToSend(deps.tokenOf, claimed)) ?? {}
  if (body === undefined) return notSent('the binding is gone')
  const { url, requestId } = claimed
  const posted = await dialects[claimed.dialect].post(deps, { merchant, url, requestId, body })
  return { ...posted, secrets: [...posted.secrets, bankCardToken ?? ''] }
}

function notSent(error: string): Posted {
  return { answer: { kind: 'failed', error, latencyMs: 0 }, secrets: [] }
}
