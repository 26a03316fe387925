/** Data keys as rows; each is wrapped under the root key, which the database never sees. */
import type { Fragment } from 'postgres'
import type { Database } from '../database/index.ts'

export type KeyPurpose = 'sealing' | 'lookup'
export type DataKeyRow = { keyId: number; purpose: KeyPurpose; wrappedKey: Buffer }

/** The keys that are there; an erased one is not. */
export async function findDataKeys(database: Database): Promise<DataKeyRow[]> {
  return database<DataKeyRow[]>`
    select key_id as "keyId", purpose, wrapped_key as "wrappedKey"
    from data_keys
    where erased_at is null
    order by key_id`
}

/** Adds a key unless another process added the same id first. */
export async function addDataKey(
  database: Database,
  row: DataKeyRow & { createdAt: Date },
): Promise<void> {
  await database`
    insert into data_keys (key_id, purpose, wrapped_key, created_at)
    values (${row.keyId}, ${row.purpose}, ${row.wrappedKey}, ${row.createdAt})
    on conflict (key_id) do nothing`
}

/** Closes the sealing keys before this one. */
export async function closeKeysBefore(
  database: Database,
  keyId: number,
  closedAt: Date,
): Promise<void> {
  await database`
    update data_keys
    set closed_at = ${closedAt}
    where purpose = 'sealing' and key_id < ${keyId} and closed_at is null`
}

/** The closed keys that are not erased yet. */
export async function findClosedKeys(database: Database): Promise<number[]> {
  const rows = await database<{ keyId: number }[]>`
    select key_id as "keyId"
    from data_keys
    where closed_at is not null and erased_at is null
    order by key_id`
  return rows.map(({ keyId }) => keyId)
}

/** Erases closed keys; their rows stay. */
export async function eraseKeys(
  database: Database,
  keyIds: readonly number[],
  erasedAt: Date,
): Promise<void> {
  await database`
    update data_keys
    set wrapped_key = null, erased_at = ${erasedAt}
    where key_id = any(${keyIds as number[]}::integer[])
      and closed_at is not null and erased_at is null`
}

/** Whether a column's record was sealed with a closed key: bytes 1 to 4 name it (sealing.ts). */
export function isSealedWithClosedKey(database: Database, column: Fragment): Fragment {
  return database`
    substring(${column} from 2 for 4) in (
      select int4send(key_id) from data_keys where closed_at is not null)`
}

/**
 * A sealed record on its way into a column that is `not null`: one that was sealed with a closed key
 * becomes null and aborts the statement (`isSealedTooLate`), or a process that slept between sealing
 * and writing would leave what nobody can open once the key is erased.
 */
export function sealedInTime(database: Database, column: Fragment): Fragment {
  return database`case when not ${isSealedWithClosedKey(database, column)} then ${column} end`
}

/** The transactions of others that are open now, by PostgreSQL's own numbers. */
export async function findOpenTransactions(database: Database): Promise<string[]> {
  // A vacuum writes no record and takes long.
  const rows = await database<{ transaction: string }[]>`
    select virtualtransaction as transaction
    from pg_locks
    join pg_stat_activity using (pid)
    where locktype = 'virtualxid' and mode = 'ExclusiveLock' and granted
      and datname = current_database() and pid <> pg_backend_pid()
      and backend_type is distinct from 'autovacuum worker'`
  return rows.map(({ transaction }) => transaction)
}
