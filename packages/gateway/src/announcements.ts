/**
 * What is told of what was settled, and to whom: a merchant by a notification in the words of the
 * payment's dialect, downstream systems by an event. Composition, as app.ts: modules that settle know
 * neither notifications nor dialects.
 */
import { notificationOfPayment, notificationsOfBinding } from './api/new-notifications.ts'
import type { Binding, BindingAnnouncement } from './bindings/index.ts'
import { keepEvents, type NewEvent } from './events/index.ts'
import type { Notifications } from './notifications/index.ts'
import type { Announcement, Settlement } from './payments/index.ts'
import type { Ids } from './primitives/id.ts'

type AnnounceDeps = { readonly ids: Ids; readonly notifications: Pick<Notifications, 'announce'> }

/** A payment that an operation changed. */
export function paymentAnnouncement({ ids, notifications }: AnnounceDeps): Announcement {
  return (within, settlements, settled) => {
    const told = settlements.filter(({ isTold }) => isTold)
    const events = settlements.flatMap((settlement) => cardBoundBy(settlement, ids))
    return [
      ...(told.length > 0
        ? [notifications.announce(within, told.map(notificationOfPayment), settled)]
        : []),
      ...(events.length > 0 ? [keepEvents(within, events, settled)] : []),
    ]
  }
}

/** A payment that bound its card. */
function cardBoundBy({ after, sealedAccount }: Settlement, ids: Ids): NewEvent[] {
  const { payment, operation } = after
  const { merchantId, referenceNo = '', customer, card } = payment
  if (!payment.bindsCard || sealedAccount === undefined) return []
  return [
    {
      operationId: operation.operationId,
      merchantId,
      eventId: ids.next('event'),
      type: 'kki.card.bound',
      subject: referenceNo,
      data: {
        referenceNo,
        custIdMerchant: customer?.['id'] ?? '',
        ...cardOf({ maskedCpan: card.masked, issuer: card.issuer }),
      },
      occurredAt: operation.settledAt ?? operation.createdAt,
    },
  ]
}

/** A binding that was bound or has failed. */
export function bindingAnnouncement({ ids, notifications }: AnnounceDeps): BindingAnnouncement {
  return (within, { binding, operationId }, settled) => {
    const told = notificationsOfBinding(binding, operationId)
    const event = cardBound(binding, operationId, ids)
    return [
      ...(told.length > 0 ? [notifications.announce(within, told, settled)] : []),
      ...(binding.state === 'bound' ? [keepEvents(within, [event], settled)] : []),
    ]
  }
}

function cardBound(binding: Binding, operationId: NewEvent['operationId'], ids: Ids): NewEvent {
  const { merchantId, referenceNo, custIdMerchant } = binding
  return {
    operationId,
    merchantId,
    eventId: ids.next('event'),
    type: 'kki.card.bound',
    subject: referenceNo,
    data: { referenceNo, custIdMerchant, ...cardOf(binding) },
    occurredAt: binding.settledAt ?? binding.createdAt,
  }
}

/** A card whose last token at a merchant has ended. */
export function unbindingAnnouncement({ ids }: { readonly ids: Ids }): BindingAnnouncement {
  return (within, { binding, operationId }, settled) => {
    const event = {
      operationId,
      merchantId: binding.merchantId,
      eventId: ids.next('event'),
      type: 'kki.card.unbound',
      subject: binding.referenceNo,
      // The numbers of the unbinding, and whose tokens they were, are the statement's to say.
      data: cardOf(binding),
      occurredAt: binding.settledAt ?? binding.createdAt,
    } as const
    return [keepEvents(within, [event], settled)]
  }
}

function cardOf({ maskedCpan, issuer }: Pick<Binding, 'maskedCpan' | 'issuer'>) {
  return { maskedCpan, issuer, channel: 'KARTU_KREDIT_INDONESIA' } as const
}
