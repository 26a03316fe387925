/** Refunds, and what the cardholder decides in the issuer's app, with the payment locked. */
import { type Database, inTransaction, type Transaction } from '../../../platform/database/index.ts'
import type { Decided } from '../contract.ts'
import { approves, codes } from '../response-codes.ts'
import { openAccount, setAccount, type ToBind } from './bindings.store.ts'
import {
  type BookEntry,
  type Decision,
  insertMessage,
  isPendingAt,
  linkMessage,
  type Moment,
  refuse,
} from './book.store.ts'

/** Decides a refund by what is left of its payment. */
export async function writeRefund(
  database: Database,
  entry: BookEntry,
  moment: Moment,
): Promise<Decision> {
  return inTransaction(database, async (transaction) => {
    const message = await insertMessage(transaction, entry, moment)
    if (!message.isNew) return message
    const payment = await lockPayment(transaction, entry, moment)
    if (payment) await linkMessage(transaction, message.number, payment.number)
    if (message.responseCode === null || !approves(message.responseCode)) return message
    if (!payment) return refuse(transaction, message.number, codes.original_not_found)
    if (!payment.stands) return refuse(transaction, message.number, codes.invalid_transaction)
    const given = await transaction`
      update sandbox.kki_messages
      set refunded_minor = refunded_minor + ${entry.amountMinor ?? 0n}
      where message_number = ${payment.number}
        and refunded_minor + ${entry.amountMinor ?? 0n} <= amount_minor
      returning message_number`
    return given.length > 0 ? message : refuse(transaction, message.number, codes.invalid_amount)
  })
}

async function lockPayment(
  transaction: Transaction,
  { mid, original }: BookEntry,
  moment: Moment,
): Promise<{ number: bigint; stands: boolean } | undefined> {
  const [row] = await transaction<{ number: bigint; stands: boolean }[]>`
    select message_number as number,
      approval_code is not null and not reversed and not ${isPendingAt(transaction, moment)}
        as stands
    from sandbox.kki_messages
    where mid = ${mid} and rrn = ${original?.references.rrn ?? null} and kind = 'pay' and arrived
    for update`
  return row
}

type Waiting = ToBind & { rrn: string; binds: boolean; isPending: boolean }

/** Writes down what the cardholder decided; his first decision, and the end of the time, stand. */
export async function writeConfirmation(
  database: Database,
  referenceNo: string,
  moment: Moment,
  { approvalCode, newAccount }: { approvalCode: string | null; newAccount: string },
): Promise<Decided | 'not_found' | 'already_decided'> {
  return inTransaction(database, async (transaction) => {
    const [payment] = await transaction<Waiting[]>`
      select message_number as number, mid, rrn, sub_merchant_id as "subMerchantId",
        cust_id_merchant as "custIdMerchant", card_fingerprint as "cardFingerprint",
        masked_card_number as "maskedCardNumber", binds,
        ${isPendingAt(transaction, moment)} as "isPending"
      from sandbox.kki_messages
      where reference_no = ${referenceNo} and kind = 'pay' and arrived
      order by message_number desc
      limit 1
      for update`
    if (!payment) return 'not_found'
    if (!payment.isPending) return 'already_decided'
    const isApproved = approvalCode !== null
    await transaction`
      update sandbox.kki_messages
      set response_code = ${isApproved ? codes.approved : codes.cancelled_by_cardholder},
        approval_code = ${approvalCode}, decided_by = null
      where message_number = ${payment.number}`
    if (isApproved && payment.binds) {
      const { account } = await openAccount(transaction, payment, newAccount)
      await setAccount(transaction, payment.number, account)
    }
    return { mid: payment.mid, rrn: payment.rrn, kind: 'pay' }
  })
}
