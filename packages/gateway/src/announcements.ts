/**
 * What is told of what was settled, and to whom: a merchant by a notification in the words of the
 * payment's dialect, downstream systems by an event. Composition, as app.ts: modules that settle know
 * neither notifications nor dialects.
 */
import type { Fragment } from 'postgres'
import {
  eventOfBatch,
  eventOfBoundCard,
  eventOfUnboundCard,
  eventsOfPaidCard,
  eventsOfPayment,
} from './api/new-events.ts'
import { notificationOfPayment, notificationsOfBinding } from './api/new-notifications.ts'
import type { BindingAnnouncement } from './bindings/index.ts'
import { keepEvents } from './events/index.ts'
import type { Notifications } from './notifications/index.ts'
import type { Announcement, Payment, Settlement } from './payments/index.ts'
import type { Ids } from './primitives/id.ts'
import type { BatchAnnouncement } from './settlement/index.ts'

type AnnounceDeps = { readonly ids: Ids; readonly notifications: Pick<Notifications, 'announce'> }
type EventDeps = Pick<AnnounceDeps, 'ids'>

/** Payments that operations changed. */
export function paymentAnnouncement({ ids, notifications }: AnnounceDeps): Announcement {
  return (within, settlements, settled) => {
    const told = settlements.filter(({ isTold }) => isTold)
    // Only the statement knows whether a refund is the last of its payment: others may have been
    // settled since it was asked.
    const parts = told.filter(isPartRefund)
    const others = told.filter((settlement) => !isPartRefund(settlement))
    const notify = (these: readonly Settlement[], rows: Fragment) =>
      these.length > 0
        ? [notifications.announce(within, these.map(notificationOfPayment), rows)]
        : []
    const events = settlements.flatMap((settlement) => eventsOfPayment(settlement, ids))
    const bound = settlements.flatMap((settlement) => eventsOfPaidCard(settlement, ids))
    return [
      ...notify(others, settled.operations),
      ...notify(parts, settled.refundedInPart),
      ...notify(parts.map(asLastRefund), settled.refundedWhole),
      ...(events.length > 0 ? [keepEvents(within, events, settled.payments)] : []),
      ...(bound.length > 0 ? [keepEvents(within, bound, settled.cards)] : []),
    ]
  }
}

/** An approved refund that leaves something, as far as was known when it was asked. */
function isPartRefund({ move, after: { payment, operation } }: Settlement): boolean {
  return operation.kind === 'refund' && move === 'approve' && payment.state === 'captured'
}

/** The same refund, where it turns out to be the one that leaves nothing. */
function asLastRefund(settlement: Settlement): Settlement {
  const { payment, operation } = settlement.after
  const refunded: Payment = { ...payment, state: 'refunded', refunded: payment.captured }
  return { ...settlement, after: { payment: refunded, operation } }
}

/** A binding that was bound or has failed. */
export function bindingAnnouncement({ ids, notifications }: AnnounceDeps): BindingAnnouncement {
  return (within, told, settled) => {
    const { binding, operationId } = told
    const notified = notificationsOfBinding(binding, operationId)
    return [
      ...(notified.length > 0 ? [notifications.announce(within, notified, settled)] : []),
      ...(binding.state === 'bound'
        ? [keepEvents(within, [eventOfBoundCard(told, ids)], settled)]
        : []),
    ]
  }
}

/** A card whose last token at a merchant has ended. */
export function unbindingAnnouncement({ ids }: EventDeps): BindingAnnouncement {
  return (within, told, settled) => [keepEvents(within, [eventOfUnboundCard(told, ids)], settled)]
}

/** A batch that is closed. */
export function batchAnnouncement({ ids }: EventDeps): BatchAnnouncement {
  return (within, closed, settled) => [keepEvents(within, [eventOfBatch(closed, ids)], settled)]
}
