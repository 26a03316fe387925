/** What one sees of the simulated switch's book. */
import type { Database } from '../../../platform/database/index.ts'
import { codes } from '../response-codes.ts'
import { decisionAt, isPendingAt, type Moment } from './book.store.ts'

export type MessageRow = {
  kind: string
  /** Null where a message has no amount. */
  amountMinor: bigint | null
  responseCode: string | null
  approvalCode: string | null
  receivedAt: Date
  stan: string
  rrn: string
  maskedCardNumber: string
}

/** A merchant's number of a payment or binding, or his name for a customer. */
export type MessageFilter =
  | { readonly partnerReferenceNo: string }
  | { readonly custIdMerchant: string }

/** What the switch received of a merchant, oldest first. */
export async function findMessages(
  database: Database,
  subMerchantId: string,
  filter: MessageFilter,
  moment: Moment,
): Promise<MessageRow[]> {
  const matches =
    'partnerReferenceNo' in filter
      ? database`partner_reference_no = ${filter.partnerReferenceNo}`
      : database`cust_id_merchant = ${filter.custIdMerchant}`
  const rows = await database<(MessageRow & { decidedBy: Date | null })[]>`
    select kind, amount_minor as "amountMinor", received_at as "receivedAt", stan, rrn,
      masked_card_number as "maskedCardNumber", ${decisionAt(database, moment)}
    from sandbox.kki_messages
    where sub_merchant_id = ${subMerchantId} and ${matches} and arrived
    order by message_number`
  return rows.map(({ kind, amountMinor, responseCode, approvalCode, receivedAt, ...rest }) => {
    const { stan, rrn, maskedCardNumber } = rest
    return {
      kind,
      amountMinor,
      responseCode,
      approvalCode,
      receivedAt,
      stan,
      rrn,
      maskedCardNumber,
    }
  })
}

/** What stands of a payment: money taken and given back, in minor units. */
export type Standing = {
  readonly rrn: string
  /** 0 for what was refused or reversed, or is pending. */
  readonly paid: bigint
  readonly refunded: bigint
}

/** What stands of each payment with a merchant's number that arrived, oldest first. */
export async function findStanding(
  database: Database,
  subMerchantId: string,
  partnerReferenceNo: string,
  moment: Moment,
): Promise<Standing[]> {
  return database<Standing[]>`
    select rrn,
      case when stands then amount_minor else 0 end as paid,
      case when stands then refunded_minor else 0 end as refunded
    from sandbox.kki_messages
    cross join lateral (
      select approval_code is not null and not reversed and not ${isPendingAt(database, moment)}
        as stands) s
    where sub_merchant_id = ${subMerchantId} and partner_reference_no = ${partnerReferenceNo}
      and kind = 'pay' and arrived
    order by message_number`
}

/** A payment as the issuer's app shows it to the cardholder. */
export type AppPayment = {
  readonly referenceNo: string
  readonly partnerReferenceNo: string
  readonly subMerchantId: string
  readonly amountMinor: bigint
  readonly maskedCardNumber: string
  /** `expired`: nobody decided in time. `reversed`: whoever sent it took it back. */
  readonly state: 'waiting' | 'approved' | 'declined' | 'expired' | 'reversed'
  /** Business time; null where it does not wait. */
  readonly waitsUntil: Date | null
}

/** No screen is that long; a flood of payments must not fill it. */
const mostShown = 50

/** The payments that wait for their cardholder, newest first. */
export async function findPendingPayments(
  database: Database,
  moment: Moment,
): Promise<AppPayment[]> {
  // All wait equally long, so that the one to wait longest is the newest, and an index is in that order.
  return database<AppPayment[]>`
    select ${asAppPayment(database, moment)}
    from sandbox.kki_messages
    where kind = 'pay' and arrived and decided_by > ${moment.now}
      and ${isPendingAt(database, moment)}
    order by decided_by desc, message_number desc
    limit ${mostShown}`
}

/** The last payment with our number, whether it waits or not. */
export async function findAppPayment(
  database: Database,
  referenceNo: string,
  moment: Moment,
): Promise<AppPayment | undefined> {
  const [payment] = await database<AppPayment[]>`
    select ${asAppPayment(database, moment)}
    from sandbox.kki_messages
    where reference_no = ${referenceNo} and kind = 'pay' and arrived
    order by message_number desc
    limit 1`
  return payment
}

function asAppPayment(database: Database, moment: Moment) {
  const isPending = isPendingAt(database, moment)
  return database`
    reference_no as "referenceNo", partner_reference_no as "partnerReferenceNo",
    sub_merchant_id as "subMerchantId", amount_minor as "amountMinor",
    masked_card_number as "maskedCardNumber",
    case when reversed then 'reversed' when ${isPending} then 'waiting'
      when approval_code is not null then 'approved'
      when response_code = ${codes.confirmation_expired} then 'expired' else 'declined'
      end as state,
    case when ${isPending} then decided_by end as "waitsUntil"`
}
