import type { Database } from '../../../platform/database/index.ts'
import type { Instruction } from './steering.ts'

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
  readonly receivedAt: Date
}

export type Decision = Pick<
  BookEntry,
  'acquirerId' | 'mid' | 'rrn' | 'kind' | 'responseCode' | 'approvalCode'
>

/**
 * Writes entries, all in one statement and one commit, and returns what the book says of each: an
 * entry that was there before keeps its first decision.
 */
export async function writeEntries(
  database: Database,
  entries: readonly BookEntry[],
): Promise<Decision[]> {
  const rows = JSON.stringify(entries)
  return database<Decision[]>`
    with given as (
      select * from jsonb_to_recordset(${rows}::text::jsonb) as row(
        "acquirerId" text, mid text, tid text, "subMerchantId" text, kind text,
        "invoiceNumber" text, "amountMinor" text, "maskedCardNumber" text, stan text, rrn text,
        "responseCode" text, "approvalCode" text, "receivedAt" timestamptz)
    )
    insert into sandbox.acquirer_messages (
      acquirer_id, mid, tid, sub_merchant_id, kind, invoice_number, amount_minor,
      masked_card_number, stan, rrn, response_code, approval_code, received_at
    )
    select distinct on ("acquirerId", mid, rrn, kind)
      "acquirerId", mid, tid, "subMerchantId", kind, "invoiceNumber", "amountMinor"::bigint,
      "maskedCardNumber", stan, rrn, "responseCode", "approvalCode", "receivedAt"
    from given
    -- An update that changes nothing, because "do nothing" would return no row for a repeat.
    on conflict on constraint acquirer_messages_once do update set rrn = excluded.rrn
    returning acquirer_id as "acquirerId", mid, rrn, kind, response_code as "responseCode",
      approval_code as "approvalCode"`
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
    where sub_merchant_id = ${subMerchantId} and invoice_number = ${invoiceNumber}
    order by message_number`
}

export async function addInstruction(
  database: Database,
  subMerchantId: string,
  instruction: Instruction,
): Promise<void> {
  await database`
    insert into sandbox.acquirer_steering (sub_merchant_id, instruction)
    values (${subMerchantId}, ${database.json(instruction as Record<string, string>)})`
}

/** Takes the oldest instruction of a merchant; two messages at once take two, or one and none. */
export async function takeInstruction(
  database: Database,
  subMerchantId: string,
): Promise<Instruction | undefined> {
  const [row] = await database<{ instruction: Instruction }[]>`
    delete from sandbox.acquirer_steering
    where steering_number = (
      select steering_number from sandbox.acquirer_steering
      where sub_merchant_id = ${subMerchantId}
      order by steering_number
      limit 1
      for update skip locked
    )
    returning instruction`
  return row?.instruction
}

/** Which of these merchants have an instruction waiting. */
export async function findSteered(
  database: Database,
  subMerchantIds: readonly string[],
): Promise<string[]> {
  const rows = await database<{ subMerchantId: string }[]>`
    select distinct sub_merchant_id as "subMerchantId"
    from sandbox.acquirer_steering
    where sub_merchant_id = any(${subMerchantIds as string[]})`
  return rows.map((row) => row.subMerchantId)
}
