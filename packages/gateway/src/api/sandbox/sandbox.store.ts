import { type Database, inTransaction } from '../../platform/database/index.ts'
import { sealedInTime } from '../../platform/key-ring/index.ts'
import type { MerchantId } from '../../primitives/id.ts'

/** Keeps a sandbox merchant's private key, so that its credentials can be shown again. */
export async function keepPrivateKey(
  database: Database,
  merchantId: MerchantId,
  sealedPrivateKey: Buffer,
): Promise<void> {
  await database`
    insert into sandbox.merchant_keys (merchant_id, sealed_private_key)
    values (${merchantId}, ${sealedInTime(database, database`${sealedPrivateKey}::bytea`)})
    on conflict (merchant_id) do nothing`
}

export async function findPrivateKey(
  database: Database,
  merchantId: MerchantId,
): Promise<Buffer | undefined> {
  const [row] = await database<{ sealedPrivateKey: Buffer }[]>`
    select sealed_private_key as "sealedPrivateKey"
    from sandbox.merchant_keys
    where merchant_id = ${merchantId}`
  return row?.sealedPrivateKey
}

/**
 * Empties tables, all at once. What is in flight then finds its rows gone and ends. Running
 * statements lock the same tables in an order that their plans choose: the reset gives way well
 * before PostgreSQL would see a deadlock (after 1 s) and abort one of the two, and tries again.
 */
export async function emptyTables(
  database: Database,
  tables: readonly string[],
  pause: () => Promise<void>,
): Promise<void> {
  const names = tables.map((table) => database`${database(table)}`)
  const list = names.flatMap((name, i) => (i === 0 ? [name] : [database`,`, name]))
  for (let triesLeft = 50; ; triesLeft--) {
    try {
      await inTransaction(database, async (transaction) => {
        await transaction`set local lock_timeout = '100ms'`
        await transaction`truncate ${list}`
      })
      return
    } catch (error) {
      if (triesLeft === 0 || (error as { code?: string }).code !== lockNotAvailable) throw error
      await pause()
    }
  }
}

const lockNotAvailable = '55P03'
