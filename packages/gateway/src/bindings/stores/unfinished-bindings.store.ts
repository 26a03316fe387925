/** What is unfinished: messages without an answer, one-time passwords that nobody entered. */
import type { Database } from '../../platform/database/index.ts'
import type { BindingMessageId, MerchantId } from '../../primitives/id.ts'
import type { Binding } from '../binding.ts'
import { bindingColumns, isOpen, toBinding } from './bindings.store.ts'

export type UnfinishedMessage = {
  merchantId: MerchantId
  messageId: BindingMessageId
  /** How often it was looked at before. */
  looks: number
}

/** Takes messages that nobody asks any more and nobody else resolves, and holds them for a lease. */
export async function claimUnfinished(
  database: Database,
  options: { now: Date; realNow: Date; leaseUntil: Date; limit: number },
): Promise<UnfinishedMessage[]> {
  return database<UnfinishedMessage[]>`
    update binding_messages m
    set leased_until = ${options.leaseUntil}
    from (
      select merchant_id, message_id
      from binding_messages
      where state in ('asked', 'unknown') and look_at <= ${options.now}
        and ask_until <= ${options.realNow}
        and (leased_until is null or leased_until <= ${options.realNow})
      order by look_at, message_id
      limit ${options.limit}
      for update skip locked
    ) as due
    where m.merchant_id = due.merchant_id and m.message_id = due.message_id
    returning m.merchant_id as "merchantId", m.message_id as "messageId", m.looks`
}

/** When there is something to look at; what is still being asked does not count. */
export async function findNextLook(database: Database, realNow: Date): Promise<Date | undefined> {
  const [row] = await database<{ lookAt: Date | null }[]>`
    select min(look_at) as "lookAt"
    from binding_messages
    where state in ('asked', 'unknown') and ask_until <= ${realNow}`
  return row?.lookAt ?? undefined
}

/** Looks again later, and lets the message go. */
export async function putOff(
  database: Database,
  { merchantId, messageId }: Pick<UnfinishedMessage, 'merchantId' | 'messageId'>,
  lookAt: Date,
): Promise<void> {
  await database`
    update binding_messages
    set looks = least(looks + 1, 1000), look_at = ${lookAt}, leased_until = null
    where merchant_id = ${merchantId} and message_id = ${messageId} and ${isOpen(database)}`
}

const isExpiring = (database: Database) => database`
  b.state = 'pending' and not exists (
    select from binding_messages m
    where m.binding_id = b.binding_id and m.merchant_id = b.merchant_id and ${isOpen(database)}
  )`

/** Bindings whose one-time password nobody entered in time, and nobody asks about. */
export async function findExpired(
  database: Database,
  now: Date,
  limit: number,
): Promise<Binding[]> {
  const rows = await database<Parameters<typeof toBinding>[0][]>`
    select ${bindingColumns(database)}
    from bindings b
    where b.otp_expires_at <= ${now} and ${isExpiring(database)}
    order by b.otp_expires_at, b.binding_id
    limit ${limit}`
  return rows.map(toBinding)
}

/** When the next one-time password expires. */
export async function findNextExpiry(database: Database): Promise<Date | undefined> {
  const [row] = await database<{ at: Date | null }[]>`
    select b.otp_expires_at as at
    from bindings b
    where ${isExpiring(database)}
    order by b.otp_expires_at
    limit 1`
  return row?.at ?? undefined
}
