/** What statements read: plans are made once, for an empty table, and must not read more as it grows. */
import assert from 'node:assert/strict'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'

/** Does a piece of work and notes how many rows scans have read for it. */
export type Measure = (what: string, work: () => Promise<unknown>) => Promise<void>

/**
 * Runs `life` twice alone and once more in a crowd, and sees that no piece of it reads more then.
 * @param database with the only connection, so that all statements run by the plans that the first
 *   of them made
 */
export async function assertReadsByKey(
  database: Database,
  tables: readonly string[],
  {
    life,
    crowd,
    slack = 10,
  }: { life: (measure: Measure) => Promise<void>; crowd: () => Promise<void>; slack?: number },
): Promise<void> {
  await leaveUnanalyzed(database, tables)
  const reads = async () => {
    const found = new Map<string, number>()
    await life(async (what, work) => {
      const before = await rowsRead(database, tables)
      await work()
      found.set(what, (await rowsRead(database, tables)) - before)
    })
    return found
  }
  await reads()
  const alone = await reads()
  await crowd()
  const among = await reads()
  assert.ok(among.size > 0)
  // Versions of a row that were not vacuumed yet may be passed on the way; never the table.
  const grown = [...among].filter(([what, read]) => read > (alone.get(what) ?? 0) + slack)
  assert.deepEqual(
    grown.map(([what, read]) => `${what}: ${alone.get(what)} rows alone, ${read} in the crowd`),
    [],
  )
}

/**
 * Keeps autovacuum away from tables: while its ANALYZE runs, entries of rows that are dead stay in the
 * indexes, and are read.
 */
export async function leaveUnanalyzed(
  database: Database,
  tables: readonly string[],
): Promise<void> {
  for (const table of tables) {
    await database`alter table ${database(table)} set (autovacuum_enabled = false)`
  }
}

/** Does each of these works, once what it is about is there. */
export function eachOf(works: Readonly<Record<string, () => Promise<() => Promise<unknown>>>>) {
  return async (measure: Measure) => {
    for (const [what, prepare] of Object.entries(works)) await measure(what, await prepare())
  }
}

/** Rows that scans of tables have read so far, by the only connection; a name may carry its schema. */
export async function rowsRead(database: Database, tables: readonly string[]): Promise<number> {
  await database`select pg_stat_force_next_flush()`
  const [row] = await database<{ read: bigint }[]>`
    select sum(seq_tup_read + idx_tup_read)::bigint as read
    from pg_stat_user_tables t
    cross join lateral (
      select coalesce(sum(idx_tup_read), 0) as idx_tup_read
      from pg_stat_user_indexes i where i.relid = t.relid
    ) indexes
    where relid = any(${tables as string[]}::text[]::regclass[])`
  return Number(row?.read)
}
