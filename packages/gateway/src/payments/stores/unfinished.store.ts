/** What is unfinished: operations without an answer, holds that have ended. */
import type { Database } from '../../platform/database/index.ts'
import type { LookedAtTable } from '../../platform/looking/index.ts'
import type { Payment } from '../payment.ts'
import { type PaymentRow, paymentColumns, toPayment } from './payments.store.ts'

/** Operations are looked at until they are decided. */
export const openOperations: LookedAtTable = { table: 'operations', idColumn: 'operation_id' }

/** Authorizations whose hold has ended and that nobody changes. */
export async function findEndedHolds(
  database: Database,
  now: Date,
  limit: number,
): Promise<Payment[]> {
  const rows = await database<PaymentRow[]>`
    select ${paymentColumns(database)}
    from payments p
    where p.state = 'authorized' and p.capture_until <= ${now} and p.open_operation_id is null
    order by p.capture_until, p.payment_id
    limit ${limit}`
  return rows.map(toPayment)
}

/** Payments that were captured in part and whose rest is still held. */
export async function findHeldRests(database: Database, limit: number): Promise<Payment[]> {
  const rows = await database<PaymentRow[]>`
    select ${paymentColumns(database)}
    from payments p
    where p.rest_held
    order by p.payment_id
    limit ${limit}`
  return rows.map(toPayment)
}

/** The acquirer takes no reversal in part: what it does with the rest is its own affair. */
export async function letRestGo(
  database: Database,
  { merchantId, paymentId }: Pick<Payment, 'merchantId' | 'paymentId'>,
): Promise<void> {
  await database`
    update payments
    set rest_held = false
    where merchant_id = ${merchantId} and payment_id = ${paymentId} and rest_held`
}

/** When the next hold ends; one that something else has at the moment does not count. */
export async function findNextHoldEnd(database: Database): Promise<Date | undefined> {
  const [row] = await database<{ end: Date | null }[]>`
    select min(capture_until) as end
    from payments
    where state = 'authorized' and open_operation_id is null`
  return row?.end ?? undefined
}
