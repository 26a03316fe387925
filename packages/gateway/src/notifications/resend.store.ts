/**
 * Sending again by hand: one attempt now, beside the schedule. What it goes back to where that fails
 * is kept with it; one that is to be sent again already keeps what it had.
 */
import type { Database } from '../platform/database/index.ts'
import type { MerchantId } from '../primitives/id.ts'
import type { Dialect, NewNotification, NotificationState } from './notifications.store.ts'

/** Where a merchant's notifications go now; null where he has no such URL. */
export type PresentUrls = Readonly<Record<Dialect, string | null>>

/** Whose a notification is. */
export async function findMerchantOf(
  database: Database,
  notificationId: string,
): Promise<MerchantId | undefined> {
  const [row] = await database<{ merchantId: MerchantId }[]>`
    select merchant_id as "merchantId" from notifications
    where notification_id = ${notificationId}`
  return row?.merchantId
}

/**
 * Makes a notification due now, whatever became of it, waiting for none of its payment; whether there
 * is such a notification.
 */
export async function makeDue(
  database: Database,
  of: { merchantId: MerchantId; notificationId: string },
  { now, urls }: { now: Date; urls: PresentUrls },
): Promise<boolean> {
  const rows = await database`
    update notifications
    set ${dueNow(database, now, urls)}, resend = 'alone',
      in_order = coalesce(state_before, state) = 'due'
    where merchant_id = ${of.merchantId} and notification_id = ${of.notificationId}`
  return rows.count > 0
}

/** Some of a merchant's notifications, by the time when they first fell due. */
export type NotificationRange = {
  readonly from: Date
  readonly to: Date
  readonly state?: NotificationState | undefined
  readonly of?: Pick<NewNotification, 'dialect' | 'subject'> | undefined
}

/**
 * Makes the first of a range due now, oldest first, in the order of each payment; how many, and when
 * the next one of the range first fell due where there are more. Those of one instant go together,
 * also where they are more than `limit`, so that a range that begins at the next one repeats none.
 * Ids begin with their real time, so that the primary key leads near the range: `ids` are the lowest
 * and highest that can be in it.
 */
export async function makeRangeDue(
  database: Database,
  merchantId: MerchantId,
  range: NotificationRange,
  options: {
    now: Date
    urls: PresentUrls
    limit: number
    ids: { lowest: string; highest: string }
  },
): Promise<{ resent: number; next: Date | undefined }> {
  const { from, to, state = null, of } = range
  const { now, urls, limit, ids } = options
  const inRange = database`
    merchant_id = ${merchantId} and first_due_at between ${from} and ${to}
      and notification_id between ${ids.lowest} and ${ids.highest}
      and state = coalesce(${state}, state)
      and invoice_number = coalesce(${of?.subject ?? null}, invoice_number)
      and dialect = coalesce(${of?.dialect ?? null}, dialect)`
  const [row] = await database<{ resent: number; next: Date | null }[]>`
    with found as materialized (
      select notification_id, first_due_at
      from notifications
      where ${inRange}
      order by first_due_at
      fetch first (${limit}::integer) rows with ties
    ),
    made_due as (
      update notifications
      set ${dueNow(database, now, urls)}, resend = coalesce(resend, 'in-order'),
        in_order = resend is distinct from 'alone' or state_before = 'due'
      where merchant_id = ${merchantId}
        and notification_id = any(array(select notification_id from found))
    )
    select (select count(*)::integer from found) as resent,
      (
        select min(first_due_at)
        from notifications
        where ${inRange} and first_due_at > (select max(first_due_at) from found)
      ) as next`
  return { resent: row?.resent ?? 0, next: row?.next ?? undefined }
}

/** Due at the merchant's URL of now, where its payment had none of its own. */
const dueNow = (database: Database, now: Date, urls: PresentUrls) => database`
  state = 'due', next_attempt_at = ${now}::timestamptz, resends_asked = resends_asked + 1,
  state_before = coalesce(state_before, state),
  next_attempt_before = case when resend is null then next_attempt_at else next_attempt_before end,
  url = case
    when url_overridden then url
    when dialect = 'cards' then coalesce(${urls.cards}::text, url)
    else coalesce(${urls.snap}::text, url)
  end`
