/** The sandbox's clock offset, one row that all processes share. */
import type { Database } from '../database/index.ts'

export const clockChannel = 'gerbang_clock'

export async function findClockOffset(database: Database): Promise<number> {
  const [row] = await database<{ offsetMs: bigint }[]>`
    select offset_ms as "offsetMs" from sandbox.clock`
  return Number(row?.offsetMs ?? 0n)
}

/** How often the clock was reset. */
export async function findClockResets(database: Database): Promise<number> {
  const [row] = await database<{ resets: number }[]>`select resets from sandbox.clock`
  return row?.resets ?? 0
}

export type ClockMove = {
  /** The offset now; null where nothing was moved. */
  readonly offsetMs: number | null
  readonly resets: number
}

/**
 * Moves the offset forward by an amount and tells every process; several may do so at once, and all
 * of it counts. Nothing is moved where it would be more than `mostMs` then, and where the clock was
 * reset after `sinceResets`.
 */
export async function raiseClockOffset(
  database: Database,
  byMs: number,
  limits: { mostMs: number; sinceResets: number | undefined },
): Promise<ClockMove> {
  const { mostMs, sinceResets = null } = limits
  const [row] = await database<{ offsetMs: bigint | null; resets: number }[]>`
    with moved as (
      update sandbox.clock
      set offset_ms = offset_ms + ${byMs}
      where offset_ms + ${byMs} <= ${mostMs} and resets = coalesce(${sinceResets}::integer, resets)
      returning offset_ms
    ),
    told as (select pg_notify(${clockChannel}, offset_ms::text) from moved)
    select m.offset_ms as "offsetMs", c.resets
    from sandbox.clock c
    left join moved m on true
    left join told on true`
  const { offsetMs = null, resets = 0 } = row ?? {}
  return { offsetMs: offsetMs === null ? null : Number(offsetMs), resets }
}

export async function resetClockOffset(database: Database): Promise<void> {
  await database`
    with moved as (
      update sandbox.clock set offset_ms = 0, resets = resets + 1 returning offset_ms
    )
    select pg_notify(${clockChannel}, '0') from moved`
}
