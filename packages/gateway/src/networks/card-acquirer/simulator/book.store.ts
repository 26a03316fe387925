/** The simulated acquirer's book: messages as they came, each with its decision. */
import type { Database } from '../../../platform/database/index.ts'

export type BookEntry = {
  readonly acquirerId: string
  readonly mid: string
  readonly tid: string
  readonly subMerchantId: string
  readonly kind: string
  readonly invoiceNumber: string
  /** As text: JSON has no bigint. */
  readonly amountMinor: string
  readonly maskedCardNumber: string
  readonly stan: string
  readonly rrn: string
  readonly responseCode: string
  readonly approvalCode: string | null
  readonly billingTransactionId: string | null
  readonly receivedAt: Date
}

export type Decision = Pick<
  BookEntry,
  'acquirerId' | 'mid' | 'rrn' | 'kind' | 'responseCode' | 'approvalCode' | 'billingTransactionId'
>

/**
 * Writes sales and authorizations, all in one statement and one commit, and returns what the book
 * says of each: an entry that was there before keeps its first decision.
 */
export async function writeEntries(
  database: Database,
  entries: readonly BookEntry[],
): Promise<Decision[]> {
  return database<Decision[]>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(entries)}::text::jsonb) as row(
        "acquirerId" text, mid text, tid text, "subMerchantId" text, kind text,
        "invoiceNumber" text, "amountMinor" bigint, "maskedCardNumber" text, stan text, rrn text,
        "responseCode" text, "approvalCode" text, "billingTransactionId" text,
        "receivedAt" timestamptz)
    )
    insert into sandbox.acquirer_messages (
      acquirer_id, mid, tid, sub_merchant_id, kind, invoice_number, amount_minor,
      masked_card_number, stan, rrn, response_code, approval_code, billing_transaction_id,
      captured_minor, received_at
    )
    select distinct on ("acquirerId", mid, rrn, kind)
      "acquirerId", mid, tid, "subMerchantId", kind, "invoiceNumber", "amountMinor",
      "maskedCardNumber", stan, rrn, "responseCode", "approvalCode", "billingTransactionId",
      case when kind = 'sale' and "approvalCode" is not null then "amountMinor" else 0 end,
      "receivedAt"
    from given
    -- An update, because "do nothing" would return no row for a repeat; and what was reversed before
    -- it came has come now.
    on conflict on constraint acquirer_messages_once do update set arrived = true
    returning acquirer_id as "acquirerId", mid, rrn, kind, response_code as "responseCode",
      approval_code as "approvalCode", billing_transaction_id as "billingTransactionId"`
}

export type MessageRow = {
  kind: string
  amountMinor: bigint
  responseCode: string | null
  approvalCode: string | null
  receivedAt: Date
  stan: string
  rrn: string
  maskedCardNumber: string
}

/** What the acquirer received for an invoice of a merchant, oldest first. */
export async function findMessages(
  database: Database,
  subMerchantId: string,
  invoiceNumber: string,
): Promise<MessageRow[]> {
  return database<MessageRow[]>`
    select kind, amount_minor as "amountMinor", response_code as "responseCode",
      approval_code as "approvalCode", received_at as "receivedAt", stan, rrn,
      masked_card_number as "maskedCardNumber"
    from sandbox.acquirer_messages
    where sub_merchant_id = ${subMerchantId} and invoice_number = ${invoiceNumber} and arrived
    order by message_number`
}

/** What stands in the book for an invoice: money held, taken and given back, in minor units. */
export async function findStanding(
  database: Database,
  subMerchantId: string,
  invoiceNumber: string,
): Promise<{ authorized: bigint; captured: bigint; refunded: bigint }> {
  const [row] = await database<{ authorized: bigint; captured: bigint; refunded: bigint }[]>`
    select coalesce(sum(amount_minor), 0)::bigint as authorized,
      coalesce(sum(captured_minor), 0)::bigint as captured,
      coalesce(sum(refunded_minor), 0)::bigint as refunded
    from sandbox.acquirer_messages
    where sub_merchant_id = ${subMerchantId} and invoice_number = ${invoiceNumber}
      and kind in ('sale', 'authorize') and approval_code is not null
      and arrived and not reversed and not voided`
  return row ?? { authorized: 0n, captured: 0n, refunded: 0n }
}
