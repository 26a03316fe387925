/** Messages about other messages in the book: each is written once, with its decision. */
import type { Database, Transaction } from '../../../platform/database/index.ts'
import type { AboutCommand, MessageKind } from '../contract.ts'
import { decisionNow } from './book.store.ts'

export type Follower = {
  readonly acquirerId: string
  readonly kind: MessageKind | 'reversal' | 'inquiry'
  readonly command: AboutCommand
  readonly receivedAt: Date
}

export type BookDecision = { responseCode: string; approvalCode: string | null }

export type WrittenMessage = BookDecision & {
  number: bigint
  /** False for a repeat, and for one that was reversed before it came. */
  isNew: boolean
}

/**
 * Writes a message down; one that is there keeps its first decision. In a transaction this comes
 * first, before anything else is locked: so repeats wait here for each other, and everybody locks a
 * message before what it is about.
 */
export async function insertMessage(
  database: Database | Transaction,
  { acquirerId, kind, command, receivedAt }: Follower,
  decision: BookDecision,
): Promise<WrittenMessage> {
  const { references, original } = command
  const [row] = await database<WrittenMessage[]>`
    insert into sandbox.acquirer_messages (
      acquirer_id, mid, tid, sub_merchant_id, kind, invoice_number, amount_minor,
      masked_card_number, stan, rrn, response_code, approval_code, received_at
    ) values (
      ${acquirerId}, ${command.mid}, ${command.tid}, ${command.subMerchantId}, ${kind},
      ${command.invoiceNumber}, ${command.amount.minor},
      coalesce((
        select masked_card_number from sandbox.acquirer_messages
        where acquirer_id = ${acquirerId} and mid = ${command.mid}
          and rrn = ${original.references.rrn} and kind = ${original.kind}), ''),
      ${references.stan}, ${references.rrn}, ${decision.responseCode}, ${decision.approvalCode},
      ${receivedAt}
    )
    on conflict on constraint acquirer_messages_once do update
      set arrived = true, masked_card_number = excluded.masked_card_number
    returning message_number as number, ${decisionNow(database)}, xmax = 0 as "isNew"`
  if (!row) throw new Error('an entry was not written')
  return row
}

/** The message that another one is about, and the sale or authorization that both belong to. */
export type Original = {
  /** Of the sale or authorization, whose row keeps the state of all. */
  number: bigint
  kind: 'sale' | 'authorize'
  amount: bigint
  captured: bigint
  refunded: bigint
  voided: boolean
  batchId: string | null
  namedKind: MessageKind
  namedAmount: bigint
  /** Whether the message that was named, and what it belongs to, were approved and not reversed. */
  stands: boolean
}

/** Locks the sale or authorization that a message is about, by its own message or by its capture. */
export async function lockOriginal(
  transaction: Transaction,
  { acquirerId, command }: Follower,
): Promise<Original | undefined> {
  const { kind, references } = command.original
  const [row] = await transaction<Original[]>`
    select o.message_number as number, o.kind, o.amount_minor as amount,
      o.captured_minor as captured, o.refunded_minor as refunded, o.voided,
      o.batch_id as "batchId", named.kind as "namedKind", named.amount_minor as "namedAmount",
      o.approval_code is not null and not o.reversed
        and named.approval_code is not null and not named.reversed as stands
    from sandbox.acquirer_messages named
    join sandbox.acquirer_messages o
      on o.message_number = coalesce(named.original_number, named.message_number)
    where named.acquirer_id = ${acquirerId} and named.mid = ${command.mid}
      and named.rrn = ${references.rrn} and named.kind = ${kind} and named.arrived
    for update of o`
  return row
}

/** Says what a message belongs to. */
export async function linkMessage(
  transaction: Transaction,
  number: bigint,
  original: Original,
): Promise<void> {
  await transaction`
    update sandbox.acquirer_messages
    set original_number = ${original.number}
    where message_number = ${number}`
}

/** What partial reversals released of an authorization; asked for with its row locked. */
export async function findReleased(
  transaction: Transaction,
  { subMerchantId, invoiceNumber }: AboutCommand,
  { number }: Original,
): Promise<bigint> {
  const [row] = await transaction<{ released: bigint }[]>`
    select coalesce(sum(amount_minor), 0)::bigint as released
    from sandbox.acquirer_messages
    where sub_merchant_id = ${subMerchantId} and invoice_number = ${invoiceNumber}
      and kind = 'reversal' and original_number = ${number}`
  return row?.released ?? 0n
}
