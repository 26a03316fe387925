/**
 * What follows a sale or an authorization in the book: captures, voids, refunds, reversals. Each is
 * one transaction that locks the original first, as an acquirer's own ledger would; it is the
 * simulator's, off the gateway's hot path.
 */
import type { Database, Transaction } from '../../../platform/database/index.ts'
import type { AboutCommand, MessageKind } from '../contract.ts'
import { approves, refusalCodes } from '../response-codes.ts'

export type Follower = {
  readonly acquirerId: string
  readonly kind: MessageKind | 'reversal' | 'inquiry'
  readonly command: AboutCommand
  readonly receivedAt: Date
}

export type BookDecision = { responseCode: string; approvalCode: string | null }

type Original = {
  number: bigint
  kind: string
  amount: bigint
  captured: bigint
  refunded: bigint
  isApproved: boolean
  reversed: boolean
  voided: boolean
  batchId: string | null
  maskedCardNumber: string
}

/**
 * Decides a capture, void or refund by the book, writes it down and changes what it is about. The
 * same message again gets its first decision; one that was reversed before it came is refused.
 */
export async function writeFollowUp(
  database: Database,
  follower: Follower & { readonly kind: 'capture' | 'void' | 'refund' },
  wished: BookDecision,
): Promise<BookDecision> {
  return database.begin(async (transaction) => {
    const original = await lockOriginal(transaction, follower)
    const refusal = refusalOf(original, follower)
    const decision =
      refusal && approves(wished.responseCode)
        ? { responseCode: refusal, approvalCode: null }
        : wished
    const written = await insertMessage(transaction, follower, decision, original)
    if (written.isNew && original && approves(decision.responseCode)) {
      await change(transaction, original.number, follower.kind, follower.command.amount.minor)
    }
    return { responseCode: written.responseCode, approvalCode: written.approvalCode }
  })
}

/** Why the book does not allow a follow-up; undefined where it does. */
function refusalOf(
  original: Original | undefined,
  { kind, command }: Follower,
): string | undefined {
  if (!original) return refusalCodes.original_not_found
  const amount = command.amount.minor
  if (!original.isApproved || original.reversed || original.voided) {
    return refusalCodes.invalid_transaction
  }
  switch (kind) {
    case 'capture':
      if (original.kind !== 'authorize') return refusalCodes.invalid_transaction
      if (original.captured > 0n) return refusalCodes.duplicate
      return amount > original.amount ? refusalCodes.invalid_amount : undefined
    case 'void':
      if (original.batchId !== null) return refusalCodes.batch_closed
      return original.refunded > 0n ? refusalCodes.invalid_transaction : undefined
    default:
      return original.refunded + amount > original.captured
        ? refusalCodes.amount_exceeded
        : undefined
  }
}

/**
 * Reverses a message: undoes what it did, or sees to it that it does nothing when it comes. A
 * reversal that is sent again changes nothing more.
 */
export async function writeReversal(database: Database, follower: Follower): Promise<void> {
  const { acquirerId, command, receivedAt } = follower
  const { original } = command
  await database.begin(async (transaction) => {
    const [message] = await transaction<
      { number: bigint; kind: MessageKind; amount: bigint; parent: bigint | null; undo: boolean }[]
    >`
      with before as (
        select message_number, approval_code is not null and not reversed as undo
        from sandbox.acquirer_messages
        where acquirer_id = ${acquirerId} and mid = ${command.mid}
          and rrn = ${original.references.rrn} and kind = ${original.kind}
        for update
      )
      insert into sandbox.acquirer_messages as m (
        acquirer_id, mid, tid, sub_merchant_id, kind, invoice_number, amount_minor,
        masked_card_number, stan, rrn, response_code, approval_code, received_at, arrived, reversed
      ) values (
        ${acquirerId}, ${command.mid}, ${command.tid}, ${command.subMerchantId}, ${original.kind},
        ${command.invoiceNumber}, ${original.amount.minor}, '', ${original.references.stan},
        ${original.references.rrn}, ${refusalCodes.invalid_transaction}, null, ${receivedAt}, false,
        true
      )
      on conflict on constraint acquirer_messages_once do update set reversed = true
      returning message_number as number, kind, amount_minor as amount,
        original_number as parent, coalesce((select undo from before), false) as undo`
    if (message?.undo) await undo(transaction, message)
    await insertMessage(
      transaction,
      follower,
      { responseCode: '00', approvalCode: null },
      undefined,
    )
  })
}

/** Writes an inquiry down and returns what the book says of its original. */
export async function writeInquiry(
  database: Database,
  follower: Follower,
): Promise<(BookDecision & { billingTransactionId: string | null }) | undefined> {
  const { acquirerId, command } = follower
  const { original } = command
  const [found] = await database<
    (BookDecision & { billingTransactionId: string | null; reversed: boolean })[]
  >`
    select response_code as "responseCode", approval_code as "approvalCode",
      billing_transaction_id as "billingTransactionId", reversed
    from sandbox.acquirer_messages
    where acquirer_id = ${acquirerId} and mid = ${command.mid}
      and rrn = ${original.references.rrn} and kind = ${original.kind} and arrived`
  const responseCode = found ? '00' : refusalCodes.original_not_found
  await insertMessage(database, follower, { responseCode, approvalCode: null }, undefined)
  if (!found?.reversed) return found
  return { ...found, responseCode: refusalCodes.invalid_transaction, approvalCode: null }
}

/** Closes the batch of an account: what was captured can be refunded, not voided, from now on. */
export async function writeBatch(
  database: Database,
  batch: { acquirerId: string; mid: string; tid: string; batchId: string },
): Promise<void> {
  await database`
    update sandbox.acquirer_messages
    set batch_id = ${batch.batchId}
    where acquirer_id = ${batch.acquirerId} and mid = ${batch.mid} and tid = ${batch.tid}
      and captured_minor > 0 and not voided and not reversed and batch_id is null`
}

/** The sale or authorization that a follow-up is about, by its own message or by its capture. */
async function lockOriginal(
  transaction: Transaction,
  { acquirerId, command }: Follower,
): Promise<Original | undefined> {
  const { kind, references } = command.original
  const [row] = await transaction<Original[]>`
    select o.message_number as number, o.kind, o.amount_minor as amount,
      o.captured_minor as captured, o.refunded_minor as refunded,
      o.approval_code is not null as "isApproved", o.reversed, o.voided,
      o.batch_id as "batchId", o.masked_card_number as "maskedCardNumber"
    from sandbox.acquirer_messages named
    join sandbox.acquirer_messages o
      on o.message_number = coalesce(named.original_number, named.message_number)
    where named.acquirer_id = ${acquirerId} and named.mid = ${command.mid}
      and named.rrn = ${references.rrn} and named.kind = ${kind} and named.arrived
    for update of o`
  return row
}

async function insertMessage(
  database: Database | Transaction,
  { acquirerId, kind, command, receivedAt }: Follower,
  decision: BookDecision,
  original: Original | undefined,
): Promise<BookDecision & { isNew: boolean }> {
  const { references } = command
  const [row] = await database<(BookDecision & { isNew: boolean })[]>`
    insert into sandbox.acquirer_messages (
      acquirer_id, mid, tid, sub_merchant_id, kind, invoice_number, amount_minor,
      masked_card_number, stan, rrn, response_code, approval_code, original_number, received_at
    ) values (
      ${acquirerId}, ${command.mid}, ${command.tid}, ${command.subMerchantId}, ${kind},
      ${command.invoiceNumber}, ${command.amount.minor}, ${original?.maskedCardNumber ?? ''},
      ${references.stan}, ${references.rrn}, ${decision.responseCode}, ${decision.approvalCode},
      ${original?.number ?? null}, ${receivedAt}
    )
    on conflict on constraint acquirer_messages_once do update set arrived = true
    returning response_code as "responseCode", approval_code as "approvalCode",
      xmax = 0 as "isNew"`
  if (!row) throw new Error('an entry was not written')
  return row
}

async function change(
  transaction: Transaction,
  number: bigint,
  kind: 'capture' | 'void' | 'refund',
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

/** Takes back what an approved message did; that of a sale or authorization is its `reversed`. */
async function undo(
  transaction: Transaction,
  message: { kind: MessageKind; amount: bigint; parent: bigint | null },
): Promise<void> {
  if (message.kind === 'sale' || message.kind === 'authorize') return
  const changes = {
    capture: transaction`captured_minor = 0`,
    void: transaction`voided = false`,
    refund: transaction`refunded_minor = refunded_minor - ${message.amount}`,
  }
  await transaction`
    update sandbox.acquirer_messages
    set ${changes[message.kind]}
    where message_number = ${message.parent}`
}
