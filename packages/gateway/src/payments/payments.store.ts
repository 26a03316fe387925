/** Reading payments; what begins and settles them has a store of its own each. */
import type { Database } from '../platform/database/index.ts'
import type { MerchantId, OperationId } from '../primitives/id.ts'
import { money } from '../primitives/money.ts'
import type { OperationState } from './machines.ts'
import type { OperationOfPayment, Payment } from './payment.ts'

type PaymentRow = {
  [K in keyof Omit<Payment, 'amount' | 'verification'>]: Payment[K] | null
} & {
  amountMinor: bigint
  verificationStatus: Payment['verification']['status']
  verificationReason: string
}

const columns = (database: Database) => database`
  p.merchant_id as "merchantId", p.payment_id as "paymentId", p.state, p.type,
  p.request_id as "requestId", p.invoice_number as "invoiceNumber",
  p.amount_minor as "amountMinor", p.descriptor, p.customer,
  p.additional_info as "additionalInfo", p.card_description as card,
  p.acquirer_id as "acquirerId", p.mid, p.tid, p.authentication_id as "authenticationId", p.eci,
  p.verification_status as "verificationStatus", p.verification_reason as "verificationReason",
  p.response_code as "responseCode", p.approval_code as "approvalCode",
  p.notification_url as "notificationUrl", p.created_at as "createdAt", p.settled_at as "settledAt"`

function toPayment({
  amountMinor,
  verificationStatus: status,
  verificationReason: reason,
  ...row
}: PaymentRow): Payment {
  const present = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value ?? undefined]),
  )
  const amount = money(amountMinor, 'IDR')
  return { ...present, amount, verification: { status, reason } } as Payment
}

type OperationRow = PaymentRow & {
  operationId: OperationId
  operationState: OperationState
  askUntil: Date
}

/** The payment of an operation, with the operation's own state. */
export async function findByOperation(
  database: Database,
  merchantId: MerchantId,
  operationId: string,
): Promise<OperationOfPayment | undefined> {
  const [row] = await database<OperationRow[]>`
    select ${columns(database)}, o.operation_id as "operationId", o.state as "operationState",
      o.ask_until as "askUntil"
    from operations o
    join payments p using (merchant_id, payment_id)
    where o.merchant_id = ${merchantId} and o.operation_id = ${operationId}`
  if (!row) return undefined
  const { operationId: id, operationState, askUntil, ...payment } = row
  return { payment: toPayment(payment), operationId: id, operationState, askUntil }
}

/** The payment that stands for an invoice: the paid one, else the open one, else the latest. */
export async function findByInvoice(
  database: Database,
  merchantId: MerchantId,
  invoiceNumber: string,
): Promise<Payment | undefined> {
  const [row] = await database<PaymentRow[]>`
    select ${columns(database)}
    from payments p
    where p.merchant_id = ${merchantId} and p.invoice_number = ${invoiceNumber}
    order by (p.state = 'captured') desc, (p.state = 'pending') desc, p.created_at desc,
      p.payment_id desc
    limit 1`
  return row && toPayment(row)
}

/** Whether an invoice is paid. */
export async function isPaid(
  database: Database,
  merchantId: MerchantId,
  invoiceNumber: string,
): Promise<boolean> {
  const [row] = await database<{ paid: boolean }[]>`
    select exists (
      select 1 from payments
      where merchant_id = ${merchantId} and invoice_number = ${invoiceNumber}
        and state = 'captured'
    ) as paid`
  return row?.paid === true
}
