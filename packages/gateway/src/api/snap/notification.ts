/** What merchants are told over SNAP, service 56 (wire.md 7.10): a payment, a refund, a binding. */
import type { KkiNotification } from '@gerbang/wire'
import type { Binding } from '../../bindings/index.ts'
import type { Operation, Payment } from '../../payments/index.ts'
import { sentOf } from '../cards/additional-info.ts'
import { amountOf } from './kki-fields.ts'
import { refundStatusOf, statusOf } from './payments/payment-words.ts'

const channel = 'KARTU_KREDIT_INDONESIA'

/** Of the two that the libraries know, DIRECT_DEBIT and EMONEY: an issuer's account is debited. */
const accountType = 'DIRECT_DEBIT'

/** How a payment stands after an operation; a refund is told beside it, whatever became of it. */
export function toSnapNotification(payment: Payment, operation: Operation): KkiNotification {
  const lineItems = lineItemsOf(payment)
  const custIdMerchant = payment.customer?.['id']
  return {
    originalPartnerReferenceNo: payment.invoiceNumber,
    originalReferenceNo: payment.referenceNo ?? '',
    originalExternalId: payment.requestId,
    ...statusOf(payment),
    amount: amountOf(payment.amount),
    additionalInfo: {
      channel,
      channelId: channel,
      acquirerId: payment.acquirerId,
      ...(custIdMerchant === undefined ? {} : { custIdMerchant }),
      accountType,
      lineItems,
      ...refundOf(operation),
    },
    // The libraries for Java and Python read them above, the one for Node.js demands them here.
    lineItems,
  }
}

/** How a binding ended; the bankCardToken of one that is bound is added when it is sent. */
export function toBindingNotification(binding: Binding): KkiNotification {
  const { partnerReferenceNo } = binding
  const isBound = binding.state === 'bound'
  return {
    ...(partnerReferenceNo === undefined ? {} : { originalPartnerReferenceNo: partnerReferenceNo }),
    originalReferenceNo: binding.referenceNo,
    originalExternalId: binding.externalId,
    latestTransactionStatus: isBound ? '00' : '06',
    transactionStatusDesc: isBound ? 'Success' : 'Failed',
    additionalInfo: {
      channel,
      channelId: channel,
      acquirerId: binding.acquirerId,
      custIdMerchant: binding.custIdMerchant,
      accountType,
      status: isBound ? 'SUCCESS' : 'FAILED',
    },
  }
}

function lineItemsOf({ additionalInfo }: Payment): unknown[] {
  const { lineItems } = (additionalInfo ?? {}) as { lineItems?: unknown }
  return Array.isArray(lineItems) ? lineItems.map(sentOf) : []
}

function refundOf(operation: Operation) {
  const { kind, referenceNo: refundNo, partnerReferenceNo: partnerRefundNo, reason } = operation
  if (kind !== 'refund' || refundNo === undefined || partnerRefundNo === undefined) return {}
  return {
    refundNo,
    partnerRefundNo,
    refundAmount: amountOf(operation.amount),
    refundStatus: refundStatusOf(operation),
    ...(reason === undefined ? {} : { reason }),
  }
}
