/**
 * Notifications: what merchants are told, in the dialect in which they asked. A notification is
 * written by the statement that settles a payment or a binding, delivered at once, and tried again
 * after 30 minutes, 6 hours and 12 hours until any 2xx answer (wire.md 5.1). At least once: a merchant
 * dedupes by Request-Id or X-EXTERNAL-ID, which stays the same. Next: deliver.ts.
 */
import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import { later } from '../primitives/clock.ts'
import { firstIdOf, type Ids, type MerchantId } from '../primitives/id.ts'
import { type Random, randomDigits } from '../primitives/random.ts'
import type { AttemptDeps } from './attempt.ts'
import { bodyToSend } from './bank-card-token.ts'
import { createDelivery } from './deliver.ts'
import { findNextDue } from './delivery.store.ts'
import {
  type Dialect,
  findNotifications,
  insertNotifications,
  type NewNotification,
  type NotificationView,
} from './notifications.store.ts'
import {
  findMerchantOf,
  makeDue,
  makeRangeDue,
  type NotificationRange,
  type PresentUrls,
} from './resend.store.ts'

export {
  type Dialect,
  type NewNotification,
  type NotificationView,
  notificationStates,
} from './notifications.store.ts'
export type { NotificationRange } from './resend.store.ts'

export type Notifications = {
  /** Notifications as a part of a settling statement; each where `settled` has its operation. */
  announce(
    database: Database,
    notifications: readonly NewNotification[],
    settled: Fragment,
  ): Fragment
  /** The notifications of a merchant's number with their attempts, and bodies as they are sent. */
  find(
    merchantId: MerchantId,
    of: Pick<NewNotification, 'dialect' | 'subject'>,
  ): Promise<NotificationView[]>
  /**
   * Sends a notification again now, once beside its schedule and without regard to the order of its
   * payment, to the merchant's URL of now; false where there is none of this id.
   */
  resend(notificationId: string): Promise<boolean>
  /**
   * Sends the oldest of a range again now, at most `limit`, in the order of each payment; how many,
   * and from when the rest is.
   */
  resendRange(
    merchantId: MerchantId,
    range: NotificationRange,
    limit: number,
  ): Promise<{ resent: number; next: Date | undefined }>
  readonly delivery: DueWork
  /** Resolves when no delivery of this process is under way. */
  idle(): Promise<void>
  /** Delivers nothing more, and resolves as `idle`; cuts what is under way at a real instant. */
  stop(cutAt?: Date): Promise<void>
}

/** Tables emptied by a sandbox reset. */
export const notificationTables = ['notifications', 'notification_attempts'] as const

export function createNotifications(
  deps: AttemptDeps & { readonly ids: Ids; readonly random: Random },
): Notifications {
  const { database, clock, ids, random } = deps
  const delivery = createDelivery(deps)
  const presentUrls = async (merchantId: MerchantId): Promise<PresentUrls> => {
    const settings = (await deps.merchants.find(merchantId))?.settings
    return {
      cards: settings?.notificationUrl ?? null,
      snap: settings?.snapNotificationUrl ?? null,
    }
  }
  return {
    announce: (within, notifications, settled) =>
      insertNotifications(
        within,
        notifications.map((notification) => ({
          ...notification,
          notificationId: ids.next('notification'),
          requestId: newRequestId(random, notification.dialect),
        })),
        settled,
      ),
    find: async (merchantId, of) => {
      const found = await findNotifications(database, merchantId, of)
      const open = async ({ bindingId, ...view }: (typeof found)[number]) => {
        const kept = { merchantId, bindingId, body: view.body }
        return { ...view, body: (await bodyToSend(deps.tokenOf, kept))?.body ?? view.body }
      }
      return Promise.all(found.map(open))
    },
    resend: async (notificationId) => {
      const merchantId = await findMerchantOf(database, notificationId)
      if (merchantId === undefined) return false
      const urls = await presentUrls(merchantId)
      return makeDue(database, { merchantId, notificationId }, { now: clock.now(), urls })
    },
    resendRange: async (merchantId, range, limit) => {
      const urls = await presentUrls(merchantId)
      const now = clock.now()
      // Business time is ahead of real time by as much as now, or was by less.
      const aheadMs = now.getTime() - clock.realNow().getTime()
      const lowest = firstIdOf('notification', later(range.from, -aheadMs - clocksDifferMs))
      const highest = firstIdOf('notification', later(range.to, clocksDifferMs))
      return makeRangeDue(database, merchantId, range, {
        now,
        urls,
        limit,
        ids: { lowest, highest },
      })
    },
    delivery: {
      name: 'notifications',
      nextDueAt: () => findNextDue(database),
      runDue: () => delivery.start(),
      isUnderWay: () => delivery.isUnderWay(),
    },
    idle: () => delivery.idle(),
    stop: (cutAt) => delivery.stop(cutAt),
  }
}

/** An id is made a moment after the time of its notification, perhaps by another machine. */
const clocksDifferMs = 600_000

/** What the live gateway's look like: CREDIT_CARD and 64 digits, or digits alone (wire.md 5.1, 7.10). */
function newRequestId(random: Random, dialect: Dialect): string {
  return dialect === 'cards' ? `CREDIT_CARD${randomDigits(random, 64)}` : randomDigits(random, 32)
}
