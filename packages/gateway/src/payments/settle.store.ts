/**
 * settle (design.md 2): one statement moves the operation by compare-and-set, moves the payment
 * with it, and writes what the merchant will be told. Who loses the compare-and-set writes nothing.
 */
import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { OperationId } from '../primitives/id.ts'
import { operationMoves, paymentMoves } from './machines.ts'
import type { Payment } from './payment.ts'

/** The rows that tell the merchant, inserted where `from` (a CTE) has a row. */
export type Announcement = (database: Database, payment: Payment, from: Fragment) => Fragment

export type Settlement = {
  /** The payment as it will be. */
  readonly payment: Payment
  readonly operationId: OperationId
  readonly move: 'approve' | 'refuse'
  readonly announce: Announcement
}

/** Whether this settlement was the one. */
export async function settleOperation(
  database: Database,
  settlement: Settlement,
): Promise<boolean> {
  const { payment, operationId, move } = settlement
  const paymentMove = move === 'approve' ? 'capture' : 'refuse'
  const settledAt = payment.settledAt ?? null
  const captured = payment.state === 'captured' ? payment.amount.minor : 0n
  const announcement = payment.notificationUrl
    ? database`, announced as (
        ${settlement.announce(database, payment, database`paid`)}
      )`
    : database``
  const rows = await database`
    with settled as (
      update operations
      set state = ${operationMoves.next('asked', move) ?? null},
        response_code = ${payment.responseCode ?? null},
        approval_code = ${payment.approvalCode ?? null}, settled_at = ${settledAt}
      where merchant_id = ${payment.merchantId} and operation_id = ${operationId}
        and state = any(${operationMoves.statesThatAllow(move)})
      returning payment_id
    ),
    paid as (
      update payments
      set state = ${payment.state}, captured_minor = ${captured},
        response_code = ${payment.responseCode ?? null},
        approval_code = ${payment.approvalCode ?? null}, settled_at = ${settledAt},
        version = version + 1
      where merchant_id = ${payment.merchantId} and payment_id = (select payment_id from settled)
        and state = any(${paymentMoves.statesThatAllow(paymentMove)})
      returning payment_id
    )${announcement}
    select 1 from paid`
  return rows.count === 1
}

/** The answer is lost: the operation is unknown, the payment stays pending. */
export async function loseOperation(
  database: Database,
  merchantId: Payment['merchantId'],
  operationId: OperationId,
): Promise<boolean> {
  const rows = await database`
    update operations
    set state = 'unknown'
    where merchant_id = ${merchantId} and operation_id = ${operationId} and state = 'asked'`
  return rows.count === 1
}
