/** Data keys as rows; each is wrapped under the root key, which the database never sees. */
import type { Database } from '../database/index.ts'

export type KeyPurpose = 'sealing' | 'lookup'
export type DataKeyRow = { keyId: number; purpose: KeyPurpose; wrappedKey: Buffer }

export async function findDataKeys(database: Database): Promise<DataKeyRow[]> {
  return database<DataKeyRow[]>`
    select key_id as "keyId", purpose, wrapped_key as "wrappedKey"
    from data_keys
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
