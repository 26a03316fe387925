import type { Database, Transaction } from './connect.ts'
import { isDatabaseDown } from './retry.ts'

/**
 * Several statements as one transaction. The hot path has none: one statement is a transaction
 * already. Not `database.begin` itself: when the connection breaks, that sends its ROLLBACK over the
 * connection that is gone, where the driver (postgres 3.4.9) writes to a socket that is null and the
 * process ends. Here the work of a broken transaction never comes back to it; that the connection
 * closed is told by `begin` all the same.
 */
export async function inTransaction<T>(
  database: Database,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const result = await database.begin(async (transaction) => {
    try {
      return await work(transaction)
    } catch (error) {
      if (isDatabaseDown(error)) return new Promise<never>(() => {})
      throw error
    }
  })
  return result as T
}
