/**
 * One attempt to deliver a claimed notification, and what follows from it by the schedule. An attempt
 * by hand stands beside the schedule: where it fails, the notification is what it was before.
 */
import type { Merchants } from '../merchants/index.ts'
import type { Database } from '../platform/database/index.ts'
import type { Log } from '../platform/log/index.ts'
import { later } from '../primitives/clock.ts'
import { answerText } from './answer-text.ts'
import { type AttemptResult, type NextStep, noteAttempt, recordAttempt } from './attempts.store.ts'
import { bodyToSend, type TokenOf } from './bank-card-token.ts'
import type { ClaimedNotification } from './delivery.store.ts'
import type { Dialect } from './notifications.store.ts'
import { type OutgoingDeps, type Posted, timeoutMs } from './outgoing.ts'
import { postCards } from './post-cards.ts'
import { postSnap } from './post-snap.ts'

export type AttemptDeps = OutgoingDeps & {
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

/**
 * Three retries, counted from when the first attempt fell due (wire.md 5.1): 30 minutes, 6 hours, 12
 * hours. That is when it was announced, but for what waited behind another one of its payment.
 */
const retryDelaysMs = [30 * 60_000, 6 * 3_600_000, 12 * 3_600_000] as const

/** Between two attempts of the schedule at least: after an outage of ours it may be over. */
const leastGapMs = 15 * 60_000

/** What an attempt can take, and a moment to write it down. */
const attemptMs = timeoutMs + 2_000

/**
 * One attempt, written down. Nothing is sent where the lease would not last for it, as after a stall
 * of this process: somebody else may have sent it, and what comes behind it, meanwhile.
 * @param cut aborts what is under way when the gateway stops: the schedule does not count that
 */
export async function attempt(
  deps: AttemptDeps,
  claimed: ClaimedNotification,
  cut: AbortSignal,
): Promise<void> {
  const { database, clock, log } = deps
  const started = clock.realNow().getTime()
  const posted = await untilCut(send(deps, claimed), cut)
  if (posted === 'too late') {
    return log.warn(
      { notification: claimed.notificationId },
      'too little of a lease is left for an attempt, the next claim makes it',
    )
  }
  if (posted === 'cut') {
    const latencyMs = clock.realNow().getTime() - started
    const result = failed(clock.now(), 'the gateway stopped', latencyMs)
    await noteAttempt(database, claimed, result)
    return tell(deps, claimed, result, { state: 'due', nextAttemptAt: result.at })
  }
  const { answer, secrets } = posted
  const at = clock.now()
  const result =
    answer.kind === 'failed'
      ? failed(at, answer.error, answer.latencyMs)
      : {
          at,
          responseStatus: answer.status,
          error: null,
          latencyMs: answer.latencyMs,
          answer: answerText(answer.body, secrets) ?? null,
        }
  const next = nextStep(claimed, result)
  if (await recordAttempt(database, claimed, result, next)) {
    return tell(deps, claimed, result, next)
  }
  // Gone after a reset, else somebody else's by now: told with its number, it changes nothing.
  if (await noteAttempt(database, claimed, result)) {
    log.warn({ notification: claimed.notificationId }, 'an attempt took longer than its lease')
  }
}

function failed(at: Date, error: string, latencyMs: number): AttemptResult {
  return { at, responseStatus: null, error, latencyMs, answer: null }
}

function nextStep(claimed: ClaimedNotification, result: AttemptResult): NextStep {
  const { attemptsScheduled, stateBefore, nextAttemptBefore } = claimed
  const { at } = result
  // One that was due by the schedule as well is the schedule's.
  const isBeside = stateBefore !== null && !(nextAttemptBefore && nextAttemptBefore <= at)
  const scheduleFrom = isBeside ? claimed.scheduleFrom : scheduleOf(claimed)
  const after = { isBeside, scheduleFrom }
  if (isSuccess(result)) return { state: 'delivered', nextAttemptAt: null, ...after }
  if (isBeside) return { state: stateBefore, nextAttemptAt: nextAttemptBefore, ...after }
  const delay = retryDelaysMs[attemptsScheduled]
  if (delay === undefined) return { state: 'given-up', nextAttemptAt: null, ...after }
  const [scheduled, soonest] = [later(scheduleOf(claimed), delay), later(at, leastGapMs)]
  return { state: 'due', nextAttemptAt: scheduled < soonest ? soonest : scheduled, ...after }
}

/** From when the retries are counted. */
function scheduleOf(claimed: ClaimedNotification): Date {
  const { scheduleFrom, attemptsScheduled, firstDueAt, nextAttemptBefore, dueAt } = claimed
  if (scheduleFrom) return scheduleFrom
  // Attempted before it was written down from when.
  return attemptsScheduled > 0 ? firstDueAt : (nextAttemptBefore ?? dueAt)
}

function isSuccess({ responseStatus }: Pick<AttemptResult, 'responseStatus'>): boolean {
  return responseStatus !== null && responseStatus >= 200 && responseStatus < 300
}

/** The log line of an attempt. */
function tell(
  { log }: AttemptDeps,
  claimed: ClaimedNotification,
  { answer: _answer, ...result }: AttemptResult,
  { state, nextAttemptAt }: Pick<NextStep, 'state' | 'nextAttemptAt'>,
): void {
  const about = { notification: claimed.notificationId, state, ...result }
  if (state === 'delivered' && isSuccess(result)) {
    log.info(about, 'notification attempt')
    return
  }
  const named = { [dialects[claimed.dialect].subjectName]: claimed.subject }
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

async function send(deps: AttemptDeps, claimed: ClaimedNotification): Promise<Posted | 'too late'> {
  const merchant = await deps.merchants.find(claimed.merchantId)
  if (!merchant) return notSent('the merchant is gone')
  const { body, bankCardToken } = (await bodyToSend(deps.tokenOf, claimed)) ?? {}
  if (body === undefined) return notSent('the binding is gone')
  // Looked at here, because the reads before may have taken long.
  const leftMs = claimed.leasedUntil.getTime() - deps.clock.realNow().getTime()
  if (leftMs < attemptMs) return 'too late'
  const { url, requestId } = claimed
  const posted = await dialects[claimed.dialect].post(deps, { merchant, url, requestId, body })
  return { ...posted, secrets: [...posted.secrets, bankCardToken ?? ''] }
}

function notSent(error: string): Posted {
  return { answer: { kind: 'failed', error, latencyMs: 0 }, secrets: [] }
}

/** Not a race of promises, which would keep something of each attempt until the end. */
function untilCut<T>(work: Promise<T>, cut: AbortSignal): Promise<T | 'cut'> {
  return new Promise((resolve, reject) => {
    const onCut = () => resolve('cut')
    if (cut.aborted) onCut()
    cut.addEventListener('abort', onCut, { once: true })
    work.then(resolve, reject).finally(() => cut.removeEventListener('abort', onCut))
  })
}
