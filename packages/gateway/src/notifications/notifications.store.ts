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
  /** The request of its payment named the URL: it is kept when the merchant's changes. */
  readonly isUrlOverridden?: boolean | undefined
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
      url, url_overridden, body, state, first_due_at, next_attempt_at
    )
    select n."merchantId", n."notificationId", n.dialect, n."paymentId", n.subject, n."bindingId",
      n."requestId", n.url, coalesce(n."isUrlOverridden", false),
      coalesce(replace(n.body, settled.proposed, settled.token), n.body), 'due', n."dueAt", n."dueAt"
    from jsonb_to_recordset(${JSON.stringify(notifications)}::text::jsonb) as n(
      "operationId" text, "merchantId" text, "notificationId" text, dialect text, "paymentId" text,
      subject text, "bindingId" text, "requestId" text, url text, "isUrlOverridden" boolean,
      body text, "dueAt" timestamptz)
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
