/** The sandbox's clock offset, one row that all processes share. */
import type { Database } from '../database/index.ts'

export const clockChannel = 'gerbang_clock'

export async function findClockOffset(database: Database): Promise<number> {
  const [row] = await database<{ offsetMs: bigint }[]>`
    select offset_ms as "offsetMs" from sandbox.clock`
  return Number(row?.offsetMs ?? 0n)
}

/** Moves the offset forward, never back (two advances may race), and tells every process. */
export async function raiseClockOffset(database: Database, offsetMs: number): Promise<number> {
  const [row] = await database<{ offsetMs: bigint }[]>`
    with moved as (
      update sandbox.clock
      set offset_ms = greatest(offset_ms, ${offsetMs})
      returning offset_ms
    )
    select offset_ms as "offsetMs", pg_notify(${clockChannel}, offset_ms::text) from moved`
  return Number(row?.offsetMs ?? 0n)
}

export async function resetClockOffset(database: Database): Promise<void> {
  await database`
    with moved as (update sandbox.clock set offset_ms = 0 returning offset_ms)
    select pg_notify(${clockChannel}, '0') from moved`
}
