/**
 * Bindings in the book: begun by a card, ended by its one-time password, or bound by a payment; and
 * unbindings. Each is one transaction, as the switch's own ledger would do it; it is the
 * simulator's, off the gateway's hot path.
 */
import { type Database, inTransaction, type Transaction } from '../../../platform/database/index.ts'
import { approves, codes } from '../response-codes.ts'
import {
  type BookEntry,
  type Decision,
  insertMessage,
  linkMessage,
  type Moment,
  refuse,
} from './book.store.ts'
import { useOtt } from './otts.store.ts'

const mostWrongOtps = 3

/**
 * Writes a message that presents a card, a binding or a payment, and decides what only the book
 * knows: whether its one-time token is good, whether the card is bound already. `newAccount` is the
 * name of what a payment binds.
 */
export async function writePresented(
  database: Database,
  entry: BookEntry & { readonly card: NonNullable<BookEntry['card']> },
  moment: Moment,
  { ott, newAccount }: { ott: Buffer | undefined; newAccount: string },
): Promise<Decision> {
  return inTransaction(database, async (transaction) => {
    const message = await insertMessage(transaction, entry, moment)
    if (!message.isNew) return message
    // An issuer looks at the token first, and a token that was shown is used up.
    const refusal = ott && (await useOtt(transaction, ott, moment.now))
    if (refusal) return refuse(transaction, message.number, refusal)
    if (message.responseCode !== null && !approves(message.responseCode)) return message
    const { custIdMerchant } = entry
    if (custIdMerchant === undefined) {
      if (!entry.binds) return message
      // For nobody nothing is bound, and half of a wish is not done.
      return refuse(transaction, message.number, codes.invalid_transaction)
    }
    if (entry.kind === 'bind' && (await isBound(transaction, entry))) {
      return refuse(transaction, message.number, codes.duplicate_account)
    }
    if (!entry.binds || message.responseCode === null) return message
    const binding = { ...entry, custIdMerchant, cardFingerprint: entry.card.fingerprint }
    const bound = { ...binding, number: message.number, maskedCardNumber: entry.card.mask }
    const { account } = await openAccount(transaction, bound, newAccount)
    await setAccount(transaction, message.number, account)
    return { ...message, account }
  })
}

async function isBound(transaction: Transaction, entry: BookEntry): Promise<boolean> {
  const rows = await transaction`
    select true from sandbox.kki_accounts
    where sub_merchant_id = ${entry.subMerchantId}
      and cust_id_merchant = ${entry.custIdMerchant ?? null}
      and card_fingerprint = ${entry.card?.fingerprint ?? null} and not ended`
  return rows.length > 0
}

export type ToBind = {
  /** Of the message that binds. */
  readonly number: bigint
  readonly mid: string
  readonly subMerchantId: string
  readonly custIdMerchant: string
  readonly cardFingerprint: Buffer
  readonly maskedCardNumber: string
}

/** Binds a card for a customer; where it is bound already, the account that there is. */
export async function openAccount(
  transaction: Transaction,
  bound: ToBind,
  newAccount: string,
): Promise<{ account: string; isNew: boolean }> {
  const [row] = await transaction<{ account: string }[]>`
    insert into sandbox.kki_accounts (
      account, mid, sub_merchant_id, cust_id_merchant, card_fingerprint, masked_card_number,
      message_number
    ) values (
      ${newAccount}, ${bound.mid}, ${bound.subMerchantId}, ${bound.custIdMerchant},
      ${bound.cardFingerprint}, ${bound.maskedCardNumber}, ${bound.number}
    )
    on conflict (cust_id_merchant, card_fingerprint, sub_merchant_id) where not ended
      do update set ended = false
    returning account`
  if (!row) throw new Error('an account was not written')
  return { account: row.account, isNew: row.account === newAccount }
}

export async function setAccount(
  transaction: Transaction,
  number: bigint,
  account: string,
): Promise<void> {
  await transaction`
    update sandbox.kki_messages set account = ${account} where message_number = ${number}`
}

type Binding = ToBind & {
  readonly stands: boolean
  readonly wrongOtps: number
  readonly isBound: boolean
  readonly otpExpiresAt: Date
}

/** Decides a try of a one-time password, with its binding locked, and counts it if it is wrong. */
export async function writeOtp(
  database: Database,
  entry: BookEntry,
  moment: Moment,
  { isRight, newAccount }: { isRight: boolean; newAccount: string },
): Promise<Decision> {
  return inTransaction(database, async (transaction) => {
    const message = await insertMessage(transaction, entry, moment)
    if (!message.isNew) return message
    const binding = await lockBinding(transaction, entry)
    if (binding) await linkMessage(transaction, message.number, binding.number)
    if (message.responseCode === null || !approves(message.responseCode)) return message
    const refusal = refusalOfTry(binding, moment)
    if (refusal || !binding) {
      return refuse(transaction, message.number, refusal ?? codes.original_not_found)
    }
    if (!isRight) {
      await transaction`
        update sandbox.kki_messages
        set wrong_otps = wrong_otps + 1
        where message_number = ${binding.number}`
      const isLast = binding.wrongOtps + 1 === mostWrongOtps
      return refuse(
        transaction,
        message.number,
        isLast ? codes.otp_tries_exceeded : codes.wrong_otp,
      )
    }
    const bound = { ...binding, number: message.number }
    const { account, isNew } = await openAccount(transaction, bound, newAccount)
    if (!isNew) return refuse(transaction, message.number, codes.duplicate_account)
    await transaction`
      update sandbox.kki_messages set is_bound = true where message_number = ${binding.number}`
    await setAccount(transaction, message.number, account)
    return { ...message, account }
  })
}

async function lockBinding(
  transaction: Transaction,
  { mid, original }: BookEntry,
): Promise<Binding | undefined> {
  const [row] = await transaction<Binding[]>`
    select message_number as number, mid, sub_merchant_id as "subMerchantId",
      cust_id_merchant as "custIdMerchant", card_fingerprint as "cardFingerprint",
      masked_card_number as "maskedCardNumber", wrong_otps as "wrongOtps", is_bound as "isBound",
      otp_expires_at as "otpExpiresAt", approval_code is not null as stands
    from sandbox.kki_messages
    where mid = ${mid} and rrn = ${original?.references.rrn ?? null} and kind = 'bind' and arrived
    for update`
  return row
}

function refusalOfTry(binding: Binding | undefined, { now }: Moment): string | undefined {
  if (!binding) return codes.original_not_found
  if (!binding.stands || binding.isBound) return codes.invalid_transaction
  if (binding.wrongOtps >= mostWrongOtps) return codes.otp_tries_exceeded
  return binding.otpExpiresAt <= now ? codes.otp_expired : undefined
}

/** Ends an account at once; its issuer finalises that by `decidedBy`. */
export async function writeUnbinding(
  database: Database,
  entry: BookEntry,
  moment: Moment,
): Promise<Decision> {
  return inTransaction(database, async (transaction) => {
    const message = await insertMessage(transaction, entry, moment)
    if (!message.isNew) return message
    if (message.responseCode !== null && !approves(message.responseCode)) return message
    if (!(await isOpen(transaction, entry, transaction`for update`))) {
      return refuse(transaction, message.number, codes.no_card_record)
    }
    await transaction`
      update sandbox.kki_accounts set ended = true where account = ${entry.account ?? null}`
    return message
  })
}

/** Whether a merchant can pay by an account. */
export function isAccountOpen(database: Database, entry: BookEntry): Promise<boolean> {
  return isOpen(database, entry, database``)
}

async function isOpen(
  database: Database | Transaction,
  { mid, subMerchantId, account }: BookEntry,
  lock: ReturnType<Transaction>,
): Promise<boolean> {
  const [row] = await database<{ mid: string; subMerchantId: string; ended: boolean }[]>`
    select mid, sub_merchant_id as "subMerchantId", ended
    from sandbox.kki_accounts
    where account = ${account ?? null}
    ${lock}`
  return row?.mid === mid && row.subMerchantId === subMerchantId && !row.ended
}
