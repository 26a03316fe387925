import type { MerchantId } from '../primitives/id.ts'
import type { EventData, EventType } from './catalogue.ts'
import type { StoredEvent } from './events.store.ts'

/** An event in the JSON format of CloudEvents 1.0. */
export type CloudEvent = {
  readonly specversion: '1.0'
  /** Stable: the same at every delivery. */
  readonly id: string
  readonly source: string
  readonly type: EventType
  readonly subject: string
  /** Business time. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** The extension of that name: digits that order the events of a subject as texts do. */
  readonly sequence: string
  /** An extension: names of those have lower-case letters and digits only. Of no batch. */
  readonly merchantid?: MerchantId
  readonly data: EventData
}

export function toCloudEvent(event: StoredEvent): CloudEvent {
  return {
    specversion: '1.0',
    id: event.eventId,
    source: '/gerbang',
    type: event.type,
    subject: event.subject,
    time: event.occurredAt.toISOString(),
    datacontenttype: 'application/json',
    sequence: String(event.sequence).padStart(10, '0'),
    ...(event.merchantId === '' ? {} : { merchantid: event.merchantId }),
    data: event.data,
  }
}
