import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type {
  BindingId,
  BindingMessageId,
  MerchantId,
  NotificationId,
  OperationId,
  PaymentId,
} from '../primitives/id.ts'

export type NotificationState = 'due' | 'delivered' | 'given-up'

/** How it is signed and posted, and in which words its body is. */
export type Dialect = 'cards' | 'snap'

export type NewNotification = {
  /** What settles with it: an operation, a message about a binding, or a binding itself. */
  readonly operationId: OperationId | BindingMessageId | BindingId
  readonly merchantId: MerchantId
  readonly dialect: Dialect
  /** Undefined where it tells of no payment. */
  readonly paymentId?: PaymentId | undefined
  /** The number by which the merchant looks it up: invoice_number, or partnerReferenceNo. */
  readonly subject: string
  /** The binding whose bankCardToken is added when the body is sent. */
  readonly bindingId?: BindingId | undefined
  readonly url: string
  /** The JSON text, sent as it is but for a bankCardToken. */
  readonly body: string
  readonly dueAt: Date
}

/** `requestId`: Request-Id of the delivery, X-EXTERNAL-ID over SNAP. */
type NotificationRow = NewNotification & {
  readonly notificationId: NotificationId
  readonly requestId: string
}

/**
 * Notifications as a part of a settling statement; each where `settled` has its operation. Where it
 * says that a saved card had a token already, that one is told instead of the proposed one.
 */
export function insertNotifications(
  database: Database,
  notifications: readonly NotificationRow[],
  settled: Fragment,
): Fragment {
  return database`
    insert into notifications (
      merchant_id, notification_id, dialect, payment_id, invoice_number, binding_id, request_id,
      url, body, state, first_due_at, next_attempt_at
    )
    select n."merchantId", n."notificationId", n.dialect, n."paymentId", n.subject, n."bindingId",
      n."requestId", n.url, coalesce(replace(n.body, settled.proposed, settled.token), n.body), 'due', n."dueAt", n."dueAt"
    from jsonb_to_recordset(${JSON.stringify(notifications)}::text::jsonb) as n(
      "operationId" text, "merchantId" text, "notificationId" text, dialect text, "paymentId" text,
      subject text, "bindingId" text, "requestId" text, url text, body text, "dueAt" timestamptz)
    join ${settled} as settled on settled.operation_id = n."operationId"`
}

export type ClaimedNotification = {
  merchantId: MerchantId
  notificationId: NotificationId
  dialect: Dialect
  subject: string
  bindingId: BindingId | null
  requestId: string
  url: string
  body: string
  attemptsMade: number
  firstDueAt: Date
  leasedUntil: Date
}

/** Takes what is due and nobody holds, oldest first, and holds it until the lease ends. */
export async function claimDue(
  database: Database,
  options: { now: Date; realNow: Date; leaseUntil: Date; limit: number },
): Promise<ClaimedNotification[]> {
  return database<ClaimedNotification[]>`
    update notifications n
    set leased_until = ${options.leaseUntil}
    from (
      select merchant_id, notification_id
      from notifications
      where state = 'due' and next_attempt_at <= ${options.now}
        and (leased_until is null or leased_until <= ${options.realNow})
      order by next_attempt_at, notification_id
      limit ${options.limit}
      for update skip locked
    ) as due
    where n.merchant_id = due.merchant_id and n.notification_id = due.notification_id
    returning n.merchant_id as "merchantId", n.notification_id as "notificationId", n.dialect,
      n.invoice_number as subject, n.binding_id as "bindingId", n.request_id as "requestId", n.url, n.body,
      n.attempts_made as "attemptsMade", n.first_due_at as "firstDueAt", n.leased_until as "leasedUntil"`
}

export type AttemptResult = {
  readonly at: Date
  readonly responseStatus: number | null
  readonly error: string | null
  readonly latencyMs: number
}

/** Writes an attempt down and what follows from it; a lease lost meanwhile changes nothing. */
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
    )
    insert into notification_attempts (
      merchant_id, notification_id, attempt, at, response_status, error, latency_ms
    )
    select merchant_id, notification_id, attempts_made, ${result.at}::timestamptz,
      ${result.responseStatus}::integer, ${result.error}::text, ${result.latencyMs}::integer
    from recorded
    returning 1`
  return rows.length === 1
}

/** When the next notification is due, held or not. */
export async function findNextDue(database: Database): Promise<Date | undefined> {
  const [row] = await database<{ dueAt: Date | null }[]>`
    select min(next_attempt_at) as "dueAt" from notifications where state = 'due'`
  return row?.dueAt ?? undefined
}

export type NotificationView = {
  id: NotificationId
  url: string
  body: string
  status: NotificationState
  nextAttemptAt: Date | null
  attempts: {
    at: string
    responseStatus: number | null
    error: string | null
    latencyMs: number
  }[]
}

/** The notifications of a number with all their attempts, oldest first; bodies as they are kept. */
export async function findNotifications(
  database: Database,
  merchantId: MerchantId,
  { dialect, subject }: Pick<NewNotification, 'dialect' | 'subject'>,
): Promise<(NotificationView & { bindingId: BindingId | null })[]> {
  return database<(NotificationView & { bindingId: BindingId | null })[]>`
    select notification_id as id, binding_id as "bindingId", url, body, state as status, next_attempt_at as "nextAttemptAt",
      coalesce((
        select jsonb_agg(
          jsonb_build_object('at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'responseStatus', response_status, 'error', error, 'latencyMs', latency_ms)
          order by attempt)
        from notification_attempts a
        where a.merchant_id = n.merchant_id and a.notification_id = n.notification_id
      ), '[]') as attempts
    from notifications n
    where merchant_id = ${merchantId} and invoice_number = ${subject} and dialect = ${dialect}
    order by first_due_at, notification_id`
}

/** Makes a notification due now, whatever became of it; whether there is such a notification. */
export async function makeDue(
  database: Database,
  notificationId: string,
  now: Date,
): Promise<boolean> {
  const rows = await database`
    update notifications
    set state = 'due', next_attempt_at = ${now}
    where notification_id = ${notificationId}`
  return rows.count > 0
}
