/** POST /direct-debit/core/v1/debit/refund (wire.md 7.8): a payment or a part of it goes back. */
import { formatSnapTimestamp } from '@gerbang/wire'
import { kkiRefundRequest, kkiRefundResponse } from '@gerbang/wire/schemas'
import type {
  OperationOfPayment,
  Payment,
  Payments,
  RefundKkiCommand,
} from '../../../payments/index.ts'
import type { SnapAnswer, SnapBody, TransactRoute } from '../door/door.ts'
import { mandatoryText, textAt } from '../fields.ts'
import { amountAt, amountOf, checkChannel, externalIdRule, referenceRule } from '../kki-fields.ts'
import { refuse } from '../kki-responses.ts'

export type RefundDeps = {
  readonly payments: Pick<Payments, 'refundKki'>
  readonly onChanged: (payment: Payment) => void
}

type Input = Omit<RefundKkiCommand, 'merchant' | 'claim' | 'externalId'>

export function refundRoute({ payments, onChanged }: RefundDeps): TransactRoute<Input> {
  return {
    service: 'refund',
    summary: 'Refund a payment',
    description: `Kartu Kredit Indonesia: gives back a payment, whole or in parts, up to what was paid.
A partnerRefundNo gives back once: the same again is answered as the refund stands, with other data
it is refused.`,
    request: kkiRefundRequest,
    response: kkiRefundResponse,
    parse: parseRefund,
    handle: async (input, { merchant, externalId }, claim) => {
      const result = await payments.refundKki({ ...input, merchant, externalId, claim })
      if (result.kind === 'duplicate') return undefined
      onChanged(result.payment)
      return answerOf(result)
    },
  }
}

function parseRefund(body: SnapBody): Input {
  const original = {
    partnerReferenceNo: mandatoryText(body, 'originalPartnerReferenceNo', referenceRule),
    referenceNo: textAt(body, 'originalReferenceNo', referenceRule),
    externalId: textAt(body, 'originalExternalId', externalIdRule),
  }
  const partnerRefundNo = mandatoryText(body, 'partnerRefundNo', referenceRule)
  const amount = amountAt(body, 'refundAmount')
  const reason = textAt(body, 'reason', { maximum: 255 })
  checkChannel(body)
  return { original, partnerRefundNo, amount, reason }
}

function answerOf({ payment, operation }: OperationOfPayment): SnapAnswer {
  if (operation.state === 'refused') refuse(operation.responseCode)
  const isDone = operation.state === 'approved' && operation.settledAt !== undefined
  return {
    row: isDone ? 'successful' : 'in_progress',
    members: {
      refundAmount: amountOf(operation.amount),
      originalPartnerReferenceNo: payment.invoiceNumber,
      originalReferenceNo: payment.referenceNo,
      refundNo: operation.referenceNo,
      partnerRefundNo: operation.partnerReferenceNo,
      ...(isDone ? { refundTime: formatSnapTimestamp(operation.settledAt) } : {}),
    },
  }
}
