/** Reading KKI payments by the numbers that merchants know them by. */
import type { Database } from '../../platform/database/index.ts'
import type { MerchantId, OperationId } from '../../primitives/id.ts'
import type { KkiPaymentName, KkiStatus } from '../kki/kki-payment.ts'
import type { Operation, OperationOfPayment, Payment } from '../payment.ts'
import {
  findByOperation,
  findOperations,
  type PaymentRow,
  paymentColumns,
  toPayment,
} from './payments.store.ts'

/** The payment of all names that are given, the latest of several; undefined without a name. */
export async function findKkiPayment(
  database: Database,
  merchantId: MerchantId,
  { partnerReferenceNo, referenceNo, externalId }: KkiPaymentName,
): Promise<Payment | undefined> {
  const names = [
    partnerReferenceNo === undefined ? [] : database`and p.invoice_number = ${partnerReferenceNo}`,
    referenceNo === undefined ? [] : database`and p.reference_no = ${referenceNo}`,
    externalId === undefined ? [] : database`and p.request_id = ${externalId}`,
  ].flat()
  if (names.length === 0) return undefined
  // Our number says it already; said twice, the planner of the empty table reads all of the channel.
  const ofChannel =
    referenceNo === undefined ? database`and p.channel = 'KARTU_KREDIT_INDONESIA'` : database``
  const [row] = await database<PaymentRow[]>`
    select ${paymentColumns(database)}
    from payments p
    where p.merchant_id = ${merchantId} ${names} ${ofChannel}
    order by p.created_at desc, p.payment_id desc
    limit 1`
  return row && toPayment(row)
}

/** A payment with its refunds, the oldest first. */
export async function findKkiStatus(
  database: Database,
  merchantId: MerchantId,
  name: KkiPaymentName,
): Promise<KkiStatus | undefined> {
  const payment = await findKkiPayment(database, merchantId, name)
  if (!payment) return undefined
  const keys = await database<{ merchantId: MerchantId; operationId: OperationId }[]>`
    select merchant_id as "merchantId", operation_id as "operationId"
    from operations
    where payment_id = ${payment.paymentId} and merchant_id = ${merchantId} and kind = 'refund'`
  const refunds = (await findOperations(database, keys)).map(({ operation }) => operation)
  return { payment, refunds: refunds.toSorted(byAge) }
}

function byAge(one: Operation, other: Operation): number {
  const ms = one.createdAt.getTime() - other.createdAt.getTime()
  return ms === 0 ? (one.operationId < other.operationId ? -1 : 1) : ms
}

/** The refund of a partnerRefundNo. */
export async function findKkiRefund(
  database: Database,
  merchantId: MerchantId,
  partnerRefundNo: string,
): Promise<OperationOfPayment | undefined> {
  const [key] = await database<{ operationId: OperationId }[]>`
    select operation_id as "operationId"
    from operations
    where partner_reference_no = ${partnerRefundNo} and merchant_id = ${merchantId}`
  return key && findByOperation(database, merchantId, key.operationId)
}

/** Looks at an open payment as soon as may be: its network has decided it. */
export async function hurryOperation(database: Database, rrn: string, lookAt: Date): Promise<void> {
  await database`
    update operations
    set look_at = ${lookAt}
    where rrn = ${rrn} and state = 'unknown' and look_at > ${lookAt}`
}
