/** What downstream systems are told of payments, refunds, settlements and bindings. */
import type { Binding } from '../bindings/index.ts'
import type { EventData, NewEvent } from '../events/index.ts'
import type { Operation, Payment, Settlement } from '../payments/index.ts'
import type { Ids } from '../primitives/id.ts'
import { money } from '../primitives/money.ts'
import type { ClosedBatch } from '../settlement/index.ts'
import { amountOf } from './snap/kki-fields.ts'

/** What an operation that ended changed of its payment; a void changes it and is a refund as well. */
export function eventsOfPayment(settlement: Settlement, ids: Ids): NewEvent[] {
  const { after, change, move, goesOn } = settlement
  const { payment, operation } = after
  const known = {
    operationId: operation.operationId,
    merchantId: payment.merchantId,
    subject: payment.paymentId,
    occurredAt: settlement.settledAt,
  }
  const events: NewEvent[] = []
  const type = change.move && typeOfMove[change.move]
  if (type) {
    events.push({ ...known, eventId: ids.next('event'), type, data: paymentData(settlement) })
  }
  const { refundType } = operation
  if (refundType && !goesOn) {
    events.push({
      ...known,
      eventId: ids.next('event'),
      type: move === 'approve' ? 'refund.approved' : 'refund.refused',
      data: { ...paymentData(settlement), refund: refundOf(operation, refundType) },
    })
  }
  return events
}

const typeOfMove: Readonly<Record<string, PaymentEventType>> = {
  authorize: 'payment.authorized',
  capture: 'payment.captured',
  refuse: 'payment.refused',
  void: 'payment.voided',
  release: 'payment.released',
}

type PaymentEventType = Extract<NewEvent['type'], `payment.${string}`>

/** State, captured and refunded are the statement's to say. */
function paymentData({
  after: { payment, operation },
  settledAt,
}: Settlement): Omit<EventData<PaymentEventType>, 'state' | 'captured' | 'refunded'> {
  const { referenceNo } = payment
  const { responseCode, approvalCode } = operation
  return {
    paymentId: payment.paymentId,
    channel: payment.channel,
    paymentType: payment.type,
    invoiceNumber: payment.invoiceNumber,
    requestId: payment.requestId,
    ...(referenceNo === undefined ? {} : { referenceNo }),
    amount: amountOf(payment.amount),
    card: cardOfPayment(payment),
    acquirerId: payment.acquirerId,
    ...(responseCode === undefined ? {} : { responseCode }),
    ...(approvalCode ? { approvalCode } : {}),
    createdAt: payment.createdAt.toISOString(),
    settledAt: settledAt.toISOString(),
  }
}

function cardOfPayment({ card: { masked, brand, issuer } }: Payment) {
  return { masked, brand, issuer }
}

function refundOf(
  { operationId, amount, requestId, referenceNo, partnerReferenceNo }: Operation,
  type: NonNullable<Operation['refundType']>,
): EventData<'refund.approved'>['refund'] {
  return {
    refundId: operationId,
    type,
    amount: amountOf(amount),
    ...(requestId === undefined ? {} : { requestId }),
    ...(referenceNo === undefined ? {} : { referenceNo }),
    ...(partnerReferenceNo === undefined ? {} : { partnerRefundNo: partnerReferenceNo }),
  }
}

/** A payment that bound its card; nothing of one that did not. */
export function eventsOfPaidCard({ after, sealedAccount }: Settlement, ids: Ids): NewEvent[] {
  const { payment, operation } = after
  const { merchantId, referenceNo = '', customer, card } = payment
  if (!payment.bindsCard || sealedAccount === undefined) return []
  return [
    {
      operationId: operation.operationId,
      merchantId,
      eventId: ids.next('event'),
      type: 'kki.card.bound',
      data: {
        referenceNo,
        custIdMerchant: customer?.['id'] ?? '',
        ...cardOf({ maskedCpan: card.masked, issuer: card.issuer }),
      },
      occurredAt: operation.settledAt ?? operation.createdAt,
    },
  ]
}

type Told = { readonly binding: Binding; readonly operationId: NewEvent['operationId'] }

export function eventOfBoundCard({ binding, operationId }: Told, ids: Ids): NewEvent {
  const { merchantId, referenceNo, custIdMerchant } = binding
  return {
    operationId,
    merchantId,
    eventId: ids.next('event'),
    type: 'kki.card.bound',
    data: { referenceNo, custIdMerchant, ...cardOf(binding) },
    occurredAt: binding.settledAt ?? binding.createdAt,
  }
}

/** The numbers of the unbinding, and whose tokens they were, are the statement's to say. */
export function eventOfUnboundCard({ binding, operationId }: Told, ids: Ids): NewEvent {
  return {
    operationId,
    merchantId: binding.merchantId,
    eventId: ids.next('event'),
    type: 'kki.card.unbound',
    data: cardOf(binding),
    occurredAt: binding.settledAt ?? binding.createdAt,
  }
}

function cardOf({ maskedCpan, issuer }: Pick<Binding, 'maskedCpan' | 'issuer'>) {
  return { maskedCpan, issuer, channel: 'KARTU_KREDIT_INDONESIA' } as const
}

/** Of no one merchant: several may share the account. */
export function eventOfBatch(closed: ClosedBatch, ids: Ids): NewEvent {
  const { batchId, acquirerId, mid, tid, cutOffAt, closedAt, totals } = closed
  return {
    operationId: batchId,
    merchantId: '',
    eventId: ids.next('event'),
    type: 'settlement.closed',
    subject: batchId,
    data: {
      batchId,
      acquirerId,
      mid,
      tid,
      payments: Number(totals.paymentCount),
      captured: amountOf(money(totals.capturedMinor, 'IDR')),
      refunds: Number(totals.refundCount),
      refunded: amountOf(money(totals.refundedMinor, 'IDR')),
      cutOffAt: cutOffAt.toISOString(),
      closedAt: closedAt.toISOString(),
    },
    occurredAt: closedAt,
  }
}
