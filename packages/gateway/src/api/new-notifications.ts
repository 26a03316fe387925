/** What merchants are told of payments and bindings, in the dialect in which each came. */
import type { Binding } from '../bindings/index.ts'
import type { NewNotification } from '../notifications/index.ts'
import type { Settlement } from '../payments/index.ts'
import { overrideUrlOf } from './cards/charge/order-input.ts'
import { toTransactionReport } from './cards/transaction-report.ts'
import { toBindingNotification, toSnapNotification } from './snap/notification.ts'

export function notificationOfPayment({ after, sealedAccount }: Settlement): NewNotification {
  const { payment, operation } = after
  const told = {
    operationId: operation.operationId,
    merchantId: payment.merchantId,
    paymentId: payment.paymentId,
    subject: payment.invoiceNumber,
    url: payment.notificationUrl ?? '',
    dueAt: operation.settledAt ?? operation.createdAt,
  }
  if (payment.channel === 'CREDIT_CARD') {
    const body = JSON.stringify(toTransactionReport(payment, operation))
    const isUrlOverridden = overrideUrlOf(payment.additionalInfo)?.href === payment.notificationUrl
    return { ...told, dialect: 'cards', isUrlOverridden, body }
  }
  const body = JSON.stringify(toSnapNotification(payment, operation))
  // Only an approval that binds the card has its account: then its bankCardToken is told as well.
  const bindingId = sealedAccount === undefined ? undefined : payment.bindingId
  return { ...told, dialect: 'snap', body, bindingId }
}

/**
 * A binding that is bound or has failed; nothing where the merchant had no URL when it began.
 * @param operationId as the settling statement calls what ended it
 */
export function notificationsOfBinding(
  binding: Binding,
  operationId: NewNotification['operationId'],
): NewNotification[] {
  const { merchantId, bindingId, partnerReferenceNo, referenceNo, notificationUrl: url } = binding
  if (url === undefined) return []
  return [
    {
      operationId,
      merchantId,
      dialect: 'snap',
      subject: partnerReferenceNo ?? referenceNo,
      url,
      body: JSON.stringify(toBindingNotification(binding)),
      ...(binding.state === 'bound' ? { bindingId } : {}),
      dueAt: binding.settledAt ?? binding.createdAt,
    },
  ]
}
