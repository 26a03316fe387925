/** What capture and refund share at the door. */
import type { OperationOfPayment, Payments } from '../../payments/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import type { ClaimingRoute } from './door/door.ts'

/** How the operation that a Request-Id began stands now. */
export function answerOfFollowUp(
  payments: Pick<Payments, 'findByOperation'>,
  clock: Clock,
  toResponse: (found: OperationOfPayment) => Readonly<Record<string, unknown>>,
): ClaimingRoute<unknown>['answerOf'] {
  return async (merchant, holder) => {
    const found = await payments.findByOperation(merchant.merchantId, holder.operationId)
    if (!found) return undefined
    const { operation } = found
    const isAnswered = operation.state !== 'asked' || operation.askUntil <= clock.realNow()
    return {
      isSettled: operation.state === 'approved' || operation.state === 'refused',
      members: isAnswered ? toResponse(found) : undefined,
    }
  }
}
