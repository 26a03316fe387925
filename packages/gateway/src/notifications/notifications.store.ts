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

export const notificationStates = ['due', 'delivered', 'given-up'] as const
export type NotificationState = (typeof notificationStates)[number]

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
    /** The beginning of what was answered, where that was text. */
    answer: string | null
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
            'responseStatus', response_status, 'error', error, 'latencyMs', latency_ms,
            'answer', answer)
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
    set state = 'due', next_attempt_at = ${now}, in_order = false
    where notification_id = ${notificationId}`
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
 * Makes the first of a range due now, oldest first; how many, and when the next one of the range
 * first fell due where there are more. Ids begin with their real time, so that the primary key leads
 * near the range: `ids` are the lowest and highest that can be in it.
 */
export async function makeRangeDue(
  database: Database,
  merchantId: MerchantId,
  range: NotificationRange,
  options: { now: Date; limit: number; ids: { lowest: string; highest: string } },
): Promise<{ resent: number; next: Date | undefined }> {
  const { from, to, state = null, of } = range
  const rows = await database<{ firstDueAt: Date; isDue: boolean }[]>`
    with found as (
      select notification_id, first_due_at,
        row_number() over (order by first_due_at, notification_id) <= ${options.limit} as "isDue"
      from notifications
      where merchant_id = ${merchantId} and first_due_at between ${from} and ${to}
        and notification_id between ${options.ids.lowest} and ${options.ids.highest}
        and state = coalesce(${state}, state)
        and invoice_number = coalesce(${of?.subject ?? null}, invoice_number)
        and dialect = coalesce(${of?.dialect ?? null}, dialect)
      order by first_due_at, notification_id
      limit ${options.limit + 1}
    ),
    made_due as (
      update notifications
      set state = 'due', next_attempt_at = ${options.now}, in_order = false
      where merchant_id = ${merchantId}
        and notification_id = any(array(select notification_id from found where "isDue"))
    )
    select first_due_at as "firstDueAt", "isDue" from found`
  return {
    resent: rows.filter(({ isDue }) => isDue).length,
    next: rows.find(({ isDue }) => !isDue)?.firstDueAt,
  }
}
