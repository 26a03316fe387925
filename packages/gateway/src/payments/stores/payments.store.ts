/** Reading payments; what begins and settles them has a store of its own each. */
import type { Fragment } from 'postgres'
import type { NetworkReferences } from '../../networks/card-acquirer/contract.ts'
import type { Database } from '../../platform/database/index.ts'
import type { MerchantId, OperationId } from '../../primitives/id.ts'
import { money } from '../../primitives/money.ts'
import type { Operation, OperationOfPayment, Payment } from '../payment.ts'

type MoneyName = 'amount' | 'authorized' | 'captured' | 'refunded' | 'reserved'

export type PaymentRow = {
  [K in keyof Omit<Payment, MoneyName | 'verification'>]: Payment[K] | null
} & { [K in `${MoneyName}Minor`]: bigint } & {
  verificationStatus: Payment['verification']['status']
  verificationReason: string
}

export const paymentColumns = (database: Database) => database`
  p.merchant_id as "merchantId", p.payment_id as "paymentId", p.state, p.channel, p.type,
  p.request_id as "requestId", p.invoice_number as "invoiceNumber",
  p.reference_no as "referenceNo", p.binding_id as "bindingId", p.binds_card as "bindsCard",
  p.amount_minor as "amountMinor", p.authorized_minor as "authorizedMinor",
  p.captured_minor as "capturedMinor", p.refunded_minor as "refundedMinor",
  p.reserved_minor as "reservedMinor", p.descriptor, p.customer,
  p.additional_info as "additionalInfo", p.card_id as "cardId", p.card_description as card,
  p.acquirer_id as "acquirerId", p.mid, p.tid, p.authentication_id as "authenticationId", p.eci,
  p.terms, p.billing_transaction_id as "billingTransactionId", p.card_token as "cardToken",
  p.new_token as "newToken",
  p.verification_status as "verificationStatus", p.verification_reason as "verificationReason",
  p.response_code as "responseCode", p.approval_code as "approvalCode",
  p.authorize_id as "authorizeId", p.capture_until as "captureUntil",
  p.charge_operation_id as "chargeOperationId", p.capture_operation_id as "captureOperationId",
  p.open_operation_id as "openOperationId", p.settlement_held as "settlementHeld",
  p.batch_id as "batchId", p.void_closed as "voidClosed", p.notification_url as "notificationUrl", p.created_at as "createdAt",
  p.settled_at as "settledAt"`

export function toPayment(row: PaymentRow): Payment {
  const {
    amountMinor,
    authorizedMinor,
    capturedMinor,
    refundedMinor,
    reservedMinor,
    verificationStatus: status,
    verificationReason: reason,
    ...rest
  } = row
  return {
    ...present(rest),
    amount: money(amountMinor, 'IDR'),
    authorized: money(authorizedMinor, 'IDR'),
    captured: money(capturedMinor, 'IDR'),
    refunded: money(refundedMinor, 'IDR'),
    reserved: money(reservedMinor, 'IDR'),
    verification: { status, reason },
  } as Payment
}

/** What the database calls null is undefined here. */
function present(row: object): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined]))
}

type OperationRow = {
  [K in keyof Omit<Operation, 'amount' | 'references'>]: Operation[K] | null
} & NetworkReferences & { operationAmountMinor: bigint }

/** Every column under a name that no column of a payment has. */
const operationColumns = (database: Database) => database`
  o.operation_id as "o_operationId", o.kind as "o_kind", o.state as "o_state",
  o.amount_minor as "o_operationAmountMinor", o.stan as "o_stan", o.rrn as "o_rrn",
  o.transmitted_at as "o_transmittedAt", o.ask_until as "o_askUntil",
  o.original_operation_id as "o_originalOperationId", o.request_id as "o_requestId",
  o.refund_type as "o_refundType", o.reference_no as "o_referenceNo",
  o.partner_reference_no as "o_partnerReferenceNo", o.reason as "o_reason", o.response_code as "o_responseCode",
  o.approval_code as "o_approvalCode", o.created_at as "o_createdAt",
  o.settled_at as "o_settledAt"`

function toOperation(row: OperationRow): Operation {
  const { operationAmountMinor, stan, rrn, transmittedAt, ...rest } = row
  return {
    ...present(rest),
    amount: money(operationAmountMinor, 'IDR'),
    references: { stan, rrn, transmittedAt },
  } as Operation
}

function toOperationOfPayment(row: Record<string, unknown>): OperationOfPayment {
  const payment: Record<string, unknown> = {}
  const operation: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    if (name.startsWith('o_')) operation[name.slice(2)] = value
    else payment[name] = value
  }
  return {
    payment: toPayment(payment as PaymentRow),
    operation: toOperation(operation as OperationRow),
  }
}

/** Operations with their payments. */
export async function findOperations(
  database: Database,
  keys: readonly { merchantId: MerchantId; operationId: string }[],
): Promise<OperationOfPayment[]> {
  const rows = await database<Record<string, unknown>[]>`
    select ${paymentColumns(database)}, ${operationColumns(database)}
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb)
      as key("merchantId" text, "operationId" text)
    join operations o on o.merchant_id = key."merchantId" and o.operation_id = key."operationId"
    join payments p on p.merchant_id = o.merchant_id and p.payment_id = o.payment_id`
  return rows.map(toOperationOfPayment)
}

/** The payment of an operation, and the operation. */
export async function findByOperation(
  database: Database,
  merchantId: MerchantId,
  operationId: string,
): Promise<OperationOfPayment | undefined> {
  const [found] = await findOperations(database, [{ merchantId, operationId }])
  return found
}

/** The payment of an authorize id. */
export async function findByAuthorizeId(
  database: Database,
  merchantId: MerchantId,
  authorizeId: string,
): Promise<Payment | undefined> {
  const [row] = await database<PaymentRow[]>`
    select ${paymentColumns(database)}
    from payments p
    where p.authorize_id = ${authorizeId} and p.merchant_id = ${merchantId}`
  return row && toPayment(row)
}

/** The payment that stands for an invoice: the paid one, else the open one, else the latest. */
export async function findByInvoice(
  database: Database,
  merchantId: MerchantId,
  invoiceNumber: string,
): Promise<Payment | undefined> {
  const [row] = await database<PaymentRow[]>`
    select ${paymentColumns(database)}
    from payments p
    where p.merchant_id = ${merchantId} and p.invoice_number = ${invoiceNumber}
      and p.channel = 'CREDIT_CARD'
    order by p.state in ('captured', 'authorized') desc, p.state in ('refunded', 'voided') desc,
      (p.state = 'pending') desc, p.created_at desc,
      p.payment_id desc
    limit 1`
  return row && toPayment(row)
}

/**
 * A condition on the row `cards`, for the purge: a payment may still ask for its number, because it
 * is not answered, not captured, or begun after `refundableSince` and not all given back.
 */
export function needsCard(database: Database, refundableSince: Date): Fragment {
  return database`
    exists (
      select from payments p
      where p.card_id = cards.card_id and p.card_id <> '' and p.merchant_id = cards.merchant_id
        and (p.state in ('pending', 'authorized')
          or (p.state = 'captured' and p.created_at > ${refundableSince})
          or p.open_operation_id is not null or p.reserved_minor > 0))`
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
        and channel = 'CREDIT_CARD' and state in ('captured', 'authorized')
    ) as paid`
  return row?.paid === true
}

/** The payment of an invoice that a request charged or captured. */
export async function findRefundable(
  database: Database,
  merchantId: MerchantId,
  invoiceNumber: string,
  originalRequestId: string,
): Promise<Payment | undefined> {
  const [row] = await database<PaymentRow[]>`
    select ${paymentColumns(database)}
    from payments p
    -- Kept apart by the offset: joined freely, all the operations of the merchant may be read.
    left join lateral (
      select request_id from operations
      where merchant_id = p.merchant_id and operation_id = p.capture_operation_id
      offset 0
    ) as capture on true
    where p.merchant_id = ${merchantId} and p.invoice_number = ${invoiceNumber}
      and p.channel = 'CREDIT_CARD' and (p.request_id = ${originalRequestId} or capture.request_id = ${originalRequestId})
    order by p.created_at desc, p.payment_id desc
    limit 1`
  return row && toPayment(row)
}

/** The manual refund of a Request-Id: the undecided one, else the latest. */
export async function findManualRefund(
  database: Database,
  merchantId: MerchantId,
  requestId: string,
): Promise<OperationOfPayment | undefined> {
  const [key] = await database<{ operationId: OperationId }[]>`
    select operation_id as "operationId"
    from operations
    where request_id = ${requestId} and merchant_id = ${merchantId}
      and refund_type in ('MANUAL_PARTIAL_REFUND', 'MANUAL_FULL_REFUND')
    order by state = 'manual' desc, created_at desc, operation_id desc
    limit 1`
  return key && findByOperation(database, merchantId, key.operationId)
}
