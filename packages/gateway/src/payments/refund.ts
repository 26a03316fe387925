/**
 * Giving money back (wire.md 4.8). The caller does not choose how: what is not settled yet is voided
 * as a whole, what is settled is refunded whole or in part, by message or, where the acquirer takes
 * no refund messages, by its people over days.
 */
import type { Money } from '../primitives/money.ts'
import { Problem } from '../primitives/problem.ts'
import { askInTime, messageAbout, settleBy } from './ask.ts'
import {
  beginAsked,
  type ClaimedCommand,
  type FollowUpDeps,
  type FollowUpResult,
} from './follow-up.ts'
import type { Outcome } from './network.ts'
import { type Payment, paymentProblems, type RefundType } from './payment.ts'
import { findByOperation, findRefundable } from './stores/payments.store.ts'

export type RefundCommand = ClaimedCommand & {
  readonly invoiceNumber: string
  /** Request-Id of the charge, or of the capture. */
  readonly originalRequestId: string
  readonly amount: Money
}

/**
 * Begins a void or refund, asks the acquirer, settles.
 * @throws Problem payment_not_found, not_refundable, void_in_part, refund_above_captured,
 * operation_under_way
 */
export async function refund(deps: FollowUpDeps, command: RefundCommand): Promise<FollowUpResult> {
  const payment = await findRefundable(
    deps.database,
    command.merchant.merchantId,
    command.invoiceNumber,
    command.originalRequestId,
  )
  if (!payment) throw paymentProblems.payment_not_found()
  const type = refundTypeOf(deps, payment, command.amount)
  const { result, outcome } = await run(deps, command, payment, type)
  if (result.kind === 'duplicate' || !isBatchClosed(outcome)) return result
  // The acquirer closed its batch before we closed ours: what it cannot void it can refund, as the
  // same request.
  const { payment: closed, operation } = result
  try {
    const asRefund = refundTypeOf(deps, { ...closed, voidClosed: true }, command.amount)
    const { operationId } = operation
    const theVoid = { operationId, invoiceNumber: closed.invoiceNumber }
    return (await run(deps, command, closed, asRefund, theVoid)).result
  } catch (error) {
    // Somebody else gave the money back meanwhile. The Request-Id is the void's, and so is its answer.
    if (error instanceof Problem) return result
    throw error
  }
}

/** How this amount of this payment is given back. */
function refundTypeOf(
  deps: Pick<FollowUpDeps, 'networks'>,
  payment: Payment,
  amount: Money,
): RefundType {
  const { captured } = payment
  const { capabilities } = deps.networks(payment.acquirerId)
  const isHold = payment.state === 'authorized'
  if (isHold || (payment.state === 'captured' && !isSettled(payment))) {
    if (!capabilities.void) throw paymentProblems.not_refundable()
    const whole = isHold ? payment.authorized : captured
    if (amount.minor !== whole.minor) throw paymentProblems.void_in_part()
    return 'VOID'
  }
  if (payment.state !== 'captured') {
    throw payment.state === 'refunded'
      ? paymentProblems.refund_above_captured()
      : paymentProblems.not_refundable()
  }
  const left = captured.minor - payment.refunded.minor - payment.reserved.minor
  if (amount.minor > left) throw paymentProblems.refund_above_captured()
  const isFull = amount.minor === captured.minor
  if (capabilities.onlineRefund) return isFull ? 'FULL_REFUND' : 'PARTIAL_REFUND'
  return isFull ? 'MANUAL_FULL_REFUND' : 'MANUAL_PARTIAL_REFUND'
}

/** Whether the acquirer can no longer void: our batch has closed over it, or its own has. */
function isSettled({ batchId, voidClosed }: Payment): boolean {
  return batchId !== undefined || voidClosed
}

function isBatchClosed(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'refused' && outcome.batchClosed === true
}

type Run = { readonly result: FollowUpResult; readonly outcome: Outcome | undefined }

async function run(
  deps: FollowUpDeps,
  command: RefundCommand,
  payment: Payment,
  refundType: RefundType,
  supersedes = command.claim.supersedes,
): Promise<Run> {
  const { merchant, claim, amount } = command
  const now = deps.clock.now()
  const originalOperationId = payment.captureOperationId ?? payment.chargeOperationId
  const original = await findByOperation(deps.database, merchant.merchantId, originalOperationId)
  if (!original) throw paymentProblems.payment_ended_by_reset()
  const isManual = refundType.startsWith('MANUAL')
  const claimed = { ...claim, supersedes }
  const { begun, operation } = await beginAsked(deps, payment, claimed, now, {
    kind: refundType === 'VOID' ? 'void' : 'refund',
    state: isManual ? 'manual' : 'asked',
    amount,
    originalOperationId,
    refundType,
  })
  if (begun === 'duplicate') return { result: { kind: 'duplicate' }, outcome: undefined }
  if (begun === 'taken') {
    const current = await currentOf(deps, payment)
    const type = refundTypeOf(deps, current, amount)
    if (type === refundType) throw paymentProblems.operation_under_way()
    // A batch closed over it at this moment: what cannot be voided any more is refunded.
    return run(deps, command, current, type, supersedes)
  }

  const asked = { payment, operation }
  if (isManual) return { result: { kind: 'done', ...asked }, outcome: undefined }
  const message = messageAbout(asked, original.operation, merchant.clientId)
  const network = deps.networks(payment.acquirerId)
  const outcome = await askInTime(deps, operation, (deadline) =>
    refundType === 'VOID' ? network.void(message, deadline) : network.refund(message, deadline),
  )
  const settled = await settleBy(deps, asked, outcome, { goesOn: isBatchClosed(outcome) })
  return { result: { kind: 'done', ...settled }, outcome }
}

/** The race was lost: the payment as it is now tells why. */
async function currentOf(deps: FollowUpDeps, payment: Payment): Promise<Payment> {
  const { merchantId, chargeOperationId } = payment
  const current = await findByOperation(deps.database, merchantId, chargeOperationId)
  if (!current) throw paymentProblems.payment_ended_by_reset()
  return current.payment
}
