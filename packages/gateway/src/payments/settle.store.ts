/**
 * settle (design.md 2): one statement moves operations by compare-and-set, moves their payments
 * with them, and writes what the merchants will be told. Who loses the compare-and-set writes nothing.
 */
import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { OperationId } from '../primitives/id.ts'
import { operationMoves, paymentMoves } from './machines.ts'
import type { Payment } from './payment.ts'

/** The rows that tell merchants of their payments; each where `settled` (a CTE) has its payment. */
export type Announcement = (
  database: Database,
  payments: readonly Payment[],
  settled: Fragment,
) => Fragment

export type Settlement = {
  /** The payment as it will be. */
  readonly payment: Payment
  readonly operationId: OperationId
  readonly move: 'approve' | 'refuse'
}

/** Settles operations, each another one; whether each of these settlements was the one. */
export async function settleOperations(
  database: Database,
  announce: Announcement,
  settlements: readonly Settlement[],
): Promise<boolean[]> {
  const told = settlements.map(({ payment }) => payment).filter((p) => p.notificationUrl)
  const announcement =
    told.length > 0
      ? database`, announced as (${announce(database, told, database`settled`)})`
      : database``
  const rows = await database<{ paymentId: string }[]>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(settlements.map(toRow))}::text::jsonb) as given(
        merchant_id text, operation_id text, payment_id text, operation_from text[],
        operation_state text, payment_from text[], payment_state text, captured_minor bigint,
        response_code text, approval_code text, settled_at timestamptz)
    ),
    operation as (
      update operations o
      set state = given.operation_state, response_code = given.response_code,
        approval_code = given.approval_code, settled_at = given.settled_at
      from given
      where o.merchant_id = given.merchant_id and o.operation_id = given.operation_id
        and o.state = any(given.operation_from)
      returning o.operation_id
    ),
    settled as (
      update payments p
      set state = given.payment_state, captured_minor = given.captured_minor,
        response_code = given.response_code, approval_code = given.approval_code,
        settled_at = given.settled_at, version = p.version + 1
      from given
      join operation using (operation_id)
      where p.merchant_id = given.merchant_id and p.payment_id = given.payment_id
        and p.state = any(given.payment_from)
      returning p.payment_id
    )${announcement}
    select payment_id as "paymentId" from settled`
  const settled = new Set(rows.map(({ paymentId }) => paymentId))
  return settlements.map(({ payment }) => settled.has(payment.paymentId))
}

function toRow({ payment, operationId, move }: Settlement) {
  const paymentMove = move === 'approve' ? 'capture' : 'refuse'
  return {
    merchant_id: payment.merchantId,
    operation_id: operationId,
    payment_id: payment.paymentId,
    operation_from: operationMoves.statesThatAllow(move),
    operation_state: operationMoves.next('asked', move),
    payment_from: paymentMoves.statesThatAllow(paymentMove),
    payment_state: payment.state,
    captured_minor: payment.state === 'captured' ? String(payment.amount.minor) : '0',
    response_code: payment.responseCode,
    approval_code: payment.approvalCode,
    settled_at: payment.settledAt,
  }
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
