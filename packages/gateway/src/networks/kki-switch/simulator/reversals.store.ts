/** Reversals and inquiries: what undoes a message of the book, and what asks for it. */
import { type Database, inTransaction, type Transaction } from '../../../platform/database/index.ts'
import type { OriginalMessage } from '../contract.ts'
import { codes } from '../response-codes.ts'
import {
  type BookEntry,
  type Decision,
  decisionAt,
  insertMessage,
  isPendingAt,
  type Moment,
} from './book.store.ts'

type About = BookEntry & { readonly original: OriginalMessage }

/**
 * Reverses a message: undoes what it did, or sees to it that it does nothing when it comes. A
 * reversal that is sent again changes nothing more.
 */
export async function writeReversal(
  database: Database,
  entry: About,
  moment: Moment,
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    const { isNew } = await insertMessage(transaction, entry, moment)
    if (!isNew || (await insertReversed(transaction, entry, moment))) return
    const undone = await markReversed(transaction, entry, moment)
    if (undone?.wasApproved) await undo(transaction, undone)
  })
}

/** Writes down that a message does nothing when it comes; false where it came. */
async function insertReversed(
  transaction: Transaction,
  entry: About,
  { now }: Moment,
): Promise<boolean> {
  const { references, kind, amount } = entry.original
  const rows = await transaction`
    insert into sandbox.kki_messages (
      mid, tid, sub_merchant_id, kind, partner_reference_no, cust_id_merchant, amount_minor,
      masked_card_number, stan, rrn, response_code, received_at, arrived, reversed
    ) values (
      ${entry.mid}, ${entry.tid}, ${entry.subMerchantId}, ${kind},
      ${entry.partnerReferenceNo ?? null}, ${entry.custIdMerchant ?? null},
      ${amount?.minor ?? null}, '', ${references.stan}, ${references.rrn},
      ${codes.invalid_transaction}, ${now}, false, true
    )
    on conflict on constraint kki_messages_once do nothing
    returning message_number`
  return rows.length > 0
}

type Undone = {
  number: bigint
  kind: string
  amount: bigint | null
  parent: bigint | null
  wasApproved: boolean
}

/** A statement of its own after the insert, so that it sees what came at the same moment. */
async function markReversed(
  transaction: Transaction,
  { mid, original }: About,
  moment: Moment,
): Promise<Undone | undefined> {
  const [row] = await transaction<Undone[]>`
    with original as (
      select message_number,
        approval_code is not null and not ${isPendingAt(transaction, moment)} as approved
      from sandbox.kki_messages
      where mid = ${mid} and rrn = ${original.references.rrn} and kind = ${original.kind}
        and not reversed
      for update
    )
    update sandbox.kki_messages m
    set reversed = true
    from original
    where m.message_number = original.message_number
    returning m.message_number as number, kind, amount_minor as amount,
      original_number as parent, approved as "wasApproved"`
  return row
}

/**
 * Takes back what an approved message did; that of a payment is its `reversed`. What is older is
 * locked first, the account last, as by who binds.
 */
async function undo(transaction: Transaction, { number, kind, amount, parent }: Undone) {
  if (kind === 'refund') {
    await transaction`
      update sandbox.kki_messages
      set refunded_minor = greatest(refunded_minor - ${amount ?? 0n}, 0)
      where message_number = ${parent}`
    return
  }
  if (kind === 'otp') {
    await transaction`
      update sandbox.kki_messages set is_bound = false where message_number = ${parent}`
  }
  await endAccount(transaction, number)
}

/** Ends what a message bound, unless another one that stands has bound it too. */
async function endAccount(transaction: Transaction, number: bigint): Promise<void> {
  const ofMessage = transaction`
    account = (select account from sandbox.kki_messages where message_number = ${number})`
  // A statement of its own, so that the next one sees what the last who had the account did.
  await transaction`select from sandbox.kki_accounts where ${ofMessage} for update`
  await transaction`
    update sandbox.kki_accounts a
    set ended = true
    where ${ofMessage} and not exists (
      select from sandbox.kki_messages
      where account = a.account and message_number <> ${number} and not reversed
    )`
}

/** Writes an inquiry down and returns what its original is answered now. */
export async function writeInquiry(
  database: Database,
  entry: About,
  moment: Moment,
): Promise<Decision | undefined> {
  const { references, kind } = entry.original
  const [found] = await database<Decision[]>`
    select ${decisionAt(database, moment)}
    from sandbox.kki_messages
    where mid = ${entry.mid} and rrn = ${references.rrn} and kind = ${kind} and arrived`
  const responseCode = found ? codes.approved : codes.original_not_found
  await insertMessage(database, { ...entry, responseCode, approvalCode: null }, moment)
  return found
}
