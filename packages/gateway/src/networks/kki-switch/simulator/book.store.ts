/** The simulated switch's book: messages as they came, each with its decision. */
import type { Database, Transaction } from '../../../platform/database/index.ts'
import type { OriginalMessage } from '../contract.ts'
import { codes } from '../response-codes.ts'

/** When something is asked: business time, and how far the sandbox's clock was advanced. */
export type Moment = { readonly now: Date; readonly offsetMs: number }

export type BookEntry = {
  readonly mid: string
  readonly tid: string
  readonly subMerchantId: string
  readonly kind: string
  readonly partnerReferenceNo: string | undefined
  readonly custIdMerchant: string | undefined
  readonly referenceNo?: string
  readonly amountMinor: bigint | undefined
  /** Where the message itself has a card; else it shows that of its original or account. */
  readonly card?: { readonly mask: string; readonly fingerprint: Buffer } | undefined
  readonly original?: OriginalMessage
  readonly account?: string
  readonly stan: string
  readonly rrn: string
  readonly responseCode: string
  readonly approvalCode: string | null
  readonly decidedBy?: Date
  readonly otpExpiresAt?: Date
  readonly binds?: boolean
}

/** What a message is answered now. */
export type Decision = {
  /** Null while it is pending. */
  responseCode: string | null
  approvalCode: string | null
  decidedBy: Date | null
  otpExpiresAt: Date | null
  account: string | null
}

export type Written = Decision & {
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
  entry: BookEntry,
  moment: Moment,
): Promise<Written> {
  const { card, original } = entry
  const [row] = await database<Written[]>`
    insert into sandbox.kki_messages (
      mid, tid, sub_merchant_id, kind, partner_reference_no, cust_id_merchant, reference_no,
      amount_minor, masked_card_number, card_fingerprint, stan, rrn, response_code, approval_code,
      decided_by, clock_offset_ms, otp_expires_at, binds, received_at
    ) values (
      ${entry.mid}, ${entry.tid}, ${entry.subMerchantId}, ${entry.kind},
      ${entry.partnerReferenceNo ?? null}, ${entry.custIdMerchant ?? null},
      ${entry.referenceNo ?? null}, ${entry.amountMinor ?? null},
      coalesce(
        ${card?.mask ?? null},
        (select masked_card_number from sandbox.kki_messages
          where mid = ${entry.mid} and rrn = ${original?.references.rrn ?? null}
            and kind = ${original?.kind ?? null}),
        (select masked_card_number from sandbox.kki_accounts
          where account = ${entry.account ?? null}),
        ''),
      ${card?.fingerprint ?? null}, ${entry.stan}, ${entry.rrn}, ${entry.responseCode},
      ${entry.approvalCode}, ${entry.decidedBy ?? null},
      ${entry.kind === 'unbind' ? moment.offsetMs : null}, ${entry.otpExpiresAt ?? null},
      ${entry.binds ?? false}, ${moment.now}
    )
    on conflict on constraint kki_messages_once do update
      set arrived = true, masked_card_number = excluded.masked_card_number
    returning message_number as number, xmax = 0 as "isNew", ${decisionAt(database, moment)}`
  if (!row) throw new Error('an entry was not written')
  return row
}

/** Whether a message waits, for its cardholder or for the issuer. */
export function isPendingAt(database: Database | Transaction, { now, offsetMs }: Moment) {
  return database`
    coalesce(not reversed and decided_by > ${now}
      and (clock_offset_ms is null or clock_offset_ms >= ${offsetMs}), false)`
}

/** What a message is answered: pending, then its decision, until it is reversed. */
export function decisionAt(database: Database | Transaction, moment: Moment) {
  const isPending = isPendingAt(database, moment)
  return database`
    case when reversed then ${codes.invalid_transaction} when not ${isPending} then response_code
      end as "responseCode",
    case when not reversed and not ${isPending} then approval_code end as "approvalCode",
    case when ${isPending} then decided_by end as "decidedBy",
    case when not reversed then otp_expires_at end as "otpExpiresAt",
    case when not reversed and not ${isPending} then account end as account`
}

/** Replaces the decision that a message was written with, in the transaction that wrote it. */
export async function refuse(
  transaction: Transaction,
  number: bigint,
  responseCode: string,
): Promise<Decision> {
  await transaction`
    update sandbox.kki_messages
    set response_code = ${responseCode}, approval_code = null, decided_by = null,
      otp_expires_at = null
    where message_number = ${number}`
  const nothing = { approvalCode: null, decidedBy: null, otpExpiresAt: null, account: null }
  return { responseCode, ...nothing }
}

/** Says what a message is about. */
export async function linkMessage(
  transaction: Transaction,
  number: bigint,
  original: bigint,
): Promise<void> {
  await transaction`
    update sandbox.kki_messages
    set original_number = ${original}
    where message_number = ${number}`
}
