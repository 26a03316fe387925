/** A capture of an authorization: whole or in part, once, within 7 days (wire.md 4.5). */
import type { Money } from '../primitives/money.ts'
import { askInTime, messageAbout, settleBy } from './ask.ts'
import {
  beginAsked,
  type ClaimedCommand,
  type FollowUpDeps,
  type FollowUpResult,
} from './follow-up.ts'
import { type Payment, paymentProblems } from './payment.ts'
import { findByAuthorizeId, findByOperation } from './stores/payments.store.ts'

export type CaptureCommand = ClaimedCommand & {
  readonly authorizeId: string
  /** Undefined captures the whole authorized amount. */
  readonly amount: Money | undefined
}

/**
 * Begins a capture, asks the acquirer, settles.
 * @throws Problem payment_not_found, request_id_used, not_capturable, already_captured, capture_too_late,
 * capture_above_authorized, operation_under_way
 */
export async function capture(
  deps: FollowUpDeps,
  { merchant, claim, authorizeId, amount }: CaptureCommand,
): Promise<FollowUpResult> {
  const { merchantId } = merchant
  const find = () => findByAuthorizeId(deps.database, merchantId, authorizeId)
  const payment = await find()
  if (!payment) throw paymentProblems.payment_not_found()
  if (claim.supersedes?.invoiceNumber === payment.invoiceNumber) {
    throw paymentProblems.request_id_used()
  }
  const now = deps.clock.now()
  checkCapturable(payment, amount, now)
  const authorization = await findByOperation(deps.database, merchantId, payment.chargeOperationId)
  if (!authorization) throw paymentProblems.payment_ended_by_reset()

  const { begun, operation } = await beginAsked(deps, payment, claim, now, {
    kind: 'capture',
    amount: amount ?? payment.authorized,
    originalOperationId: payment.chargeOperationId,
  })
  if (begun === 'duplicate') return { kind: 'duplicate' }
  if (begun === 'taken') {
    const current = await find()
    if (current) checkCapturable(current, amount, now)
    throw paymentProblems.operation_under_way()
  }

  const asked = { payment, operation }
  const message = messageAbout(asked, authorization.operation, merchant.clientId)
  const network = deps.networks(payment.acquirerId)
  const outcome = await askInTime(deps, operation, (deadline) => network.capture(message, deadline))
  return { kind: 'done', ...(await settleBy(deps, asked, outcome)) }
}

/** Says why a payment cannot be captured; begin's statement checks the same against the race. */
function checkCapturable(payment: Payment, amount: Money | undefined, now: Date): void {
  switch (payment.state) {
    case 'authorized':
      break
    // An authorize id is not told before the authorization is approved.
    case 'pending':
    case 'refused':
      throw paymentProblems.payment_not_found()
    case 'captured':
    case 'refunded':
      throw paymentProblems.already_captured()
    case 'released':
      throw paymentProblems.capture_too_late()
    case 'voided':
      throw paymentProblems.not_capturable()
  }
  if (payment.captureUntil && payment.captureUntil <= now) throw paymentProblems.capture_too_late()
  if (amount && amount.minor > payment.authorized.minor) {
    throw paymentProblems.capture_above_authorized()
  }
}
