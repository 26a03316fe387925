/**
 * The queue of notifications. Each host of each merchant has one of its own, so that what is due at
 * one, however much that is, is not read for another; a claim goes from queue to queue by the index.
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
  /** Host and port, as the queues are called. */
  host: string
  body: string
  /** Of the schedule alone. */
  attemptsScheduled: number
  firstDueAt: Date
  /** From when its retries are counted; null before its first attempt of the schedule. */
  scheduleFrom: Date | null
  /** When this attempt fell due. */
  dueAt: Date
  leasedUntil: Date
  resendsAsked: number
  /** Where it is sent again by hand: what it goes back to when that fails. */
  stateBefore: NotificationState | null
  nextAttemptBefore: Date | null
}

export type ClaimOptions = {
  readonly now: Date
  readonly realNow: Date
  readonly leaseUntil: Date
  /** Places that are free in this process, and which part of what stays free one merchant may have. */
  readonly free: number
  readonly shareOfFree: number
  /** How many of each merchant are under way in this process, and at which of his hosts. */
  readonly underWay: Readonly<Record<MerchantId, UnderWay>>
}

export type UnderWay = { readonly all: number; readonly atHosts: Readonly<Record<string, number>> }

/** The host of a URL, as the index notifications_due has it. */
const hostOf = (database: Database) => database`left(split_part(n.url, '/', 3), 255)`

/** Hosts of merchants with something due, now or later: one step of the index for each. */
const queuesDue = (database: Database) => database`
  queues_due as (
    (
      select n.merchant_id, ${hostOf(database)} as host
      from notifications n
      where n.state = 'due'
      order by 1, 2
      limit 1
    )
    union all
    select next.*
    from queues_due q
    cross join lateral (
      select n.merchant_id, ${hostOf(database)} as host
      from notifications n
      where n.state = 'due' and (n.merchant_id, ${hostOf(database)}) > (q.merchant_id, q.host)
      order by 1, 2
      limit 1
    ) as next
  )`

/**
 * Takes what is due and nobody holds, and holds it until the lease ends: the oldest of each merchant,
 * first one of each, then a second of each, and so on, while each has less than his share of the
 * places that then stay free. Among the hosts of a merchant it goes in turn likewise, and none has more
 * places than stay free of his share. What comes behind another one of its payment is not taken: while
 * that is about to be sent it is left alone, and while that waits for its retry it is put off to then.
 * @returns `isMore`: something else may be taken; `isAtOnce`: unless somebody else locks all of it
 */
export async function claimDue(
  database: Database,
  options: ClaimOptions,
): Promise<{ claimed: ClaimedNotification[]; isMore: boolean; isAtOnce: boolean }> {
  const { now, realNow, free } = options
  const share = database`${options.shareOfFree}::float8`
  const underWay = JSON.stringify(options.underWay)
  const rows = await database<
    (ClaimedNotification & { chosen: number; isMoved: boolean; isTaken: boolean })[]
  >`
    with recursive ${queuesDue(database)},
    -- Read once: it may be long, and is asked for each queue.
    under_way as materialized (select ${underWay}::text::jsonb as counts),
    queues as (
      select merchant_id, host,
        coalesce((counts -> merchant_id -> 'all')::integer, 0) as under_way,
        coalesce((counts -> merchant_id -> 'atHosts' -> host)::integer, 0) as at_host,
        ceil(${free}::integer * ${share})::integer as most
      from queues_due, under_way
    ),
    candidates as (
      select *, under_way + row_number() over (
        partition by merchant_id order by of_host, next_attempt_at, announced_number
      ) as of_merchant
      from (
        select q.merchant_id, q.under_way, c.*, q.at_host + row_number() over (
          partition by q.merchant_id, q.host order by c.next_attempt_at, c.announced_number
        ) as of_host
        from queues q
        cross join lateral (
          select n.notification_id, n.next_attempt_at, n.announced_number,
            first.next_attempt_at as behind
          from notifications n
          left join lateral (
            select earlier.next_attempt_at
            from notifications earlier
            where n.resend is distinct from 'alone' and n.in_order
              and earlier.payment_id = n.payment_id and earlier.merchant_id = n.merchant_id
              and earlier.announced_number < n.announced_number
              and earlier.next_attempt_at is not null and earlier.in_order
            order by earlier.announced_number
            limit 1
          ) as first on true
          where n.merchant_id = q.merchant_id and ${hostOf(database)} = q.host
            and n.state = 'due' and n.next_attempt_at <= ${now}
            and (n.leased_until is null or n.leased_until <= ${realNow})
            and (first.next_attempt_at is null or first.next_attempt_at > ${now})
          order by n.next_attempt_at, n.announced_number
          -- No more than can be chosen: half of what is left of the share, and one of a new host.
          limit greatest(0, least(q.most - q.under_way, greatest(
            1 - q.at_host, (q.most - q.under_way - q.at_host + 1) / 2
          )))
        ) as c
      ) as of_hosts
    ),
    chosen as (
      select merchant_id, notification_id, behind
      from (
        select *, (${free}::integer - place) * ${share} as most
        from (
          select *, row_number() over (order by of_merchant, next_attempt_at) as place
          from candidates
        ) as placed
        where place <= ${free}::integer
      ) as bounded
      where of_merchant <= greatest(1, most) and of_host <= greatest(1, most - of_merchant)
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
        next_attempt_at = coalesce(held.behind, n.next_attempt_at),
        put_off_from = case
          when held.behind is null then n.put_off_from
          else coalesce(n.put_off_from, n.next_attempt_at)
        end
      from held
      where n.merchant_id = held.merchant_id and n.notification_id = held.notification_id
      returning n.merchant_id, n.notification_id, n.dialect, n.invoice_number, n.binding_id,
        n.payment_id, n.announced_number, n.request_id, n.url, ${hostOf(database)} as host, n.body,
        n.attempts_made - n.attempts_beside as attempts_scheduled, n.first_due_at, n.schedule_from,
        n.next_attempt_at, n.leased_until, n.resends_asked,
        n.state_before, n.next_attempt_before
    )
    select (select count(*)::integer from chosen) as chosen,
      t.notification_id is not null as "isMoved", t.leased_until is not null as "isTaken",
      t.merchant_id as "merchantId", t.notification_id as "notificationId", t.dialect,
      t.invoice_number as subject, t.binding_id as "bindingId", t.payment_id as "paymentId",
      t.announced_number as "announcedNumber", t.request_id as "requestId", t.url, t.host, t.body,
      t.attempts_scheduled as "attemptsScheduled", t.first_due_at as "firstDueAt",
      t.schedule_from as "scheduleFrom", t.next_attempt_at as "dueAt",
      t.leased_until as "leasedUntil", t.resends_asked as "resendsAsked",
      t.state_before as "stateBefore", t.next_attempt_before as "nextAttemptBefore"
    from (select) as always left join taken t on true`
  const claimed = rows.filter(({ isTaken }) => isTaken)
  const isMore = claimed.length < (rows[0]?.chosen ?? 0)
  return { claimed, isMore, isAtOnce: isMore && rows.some(({ isMoved }) => isMoved) }
}

/** When the next notification is due, held or not. */
export async function findNextDue(database: Database): Promise<Date | undefined> {
  const [row] = await database<{ dueAt: Date | null }[]>`
    with recursive ${queuesDue(database)}
    select min(first.next_attempt_at) as "dueAt"
    from queues_due q
    cross join lateral (
      select n.next_attempt_at
      from notifications n
      where n.merchant_id = q.merchant_id and ${hostOf(database)} = q.host and n.state = 'due'
      order by n.next_attempt_at
      limit 1
    ) as first`
  return row?.dueAt ?? undefined
}
