/** Reversals and inquiries: what undoes a message of the book, and what asks for it. */
import { type Database, inTransaction, type Transaction } from '../../../platform/database/index.ts'
import type { MessageKind } from '../contract.ts'
import { refusalCodes } from '../response-codes.ts'
import { decisionNow } from './book.store.ts'
import {
  type BookDecision,
  type Follower,
  insertMessage,
  linkMessage,
  lockOriginal,
} from './messages.store.ts'

const taken: BookDecision = { responseCode: '00', approvalCode: null }

/**
 * Reverses a message: undoes what it did, or sees to it that it does nothing when it comes. A
 * reversal that is sent again changes nothing more.
 */
export async function writeReversal(database: Database, follower: Follower): Promise<void> {
  await inTransaction(database, async (transaction) => {
    const { number, isNew } = await insertMessage(transaction, follower, taken)
    if (!isNew) return
    if (isPartial(follower)) {
      const original = await lockOriginal(transaction, follower)
      if (original) return linkMessage(transaction, number, original)
    }
    if (await insertReversed(transaction, follower)) return
    const undone = await markReversed(transaction, follower)
    if (undone?.wasApproved) await undo(transaction, undone)
  })
}

/** Less than the whole of an authorization: releases that much of it. */
function isPartial({ command: { amount, original } }: Follower): boolean {
  return original.kind === 'authorize' && amount.minor < original.amount.minor
}

/** Writes down that a message does nothing when it comes; false where it came. */
async function insertReversed(
  transaction: Transaction,
  { acquirerId, command, receivedAt }: Follower,
): Promise<boolean> {
  const { original } = command
  const rows = await transaction`
    insert into sandbox.acquirer_messages (
      acquirer_id, mid, tid, sub_merchant_id, kind, invoice_number, amount_minor,
      masked_card_number, stan, rrn, response_code, approval_code, received_at, arrived, reversed
    ) values (
      ${acquirerId}, ${command.mid}, ${command.tid}, ${command.subMerchantId}, ${original.kind},
      ${command.invoiceNumber}, ${original.amount.minor}, '', ${original.references.stan},
      ${original.references.rrn}, ${refusalCodes.invalid_transaction}, null, ${receivedAt}, false,
      true
    )
    on conflict on constraint acquirer_messages_once do nothing
    returning message_number`
  return rows.length > 0
}

type Undone = {
  kind: MessageKind
  amount: bigint
  parent: bigint | null
  wasApproved: boolean
}

/** A statement of its own after the insert, so that it sees what came at the same moment. */
async function markReversed(
  transaction: Transaction,
  { acquirerId, command }: Follower,
): Promise<Undone | undefined> {
  const { kind, references } = command.original
  const [row] = await transaction<Undone[]>`
    update sandbox.acquirer_messages
    set reversed = true
    where acquirer_id = ${acquirerId} and mid = ${command.mid} and rrn = ${references.rrn}
      and kind = ${kind} and not reversed
    returning kind, amount_minor as amount, original_number as parent,
      approval_code is not null as "wasApproved"`
  return row
}

/** Takes back what an approved message did; that of a sale or authorization is its `reversed`. */
async function undo(transaction: Transaction, { kind, amount, parent }: Undone): Promise<void> {
  if (kind === 'sale' || kind === 'authorize') return
  const changes = {
    // Of what was not captured nothing is given back either.
    capture: transaction`captured_minor = 0, refunded_minor = 0, batch_id = null`,
    void: transaction`voided = false`,
    refund: transaction`refunded_minor = greatest(refunded_minor - ${amount}, 0)`,
  }
  await transaction`
    update sandbox.acquirer_messages set ${changes[kind]} where message_number = ${parent}`
}

type Found = BookDecision & { billingTransactionId: string | null }

/** Writes an inquiry down and returns what the book says of its original. */
export async function writeInquiry(
  database: Database,
  follower: Follower,
): Promise<Found | undefined> {
  const { acquirerId, command } = follower
  const { original } = command
  const [found] = await database<Found[]>`
    select ${decisionNow(database)}, billing_transaction_id as "billingTransactionId"
    from sandbox.acquirer_messages
    where acquirer_id = ${acquirerId} and mid = ${command.mid}
      and rrn = ${original.references.rrn} and kind = ${original.kind} and arrived`
  const responseCode = found ? '00' : refusalCodes.original_not_found
  await insertMessage(database, follower, { responseCode, approvalCode: null })
  return found
}
