/** POST /orders/v1.0/debit/status (wire.md 7.9): a payment as it stands. Claims nothing. */
import { formatSnapTimestamp, snapEnvelopeOf, snapServices } from '@gerbang/wire'
import { kkiStatusRequest, kkiStatusResponse } from '@gerbang/wire/schemas'
import type { KkiPaymentName, KkiStatus, Operation, Payments } from '../../../payments/index.ts'
import type { SnapBody, TransactRoute } from '../door/door.ts'
import { mandatoryChoice, missing, textAt } from '../fields.ts'
import { amountOf, externalIdRule, isChannelGiven, referenceRule } from '../kki-fields.ts'
import { SnapError } from '../snap-error.ts'
import { paymentResponseOf, refundStatusOf, statusOf } from './payment-words.ts'

type Input = { readonly name: KkiPaymentName; readonly serviceCode: '54' | '55' }

export function paymentStatusRoute(deps: {
  readonly payments: Pick<Payments, 'findKki'>
}): TransactRoute<Input> {
  return {
    service: 'payment-status',
    summary: 'Status of a payment',
    description: `Kartu Kredit Indonesia: how a payment and its refunds stand now. \`serviceCode\` is 55,
or 54 as in SNAP’s standard. May be called as often as one likes.`,
    request: kkiStatusRequest,
    response: kkiStatusResponse,
    parse: parseStatus,
    handle: async ({ name, serviceCode }, { merchant }) => {
      const found = await deps.payments.findKki(merchant.merchantId, name)
      if (!found) throw new SnapError('transaction_not_found')
      return { row: 'successful', members: { serviceCode, ...membersOf(found) } }
    },
  }
}

function parseStatus(body: SnapBody): Input {
  const name = {
    partnerReferenceNo: textAt(body, 'originalPartnerReferenceNo', referenceRule),
    referenceNo: textAt(body, 'originalReferenceNo', referenceRule),
    externalId: textAt(body, 'originalExternalId', externalIdRule),
  }
  if (Object.values(name).every((value) => value === undefined)) {
    missing('originalPartnerReferenceNo')
  }
  // The inquiry's own code by the libraries, the payment's by SNAP's standard (wire.md 8).
  const serviceCode = mandatoryChoice(body, 'serviceCode', ['55', '54'])
  isChannelGiven(body)
  return { name, serviceCode }
}

function membersOf({ payment, refunds }: KkiStatus) {
  const { row, values } = paymentResponseOf(payment)
  const original = snapEnvelopeOf(row, snapServices.pay.code, values)
  const { approvalCode, settledAt } = payment
  const isPaid = payment.captured.minor > 0n && settledAt !== undefined
  return {
    originalPartnerReferenceNo: payment.invoiceNumber,
    originalReferenceNo: payment.referenceNo,
    ...(approvalCode === undefined ? {} : { approvalCode }),
    originalExternalId: payment.requestId,
    ...statusOf(payment),
    originalResponseCode: original.responseCode,
    originalResponseMessage: original.responseMessage,
    refundHistory: refunds.map(refundOf),
    transAmount: amountOf(payment.amount),
    ...(isPaid ? { paidTime: formatSnapTimestamp(settledAt) } : {}),
    additionalInfo: { channel: payment.channel, acquirer: { id: payment.acquirerId } },
  }
}

function refundOf(refund: Operation) {
  return {
    refundNo: refund.referenceNo,
    partnerReferenceNo: refund.partnerReferenceNo,
    refundAmount: amountOf(refund.amount),
    refundStatus: refundStatusOf(refund),
    refundDate: formatSnapTimestamp(refund.settledAt ?? refund.createdAt),
    ...(refund.reason === undefined ? {} : { reason: refund.reason }),
  }
}
