/**
 * Every event there is, in one list: its type, the topic that it is published in, when it happens,
 * and what its data says (shapes.ts). Types, tests and documents are made from it.
 */
import type { Static, TSchema } from 'typebox'
import {
  boundCardData,
  closedBatchData,
  paymentData,
  refundData,
  unboundCardData,
} from './shapes.ts'

/** What has a topic of its own, and what the subject of its events is. */
export const eventFamilies = {
  payments: 'The payment: paymentId.',
  refunds: 'The payment that is given back: paymentId.',
  settlements: 'The batch: batchId.',
  bindings: 'The card at the merchant: a keyed fingerprint that says nothing of its number.',
} as const

export type EventFamily = keyof typeof eventFamilies

type EventRow = {
  readonly family: EventFamily
  /** When it happens, for those who read it. */
  readonly when: string
  readonly data: TSchema
}

export const eventCatalogue = {
  'payment.authorized': {
    family: 'payments',
    when: 'The acquirer holds the amount of an AUTHORIZE.',
    data: paymentData,
  },
  'payment.captured': {
    family: 'payments',
    when: 'A payment is paid: by a charge, or by the capture of an authorization.',
    data: paymentData,
  },
  'payment.refused': {
    family: 'payments',
    when: 'A charge has failed: it was declined, or its lost answer was resolved to nothing.',
    data: paymentData,
  },
  'payment.voided': {
    family: 'payments',
    when: 'A payment was given back before its settlement; refund.approved tells of the refund.',
    data: paymentData,
  },
  'payment.released': {
    family: 'payments',
    when: 'An authorization that nobody captured has ended.',
    data: paymentData,
  },
  'refund.approved': {
    family: 'refunds',
    when: 'Money was given back: by a void, a refund, or a manual refund.',
    data: refundData,
  },
  'refund.refused': {
    family: 'refunds',
    when: 'The acquirer does not give the money back.',
    data: refundData,
  },
  'settlement.closed': {
    family: 'settlements',
    when: 'A batch of an acquirer account is closed, by the gateway and by the acquirer.',
    data: closedBatchData,
  },
  'kki.card.bound': {
    family: 'bindings',
    when: 'A customer has bound a card: by its one-time password, or by a payment that binds.',
    data: boundCardData,
  },
  'kki.card.unbound': {
    family: 'bindings',
    when: 'The network has ended the last token of a card at a merchant that unbound it.',
    data: unboundCardData,
  },
} as const satisfies Record<string, EventRow>

export type EventType = keyof typeof eventCatalogue
export type EventData<T extends EventType = EventType> = Static<(typeof eventCatalogue)[T]['data']>
