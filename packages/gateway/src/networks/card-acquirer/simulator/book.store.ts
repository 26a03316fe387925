/** The simulated acquirer's book: messages as they came, each with its decision. */
import type { Database, Transaction } from '../../../platform/database/index.ts'
import { refusalCodes } from '../response-codes.ts'

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
 * says of each: an entry that was there before keeps its first decision, until it is reversed.
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
    -- it came has come now, with the card that its reversal did not name.
    on conflict on constraint acquirer_messages_once do update
      set arrived = true, masked_card_number = excluded.masked_card_number
    returning acquirer_id as "acquirerId", mid, rrn, kind, ${decisionNow(database)},
      billing_transaction_id as "billingTransactionId"`
}

/** What a message is answered now: its decision, until it is reversed. */
export function decisionNow(database: Database | Transaction) {
  return database`
    case when reversed then ${refusalCodes.invalid_transaction} else response_code end
      as "responseCode",
    case when reversed then null else approval_code end as "approvalCode"`
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

/** What stands of a sale or authorization: money held, taken and given back, in minor units. */
export type Standing = {
  readonly kind: 'sale' | 'authorize'
  readonly rrn: string
  /** 0 for what was refused, voided or reversed. */
  readonly authorized: bigint
  readonly captured: bigint
  readonly refunded: bigint
}

/** What stands of each sale and authorization of an invoice that arrived, oldest first. */
export async function findStanding(
  database: Database,
  subMerchantId: string,
  invoiceNumber: string,
): Promise<Standing[]> {
  return database<Standing[]>`
    select o.kind, o.rrn,
      case when s.stands then o.amount_minor - r.released else 0 end as authorized,
      case when s.stands then o.captured_minor else 0 end as captured,
      case when s.stands then o.refunded_minor else 0 end as refunded
    from sandbox.acquirer_messages o
    cross join lateral (
      select o.approval_code is not null and not o.reversed and not o.voided as stands) s
    -- A reversal in part releases no more than was not captured.
    cross join lateral (
      select least(coalesce(sum(amount_minor), 0)::bigint, o.amount_minor - o.captured_minor)
        as released
      from sandbox.acquirer_messages
      where sub_merchant_id = o.sub_merchant_id and invoice_number = o.invoice_number
        and kind = 'reversal' and original_number = o.message_number) r
    where o.sub_merchant_id = ${subMerchantId} and o.invoice_number = ${invoiceNumber}
      and o.kind in ('sale', 'authorize') and o.arrived
    order by o.message_number`
}
