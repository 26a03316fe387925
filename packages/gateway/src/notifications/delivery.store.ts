/**
 * The queue of notifications. Each merchant has one of his own, so that what is due of one, however
 * much that is, is not read for another; a claim goes from merchant to merchant by the index.
 */
import type { Database } from '../platform/database/index.ts'
import type { BindingId, MerchantId, NotificationId, PaymentId } from '../primitives/id.ts'
import type { Dialect, NotificationState } from './notifications.store.ts'

export type ClaimedNotification = {
  merchantId: MerchantId
  notificationId: NotificationId
  dialect: Dialect
  subject: string
  bindingId: BindingId | null
  paymentId: PaymentId | null
  announcedNumber: bigint
  requestId: string
  url: string
  body: string
  attemptsMade: number
  firstDueAt: Date
  leasedUntil: Date
}

export type ClaimOptions = {
  readonly now: Date
  readonly realNow: Date
  readonly leaseUntil: Date
  /** Places that are free in this process, and which part of what stays free one merchant may have. */
  readonly free: number
  readonly shareOfFree: number
  /** How many of each merchant are under way in this process. */
  readonly underWay: Readonly<Record<MerchantId, number>>
}

/** Merchants with something due, now or later: one step of the index for each. */
const merchantsDue = (database: Database) => database`
  merchants_due as (
    (select merchant_id from notifications where state = 'due' order by merchant_id limit 1)
    union all
    select (
      select n.merchant_id
      from notifications n
      where n.state = 'due' and n.merchant_id > m.merchant_id
      order by n.merchant_id
      limit 1
    )
    from merchants_due m
    where m.merchant_id is not null
  )`

/**
 * Takes what is due and nobody holds, and holds it until the lease ends: the oldest of each merchant,
 * first one of each, then a second of each, and so on, while each has less than his share of the
 * places that then stay free. What comes behind another one of its payment is not taken: while that
 * is about to be sent it is left alone, and while that waits for its retry it is put off to then.
 * @returns `isMore`: something else may be taken at once
 */
export async function claimDue(
  database: Database,
  options: ClaimOptions,
): Promise<{ claimed: ClaimedNotification[]; isMore: boolean }> {
  const { now, realNow, free, shareOfFree } = options
  const underWay = JSON.stringify(options.underWay)
  const rows = await database<(ClaimedNotification & { chosen: number; isTaken: boolean })[]>`
    with recursive ${merchantsDue(database)},
    candidates as (
      select m.merchant_id, c.*,
        m.under_way + row_number() over (
          partition by m.merchant_id order by c.next_attempt_at
        ) as of_merchant
      from (
        select merchant_id, coalesce((${underWay}::text::jsonb ->> merchant_id)::integer, 0) as under_way
        from merchants_due
        where merchant_id is not null
      ) as m
      cross join lateral (
        select n.notification_id, n.next_attempt_at, first.next_attempt_at as behind
        from notifications n
        left join lateral (
          select earlier.next_attempt_at
          from notifications earlier
          where n.in_order and earlier.payment_id = n.payment_id
            and earlier.merchant_id = n.merchant_id
            and earlier.announced_number < n.announced_number
            and earlier.state = 'due' and earlier.in_order
          order by earlier.announced_number
          limit 1
        ) as first on true
        where n.merchant_id = m.merchant_id and n.state = 'due' and n.next_attempt_at <= ${now}
          and (n.leased_until is null or n.leased_until <= ${realNow})
          and (first.next_attempt_at is null or first.next_attempt_at > ${now})
        order by n.next_attempt_at
        limit greatest(0, ceil(${free * shareOfFree}::float8)::integer - m.under_way)
      ) as c
    ),
    chosen as (
      select merchant_id, notification_id, behind
      from (
        select *, row_number() over (order by of_merchant, next_attempt_at) as place from candidates
      ) as placed
      where place <= ${free}::integer
        and of_merchant <= greatest(1, (${free}::integer - place) * ${shareOfFree}::float8)
    ),
    held as (
      select chosen.*
      from chosen
      cross join lateral (
        -- Without the state, which a time stands for: by its index all that is due would be read.
        select 1
        from notifications n
        where n.merchant_id = chosen.merchant_id and n.notification_id = chosen.notification_id
          and n.next_attempt_at <= ${now}
          and (n.leased_until is null or n.leased_until <= ${realNow})
        for update skip locked
      ) as free
    ),
    taken as (
      update notifications n
      set leased_until = case when held.behind is null then ${options.leaseUntil}::timestamptz end,
        next_attempt_at = coalesce(held.behind, n.next_attempt_at)
      from held
      where n.merchant_id = held.merchant_id and n.notification_id = held.notification_id
      returning n.merchant_id, n.notification_id, n.dialect, n.invoice_number, n.binding_id,
        n.payment_id, n.announced_number, n.request_id, n.url, n.body, n.attempts_made,
        n.first_due_at, n.leased_until
    )
    select (select count(*)::integer from chosen) as chosen, t.leased_until is not null as "isTaken",
      t.merchant_id as "merchantId", t.notification_id as "notificationId", t.dialect,
      t.invoice_number as subject, t.binding_id as "bindingId", t.payment_id as "paymentId",
      t.announced_number as "announcedNumber", t.request_id as "requestId", t.url, t.body,
      t.attempts_made as "attemptsMade", t.first_due_at as "firstDueAt",
      t.leased_until as "leasedUntil"
    from (select) as always left join taken t on true`
  const claimed = rows.filter(({ isTaken }) => isTaken)
  return { claimed, isMore: claimed.length < (rows[0]?.chosen ?? 0) }
}

export type AttemptResult = {
  readonly at: Date
  readonly responseStatus: number | null
  readonly error: string | null
  readonly latencyMs: number
  readonly answer: string | null
}

/**
 * Writes an attempt down and what follows from it; a lease lost meanwhile changes nothing. What was
 * put off behind one that is not due any more falls due now.
 */
export async function recordAttempt(
  database: Database,
  claimed: ClaimedNotification,
  result: AttemptResult,
  next: { state: NotificationState; nextAttemptAt: Date | null },
): Promise<boolean> {
  const rows = await database`
    with recorded as (
      update notifications
      set state = ${next.state}, next_attempt_at = ${next.nextAttemptAt},
        attempts_made = attempts_made + 1, leased_until = null
      where merchant_id = ${claimed.merchantId} and notification_id = ${claimed.notificationId}
        and leased_until = ${claimed.leasedUntil}
      returning merchant_id, notification_id, attempts_made
    ),
    released as (
      update notifications
      set next_attempt_at = least(next_attempt_at, ${result.at})
      where payment_id = ${claimed.paymentId} and merchant_id = ${claimed.merchantId}
        and announced_number > ${claimed.announcedNumber}
        and state = 'due' and in_order and attempts_made = 0
        and ${next.state !== 'due'} and exists (select 1 from recorded)
    )
    insert into notification_attempts (
      merchant_id, notification_id, attempt, at, response_status, error, latency_ms, answer
    )
    select merchant_id, notification_id, attempts_made, ${result.at}::timestamptz,
      ${result.responseStatus}::integer, ${result.error}::text, ${result.latencyMs}::integer,
      ${result.answer}::text
    from recorded
    returning 1`
  return rows.length === 1
}

/** When the next notification is due, held or not. */
export async function findNextDue(database: Database): Promise<Date | undefined> {
  const [row] = await database<{ dueAt: Date | null }[]>`
    with recursive ${merchantsDue(database)}
    select min(first.next_attempt_at) as "dueAt"
    from merchants_due m
    cross join lateral (
      select n.next_attempt_at
      from notifications n
      where n.merchant_id = m.merchant_id and n.state = 'due'
      order by n.next_attempt_at
      limit 1
    ) as first`
  return row?.dueAt ?? undefined
}
