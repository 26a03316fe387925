/**
 * Notifications: what merchants are told. A notification is written by the statement that settles
 * a payment, delivered at once, and tried again after 30 minutes, 6 hours and 12 hours until any
 * 2xx answer (wire.md 5.1). At least once: a merchant dedupes by Request-Id, which stays the same.
 */
import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import type { Ids, MerchantId, OperationId, PaymentId } from '../primitives/id.ts'
import { type Random, randomDigits } from '../primitives/random.ts'
import { createDelivery, type DeliveryDeps } from './deliver.ts'
import {
  findNextDue,
  findNotifications,
  insertNotifications,
  makeDue,
  type NotificationView,
} from './notifications.store.ts'

export type { NotificationView } from './notifications.store.ts'

export type CardNotification = {
  /** The operation whose settling is told. */
  readonly operationId: OperationId
  readonly merchantId: MerchantId
  readonly paymentId: PaymentId
  readonly invoiceNumber: string
  readonly url: string
  /** The JSON text, sent as it is. */
  readonly body: string
  readonly dueAt: Date
}

export type Notifications = {
  /** Card notifications as a part of a settling statement; each where `settled` has its operation. */
  announceCards(
    database: Database,
    notifications: readonly CardNotification[],
    settled: Fragment,
  ): Fragment
  /** The notifications of an invoice with their attempts. */
  find(merchantId: MerchantId, invoiceNumber: string): Promise<NotificationView[]>
  /** Makes a notification due again; false where there is none of this id. */
  resend(notificationId: string): Promise<boolean>
  readonly delivery: DueWork
  /** Resolves when no delivery of this process is under way. */
  idle(): Promise<void>
}

/** Tables emptied by a sandbox reset. */
export const notificationTables = ['notifications', 'notification_attempts'] as const

export function createNotifications(
  deps: DeliveryDeps & { readonly ids: Ids; readonly random: Random },
): Notifications {
  const { database, clock, ids, random } = deps
  const delivery = createDelivery(deps)
  return {
    announceCards: (within, notifications, settled) =>
      insertNotifications(
        within,
        notifications.map((notification) => ({
          ...notification,
          notificationId: ids.next('notification'),
          // The form of the live gateway's: CREDIT_CARD and 64 digits (wire.md 5.1).
          requestId: `CREDIT_CARD${randomDigits(random, 64)}`,
        })),
        settled,
      ),
    find: (merchantId, invoiceNumber) => findNotifications(database, merchantId, invoiceNumber),
    resend: (notificationId) => makeDue(database, notificationId, clock.now()),
    delivery: {
      name: 'notifications',
      nextDueAt: () => findNextDue(database),
      runDue: () => delivery.start(),
    },
    idle: () => delivery.idle(),
  }
}
