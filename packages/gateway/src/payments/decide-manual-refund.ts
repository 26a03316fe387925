/**
 * The end of a manual refund: people at an acquirer that takes no refund messages decide it, over
 * days (wire.md 4.8), and somebody tells the gateway.
 */
import type { Merchant } from '../merchants/index.ts'
import type { FollowUpCommand } from '../networks/card-acquirer/contract.ts'
import { type AskDeps, messageAbout, settleBy } from './ask.ts'
import type { Decision } from './network.ts'
import { type OperationOfPayment, type Payment, paymentProblems } from './payment.ts'
import { findByOperation, findManualRefund } from './stores/payments.store.ts'

export type DecideManualRefundCommand = {
  readonly merchant: Merchant
  /** Of the refund. */
  readonly requestId: string
  readonly approve: boolean
  /** Has the acquirer's people do it, and returns what stands in their book then. */
  readonly decide: (acquirerId: string, refund: FollowUpCommand) => Promise<Decision>
}

export type DecideDeps = AskDeps & { readonly onSettled: (payment: Payment) => void }

/**
 * Settles a manual refund. The same decision again changes nothing.
 * @throws Problem manual_refund_not_found, manual_refund_decided
 */
export async function decideManualRefund(
  deps: DecideDeps,
  { merchant, requestId, approve, decide }: DecideManualRefundCommand,
): Promise<OperationOfPayment> {
  const { merchantId, clientId } = merchant
  const refund = await findManualRefund(deps.database, merchantId, requestId)
  if (!refund) throw paymentProblems.manual_refund_not_found()
  const { payment, operation } = refund
  if (operation.state !== 'manual') {
    if ((operation.state === 'approved') !== approve) throw paymentProblems.manual_refund_decided()
    return refund
  }
  const originalId = operation.originalOperationId ?? payment.chargeOperationId
  const original = await findByOperation(deps.database, merchantId, originalId)
  if (!original) throw paymentProblems.payment_ended_by_reset()
  const message = messageAbout(refund, original.operation, clientId)
  const settled = await settleBy(deps, refund, await decide(payment.acquirerId, message))
  deps.onSettled(settled.payment)
  // Another decision was there first.
  if ((settled.operation.state === 'approved') !== approve) {
    throw paymentProblems.manual_refund_decided()
  }
  return settled
}
