/** A payment in the words of the charge answer (wire.md 4.2, 4.4). */
import { type ChargeResponse, paymentFailedError } from '@gerbang/wire'
import type { Payment } from '../../../payments/index.ts'
import { wholeRupiah } from '../../../primitives/money.ts'
import { additionalInfoOf } from '../additional-info.ts'
import { billingOf, cardOf, identifiersOf, wordOfCharge } from '../payment-words.ts'

export function toChargeResponse(payment: Payment): ChargeResponse {
  const wording = wordOfCharge(payment)
  const { authenticationId } = payment
  return {
    ...additionalInfoOf(payment),
    order: { invoice_number: payment.invoiceNumber, amount: wholeRupiah(payment.amount) },
    ...(payment.customer ? { customer: payment.customer } : {}),
    payment: {
      type: payment.type,
      identifier: identifiersOf(payment),
      request_id: payment.requestId,
      authorize_id: wording.status === 'SUCCESS' ? (payment.authorizeId ?? '') : '',
      response_code: wording.responseCode,
      response_message: wording.responseMessage,
      status: wording.status,
      eci: payment.eci,
      ...(payment.approvalCode ? { approval_code: payment.approvalCode } : {}),
    },
    ...(authenticationId ? { three_dsecure: { authentication_id: authenticationId } } : {}),
    card: cardOf(payment),
    ...billingOf(payment),
    verification: payment.verification,
    ...(wording.status === 'FAILED' ? { error: paymentFailedError } : {}),
  }
}
