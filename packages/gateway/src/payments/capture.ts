/** A capture of an authorization: whole or in part, once, within 7 days (wire.md 4.5). */
import type { Merchant } from '../merchants/index.ts'
import { later } from '../primitives/clock.ts'
import type { Money } from '../primitives/money.ts'
import type { RequestClaim } from '../requests/index.ts'
import { type AskDeps, askInTime, askTimes, messageOf, originalOf, settleBy } from './ask.ts'
import { newOperation, type OperationOfPayment, type Payment, paymentProblems } from './payment.ts'
import { beginFollowUp } from './stores/follow-up.store.ts'
import { findByAuthorizeId, findByOperation } from './stores/payments.store.ts'

export type FollowUpDeps = AskDeps & { readonly requestLifetimeMs: number }

export type CaptureCommand = {
  readonly merchant: Merchant
  readonly claim: RequestClaim
  readonly authorizeId: string
  /** Undefined captures the whole authorized amount. */
  readonly amount: Money | undefined
}

export type FollowUpResult =
  | ({ readonly kind: 'done' } & OperationOfPayment)
  /** Another request holds the Request-Id. */
  | { readonly kind: 'duplicate' }

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

  const { askUntil, lookAt } = askTimes(deps)
  const operation = newOperation({
    operationId: deps.ids.next('operation'),
    kind: 'capture',
    amount: amount ?? payment.authorized,
    references: await deps.traceNumbers.next(payment, now),
    askUntil,
    originalOperationId: payment.chargeOperationId,
    requestId: claim.requestId,
    createdAt: now,
  })
  const requestExpiresAt = later(now, deps.requestLifetimeMs)
  const begun = await deps.repeat(() =>
    beginFollowUp(deps.database, { payment, operation, lookAt, now, claim, requestExpiresAt }),
  )
  if (begun === 'duplicate') return { kind: 'duplicate' }
  if (begun === 'taken') {
    const current = await find()
    if (current) checkCapturable(current, amount, now)
    throw paymentProblems.operation_under_way()
  }

  const asked = { payment, operation }
  const message = {
    ...messageOf(asked, merchant.clientId),
    original: originalOf(authorization.operation),
  }
  const outcome = await askInTime(deps, asked, (acquirer, deadline) =>
    acquirer.capture(message, deadline),
  )
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
