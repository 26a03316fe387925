/**
 * What follows a sale or an authorization in the book: captures, voids, refunds, the end of a
 * batch. Each is one transaction that decides with the original locked, as an acquirer's own ledger
 * would; it is the simulator's, off the gateway's hot path.
 */
import { type Database, inTransaction, type Transaction } from '../../../platform/database/index.ts'
import { approves, refusalCodes } from '../response-codes.ts'
import {
  type BookDecision,
  type Follower,
  findReleased,
  insertMessage,
  linkMessage,
  lockOriginal,
  type Original,
} from './messages.store.ts'

type FollowUp = Follower & { readonly kind: 'capture' | 'void' | 'refund' }

/**
 * Decides a capture, void or refund by the book, writes it down and changes what it is about. The
 * same message again gets its first decision; one that was reversed before it came is refused.
 */
export async function writeFollowUp(
  database: Database,
  follower: FollowUp,
  wished: BookDecision,
): Promise<BookDecision> {
  return inTransaction(database, async (transaction) => {
    const message = await insertMessage(transaction, follower, wished)
    if (!message.isNew) return message
    const original = await lockOriginal(transaction, follower)
    if (original) await linkMessage(transaction, message.number, original)
    if (!approves(wished.responseCode)) return wished
    const refusal = await refusalOf(transaction, original, follower)
    if (refusal) return refuse(transaction, message.number, refusal)
    if (original) {
      await change(transaction, original.number, follower.kind, follower.command.amount.minor)
    }
    return wished
  })
}

/** Why the book does not allow a follow-up; undefined where it does. */
async function refusalOf(
  transaction: Transaction,
  original: Original | undefined,
  { kind, command }: FollowUp,
): Promise<string | undefined> {
  if (!original) return refusalCodes.original_not_found
  if (!original.stands || original.voided || !follows[kind].includes(original.namedKind)) {
    return refusalCodes.invalid_transaction
  }
  const amount = command.amount.minor
  switch (kind) {
    case 'capture': {
      if (original.captured > 0n) return refusalCodes.duplicate
      const released = await findReleased(transaction, command, original)
      return amount > original.amount - released ? refusalCodes.invalid_amount : undefined
    }
    case 'void':
      if (original.batchId !== null) return refusalCodes.batch_closed
      // What was captured is voided by its capture: the hold is no longer what the money is in.
      if (original.namedKind === 'authorize' && original.captured > 0n) {
        return refusalCodes.invalid_transaction
      }
      if (original.refunded > 0n) return refusalCodes.invalid_transaction
      return amount === original.namedAmount ? undefined : refusalCodes.invalid_amount
    case 'refund':
      return original.refunded + amount > original.captured
        ? refusalCodes.amount_exceeded
        : undefined
  }
}

/** Which messages a follow-up can be about. */
const follows: Readonly<Record<FollowUp['kind'], readonly string[]>> = {
  capture: ['authorize'],
  void: ['sale', 'authorize', 'capture'],
  refund: ['sale', 'authorize', 'capture'],
}

async function refuse(
  transaction: Transaction,
  number: bigint,
  responseCode: string,
): Promise<BookDecision> {
  await transaction`
    update sandbox.acquirer_messages
    set response_code = ${responseCode}, approval_code = null
    where message_number = ${number}`
  return { responseCode, approvalCode: null }
}

async function change(
  transaction: Transaction,
  number: bigint,
  kind: FollowUp['kind'],
  amount: bigint,
): Promise<void> {
  const changes = {
    capture: transaction`captured_minor = ${amount}`,
    void: transaction`voided = true`,
    refund: transaction`refunded_minor = refunded_minor + ${amount}`,
  }
  await transaction`
    update sandbox.acquirer_messages set ${changes[kind]} where message_number = ${number}`
}

/**
 * Closes the batch of an account: what was captured can be refunded, not voided, from now on. The
 * same batch again takes nothing that was captured since: it is an entry of the book, of no
 * merchant.
 */
export async function writeBatch(
  database: Database,
  batch: { acquirerId: string; mid: string; tid: string; batchId: string; receivedAt: Date },
): Promise<void> {
  const { acquirerId, mid, tid, batchId, receivedAt } = batch
  await inTransaction(database, async (transaction) => {
    const entries = await transaction`
      insert into sandbox.acquirer_messages (
        acquirer_id, mid, tid, sub_merchant_id, kind, invoice_number, amount_minor,
        masked_card_number, stan, rrn, response_code, received_at
      ) values (
        ${acquirerId}, ${mid}, ${tid}, '', 'batch', ${batchId}, 0, '', '', ${`${tid} ${batchId}`},
        '00', ${receivedAt}
      )
      on conflict on constraint acquirer_messages_once do nothing
      returning message_number`
    if (entries.length === 0) return
    await transaction`
      update sandbox.acquirer_messages
      set batch_id = ${batchId}
      where acquirer_id = ${acquirerId} and mid = ${mid} and tid = ${tid}
        and captured_minor > 0 and not voided and not reversed and batch_id is null`
  })
}
