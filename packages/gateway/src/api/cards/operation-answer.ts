/** What charge, capture and refund share at the door: each Request-Id began an operation. */
import type { OperationOfPayment, Payments } from '../../payments/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import type { ClaimingRoute } from './door/door.ts'

/** How the operation that a Request-Id began stands now. */
export function answerOfOperation<Input>(
  payments: Pick<Payments, 'findByOperation'>,
  clock: Clock,
  toResponse: (
    found: OperationOfPayment,
    inputOfHolder: () => Input | undefined,
  ) => Readonly<Record<string, unknown>>,
): ClaimingRoute<Input>['answerOf'] {
  return async (merchant, holder, inputOfHolder) => {
    const found = await payments.findByOperation(merchant.merchantId, holder.operationId)
    if (!found) return undefined
    const { operation } = found
    const isAnswered = operation.state !== 'asked' || operation.askUntil <= clock.realNow()
    return {
      isSettled: operation.state === 'approved' || operation.state === 'refused',
      members: isAnswered ? toResponse(found, inputOfHolder) : undefined,
    }
  }
}
