/** Deadlocks of a test's database. */
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'

/** As PostgreSQL counts them. Every connection is used once, because each reports its own. */
export async function countDeadlocks(database: Database, connections: number): Promise<number> {
  await Promise.all(
    Array.from(
      { length: connections },
      () => database`select pg_stat_force_next_flush(), pg_sleep(0.2)`,
    ),
  )
  const [row] = await database<{ deadlocks: bigint }[]>`
    select deadlocks from pg_stat_database where datname = current_database()`
  return Number(row?.deadlocks)
}
