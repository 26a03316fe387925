/** The sandbox's clock offset, one row that all processes share. */
import type { Database } from '../database/index.ts'

export const clockChannel = 'gerbang_clock'

export async function findClockOffset(database: Database): Promise<number> {
  const [row] = await database<{ offsetMs: bigint }[]>`
    select offset_ms as "offsetMs" from sandbox.clock`
  return Number(row?.offsetMs ?? 0n)
}

/**
 * Moves the offset forward by an amount and tells every process; several may do so at once, and all
 * of it counts. Undefined where it would be more than `mostMs`: then nothing is moved.
 */
export async function raiseClockOffset(
  database: Database,
  byMs: number,
  mostMs: number,
): Promise<number | undefined> {
  const [row] = await database<{ offsetMs: bigint }[]>`
    with moved as (
      update sandbox.clock
      set offset_ms = offset_ms + ${byMs}
      where offset_ms + ${byMs} <= ${mostMs}
      returning offset_ms
    )
    select offset_ms as "offsetMs", pg_notify(${clockChannel}, offset_ms::text) from moved`
  return row && Number(row.offsetMs)
}

export async function resetClockOffset(database: Database): Promise<void> {
  await database`
    with moved as (update sandbox.clock set offset_ms = 0 returning offset_ms)
    select pg_notify(${clockChannel}, '0') from moved`
}
