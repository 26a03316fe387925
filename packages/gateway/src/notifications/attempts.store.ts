/** Attempts, and what follows from each for its notification. */
import type { Database } from '../platform/database/index.ts'
import type { ClaimedNotification } from './delivery.store.ts'
import type { NotificationState } from './notifications.store.ts'

export type AttemptResult = {
  readonly at: Date
  readonly responseStatus: number | null
  readonly error: string | null
  readonly latencyMs: number
  readonly answer: string | null
}

/** What a notification is after an attempt. */
export type NextStep = {
  readonly state: NotificationState
  readonly nextAttemptAt: Date | null
  /** The attempt was one by hand, which the schedule does not count. */
  readonly isBeside: boolean
  /** From when the retries are counted; null where no attempt was the schedule's yet. */
  readonly scheduleFrom: Date | null
}

/**
 * Writes an attempt down and what follows from it; a lease lost meanwhile changes nothing. One that
 * was to be sent again during the attempt falls due now, and what follows is what it goes back to.
 * What was put off behind one that is not due any more falls due when it was, or now.
 */
export async function recordAttempt(
  database: Database,
  claimed: ClaimedNotification,
  result: AttemptResult,
  next: NextStep,
): Promise<boolean> {
  const isAskedAgain = database`(n.resends_asked <> ${claimed.resendsAsked})`
  const rows = await database`
    with recorded as (
      update notifications n
      set state = case when ${isAskedAgain} then 'due' else ${next.state}::text end,
        next_attempt_at = case
          when ${isAskedAgain} then n.next_attempt_at
          else ${next.nextAttemptAt}::timestamptz
        end,
        resend = case when ${isAskedAgain} then n.resend end,
        state_before = case when ${isAskedAgain} then ${next.state}::text end,
        next_attempt_before = case when ${isAskedAgain} then ${next.nextAttemptAt}::timestamptz end,
        in_order = not (${isAskedAgain} and n.resend = 'alone') or ${next.state}::text = 'due',
        attempts_made = n.attempts_made + 1,
        attempts_beside = n.attempts_beside + ${next.isBeside}::boolean::integer,
        schedule_from = ${next.scheduleFrom}::timestamptz,
        put_off_from = case when ${next.isBeside}::boolean then n.put_off_from end,
        leased_until = null
      where n.merchant_id = ${claimed.merchantId} and n.notification_id = ${claimed.notificationId}
        and n.leased_until = ${claimed.leasedUntil}
      returning n.merchant_id, n.notification_id, n.attempts_made, n.state
    ),
    released as (
      -- Without the state, as the index notifications_in_order.
      update notifications
      set next_attempt_at = case
          when resend is null and put_off_from is not null
            then greatest(put_off_from, ${result.at}::timestamptz)
          else least(next_attempt_at, ${result.at}::timestamptz)
        end,
        next_attempt_before = case
          when put_off_from is null or next_attempt_before is null then next_attempt_before
          else least(next_attempt_before, greatest(put_off_from, ${result.at}::timestamptz))
        end,
        put_off_from = null
      where payment_id = ${claimed.paymentId} and merchant_id = ${claimed.merchantId}
        and announced_number > ${claimed.announcedNumber}
        and next_attempt_at is not null and in_order
        and (put_off_from is not null or attempts_made = attempts_beside or resend is not null)
        and exists (select 1 from recorded where recorded.state <> 'due')
    )
    ${insertAttempt(database, result)}
    from recorded
    returning 1`
  return rows.length === 1
}

/**
 * Writes an attempt down that changes nothing for its notification and that the schedule does not
 * count: one that the gateway cut, or one that came after its lease. The lease ends where it is still
 * the claim's.
 * @returns false where the notification is gone, as after a reset
 */
export async function noteAttempt(
  database: Database,
  claimed: ClaimedNotification,
  result: AttemptResult,
): Promise<boolean> {
  const rows = await database`
    with noted as (
      update notifications
      set attempts_made = attempts_made + 1, attempts_beside = attempts_beside + 1,
        leased_until = nullif(leased_until, ${claimed.leasedUntil}::timestamptz)
      where merchant_id = ${claimed.merchantId} and notification_id = ${claimed.notificationId}
      returning merchant_id, notification_id, attempts_made
    )
    ${insertAttempt(database, result)}
    from noted
    returning 1`
  return rows.length === 1
}

const insertAttempt = (database: Database, result: AttemptResult) => database`
  insert into notification_attempts (
    merchant_id, notification_id, attempt, at, response_status, error, latency_ms, answer
  )
  select merchant_id, notification_id, attempts_made, ${result.at}::timestamptz,
    ${result.responseStatus}::integer, ${result.error}::text, ${result.latencyMs}::integer,
    ${result.answer}::text`
