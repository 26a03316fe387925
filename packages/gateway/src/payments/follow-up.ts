/** What capture and refund have in common: both begin one operation about an earlier one. */
import type { Merchant } from '../merchants/index.ts'
import { later } from '../primitives/clock.ts'
import type { RequestClaim } from '../requests/index.ts'
import { type AskDeps, askTimes } from './ask.ts'
import { newOperation, type Operation, type OperationOfPayment, type Payment } from './payment.ts'
import { beginFollowUp, type FollowUpBegun } from './stores/follow-up.store.ts'

export type FollowUpDeps = AskDeps & { readonly requestLifetimeMs: number }

/** Who asks, with the Request-Id that the asking claims. */
export type ClaimedCommand = { readonly merchant: Merchant; readonly claim: RequestClaim }

export type FollowUpResult =
  | ({ readonly kind: 'done' } & OperationOfPayment)
  /** Another request holds the Request-Id. */
  | { readonly kind: 'duplicate' }

type Asked = Pick<Operation, 'amount' | 'originalOperationId'> &
  Partial<
    Pick<
      Operation,
      'state' | 'refundType' | 'requestId' | 'referenceNo' | 'partnerReferenceNo' | 'reason'
    >
  > & {
    readonly kind: 'capture' | 'void' | 'refund'
  }

/** Begins an operation of a payment that a merchant asked for now. */
export async function beginAsked(
  deps: FollowUpDeps,
  payment: Payment,
  claim: RequestClaim,
  now: Date,
  asked: Asked,
): Promise<{ readonly begun: FollowUpBegun; readonly operation: Operation }> {
  const { askUntil, lookAt } = askTimes(deps)
  const operation = newOperation({
    requestId: claim.requestId,
    ...asked,
    operationId: deps.ids.next('operation'),
    references: await deps.traceNumbers.next(payment, now),
    askUntil,
    createdAt: now,
  })
  const requestExpiresAt = later(now, deps.requestLifetimeMs)
  const begun = await deps.repeat(() =>
    beginFollowUp(deps.database, { payment, operation, lookAt, claim, requestExpiresAt }),
  )
  return { begun, operation }
}
