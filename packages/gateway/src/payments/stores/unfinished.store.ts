/** What is unfinished: operations without an answer, holds that have ended. */
import type { Database } from '../../platform/database/index.ts'
import type { MerchantId, OperationId } from '../../primitives/id.ts'
import type { Payment } from '../payment.ts'
import { type PaymentRow, paymentColumns, toPayment } from './payments.store.ts'

export type UnfinishedKey = {
  merchantId: MerchantId
  operationId: OperationId
  /** How often it was looked at before. */
  looks: number
}

/**
 * Takes unfinished operations that nobody asks any more and nobody else resolves, and holds them
 * until the lease ends. `ask_until` keeps asker and resolver apart: real time, as both must agree.
 */
export async function claimUnfinished(
  database: Database,
  options: { now: Date; realNow: Date; leaseUntil: Date; limit: number },
): Promise<UnfinishedKey[]> {
  return database<UnfinishedKey[]>`
    update operations o
    set leased_until = ${options.leaseUntil}
    from (
      select merchant_id, operation_id
      from operations
      where state in ('asked', 'unknown') and look_at <= ${options.now}
        and ask_until <= ${options.realNow}
        and (leased_until is null or leased_until <= ${options.realNow})
      order by look_at, operation_id
      limit ${options.limit}
      for update skip locked
    ) as due
    where o.merchant_id = due.merchant_id and o.operation_id = due.operation_id
    returning o.merchant_id as "merchantId", o.operation_id as "operationId", o.looks`
}

/** When the resolver has something to look at; what is still being asked does not count. */
export async function findNextLook(database: Database, realNow: Date): Promise<Date | undefined> {
  const [row] = await database<{ lookAt: Date | null }[]>`
    select min(look_at) as "lookAt"
    from operations
    where state in ('asked', 'unknown') and ask_until <= ${realNow}`
  return row?.lookAt ?? undefined
}

/** Looks again later, and lets the operation go. */
export async function putOff(
  database: Database,
  merchantId: MerchantId,
  operationId: OperationId,
  lookAt: Date,
): Promise<void> {
  await database`
    update operations
    set looks = least(looks + 1, 1000), look_at = ${lookAt}, leased_until = null
    where merchant_id = ${merchantId} and operation_id = ${operationId}
      and state in ('asked', 'unknown')`
}

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
