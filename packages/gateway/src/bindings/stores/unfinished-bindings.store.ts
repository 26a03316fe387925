/** What is unfinished: messages without an answer, one-time passwords that nobody entered. */
import type { Database } from '../../platform/database/index.ts'
import type { LookedAtTable } from '../../platform/looking/index.ts'
import type { Binding } from '../binding.ts'
import { bindingColumns, isOpen, toBinding } from './bindings.store.ts'

/** Messages are looked at until they are decided. */
export const openMessages: LookedAtTable = { table: 'binding_messages', idColumn: 'message_id' }

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
