/**
 * Giving a KKI payment back (wire.md 7.8), whole or in part. A partnerRefundNo gives back once: the
 * same call again is answered as the refund stands.
 */
import type { KkiSwitch } from '../../networks/kki-switch/contract.ts'
import { askInTime, messageAbout, settleBy } from '../ask.ts'
import { beginAsked, type FollowUpDeps } from '../follow-up.ts'
import { type OperationOfPayment, type Payment, paymentProblems } from '../payment.ts'
import { findKkiPayment, findKkiRefund } from '../stores/kki-payments.store.ts'
import { findByOperation } from '../stores/payments.store.ts'
import { kkiProblems, type RefundKkiCommand, type RefundKkiResult } from './kki-payment.ts'

export type RefundKkiDeps = FollowUpDeps & { readonly kkiSwitch: Pick<KkiSwitch, 'capabilities'> }

/**
 * @throws Problem payment_not_found, not_refundable, refund_above_captured, partner_refund_used,
 * partial_refund_unknown, operation_under_way
 */
export async function refundKki(
  deps: RefundKkiDeps,
  command: RefundKkiCommand,
): Promise<RefundKkiResult> {
  const { database, clock } = deps
  const { merchant, claim, amount, partnerRefundNo } = command
  const { merchantId } = merchant
  const payment = await findKkiPayment(database, merchantId, command.original)
  if (!payment) throw paymentProblems.payment_not_found()
  const earlier = await findEarlier(deps, command, payment)
  if (earlier) return { kind: 'done', ...earlier }
  checkRefundable(deps, payment, command)
  const original = await findByOperation(database, merchantId, payment.chargeOperationId)
  if (!original) throw paymentProblems.payment_ended_by_reset()

  const { begun, operation } = await beginAsked(deps, payment, claim, clock.now(), {
    kind: 'refund',
    amount,
    originalOperationId: payment.chargeOperationId,
    refundType: amount.minor === payment.captured.minor ? 'FULL_REFUND' : 'PARTIAL_REFUND',
    requestId: command.externalId,
    referenceNo: deps.ids.next('reference'),
    partnerReferenceNo: partnerRefundNo,
    reason: command.reason,
  })
  if (begun === 'duplicate') return { kind: 'duplicate' }
  if (begun === 'partner_reference_used') {
    const first = await findEarlier(deps, command, payment)
    if (first) return { kind: 'done', ...first }
    throw paymentProblems.operation_under_way()
  }
  if (begun === 'taken') {
    const current = await findKkiPayment(database, merchantId, command.original)
    if (current) checkRefundable(deps, current, command)
    throw paymentProblems.operation_under_way()
  }

  const asked = { payment, operation }
  const message = messageAbout(asked, original.operation, merchant.clientId)
  const network = deps.networks(payment.acquirerId)
  const outcome = await askInTime(deps, operation, (deadline) => network.refund(message, deadline))
  return { kind: 'done', ...(await settleBy(deps, asked, outcome)) }
}

/** What an earlier call with this partnerRefundNo began. */
async function findEarlier(
  { database }: RefundKkiDeps,
  { partnerRefundNo, amount }: RefundKkiCommand,
  payment: Payment,
): Promise<OperationOfPayment | undefined> {
  const found = await findKkiRefund(database, payment.merchantId, partnerRefundNo)
  if (!found) return undefined
  const isSame =
    found.payment.paymentId === payment.paymentId && found.operation.amount.minor === amount.minor
  if (!isSame) throw kkiProblems.partner_refund_used()
  return found
}

/** Says why a payment cannot be refunded; begin's statement checks the same against the race. */
function checkRefundable(
  { kkiSwitch }: RefundKkiDeps,
  { state, captured, refunded, reserved }: Payment,
  { amount }: RefundKkiCommand,
): void {
  if (state === 'refunded') throw paymentProblems.refund_above_captured()
  if (state !== 'captured') throw paymentProblems.not_refundable()
  const left = captured.minor - refunded.minor - reserved.minor
  if (amount.minor > left) throw paymentProblems.refund_above_captured()
  if (amount.minor < captured.minor && !kkiSwitch.capabilities.partialRefund) {
    throw kkiProblems.partial_refund_unknown()
  }
}
