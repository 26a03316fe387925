/** The sandbox's clock offset, one row that all processes share. */
import type { Database } from '../database/index.ts'

export const clockChannel = 'gerbang_clock'

/** How far business time is ahead, and how often the clock was reset: a later reset goes before all. */
export type ClockReading = { readonly offsetMs: number; readonly resets: number }

export async function findClock(database: Database): Promise<ClockReading> {
  const [row] = await database<{ offsetMs: bigint; resets: number }[]>`
    select offset_ms as "offsetMs", resets from sandbox.clock`
  return readingOf(row)
}

/** How many moves are remembered: far more than processes that move the clock at once. */
const mostMoves = 64

export type ClockMove = {
  /** The same where the same move is asked for again, after a lost answer. */
  readonly moveId: string
  readonly byMs: number
  readonly mostMs: number
  readonly sinceResets: number | undefined
}

/**
 * Moves the offset forward by an amount and tells every process; several may do so at once, and all
 * of it counts, each move once. Nothing is moved where it would be more than `mostMs` then, and where
 * the clock was reset after `sinceResets`.
 */
export async function raiseClockOffset(
  database: Database,
  { moveId, byMs, mostMs, sinceResets }: ClockMove,
): Promise<{ readonly isMoved: boolean; readonly clock: ClockReading }> {
  const [moved] = await database<{ offsetMs: bigint; resets: number }[]>`
    with moved as (
      update sandbox.clock
      set offset_ms = offset_ms + ${byMs},
        recent_moves = (array[${moveId}::text] || recent_moves)[1:${mostMoves}::integer]
      where offset_ms + ${byMs} <= ${mostMs} and resets = coalesce(${sinceResets ?? null}::integer, resets)
        and not ${moveId}::text = any(recent_moves)
      returning offset_ms, resets
    ),
    told as (${tell(database)})
    select m.offset_ms as "offsetMs", m.resets from moved m left join told on true`
  if (moved) return { isMoved: true, clock: readingOf(moved) }
  // A statement of its own, which sees what the other one waited for.
  const [row] = await database<{ offsetMs: bigint; resets: number; isMoved: boolean }[]>`
    select offset_ms as "offsetMs", resets, ${moveId}::text = any(recent_moves) as "isMoved"
    from sandbox.clock`
  return { isMoved: row?.isMoved ?? false, clock: readingOf(row) }
}

export async function resetClockOffset(database: Database): Promise<ClockReading> {
  const [row] = await database<{ offsetMs: bigint; resets: number }[]>`
    with moved as (
      update sandbox.clock set offset_ms = 0, resets = resets + 1, recent_moves = '{}'
      returning offset_ms, resets
    ),
    told as (${tell(database)})
    select m.offset_ms as "offsetMs", m.resets from moved m left join told on true`
  return readingOf(row)
}

/** Of the CTE `moved`. */
const tell = (database: Database) => database`
  select pg_notify(${clockChannel}, resets || ' ' || offset_ms) from moved`

/** What an announcement says. */
export function parseAnnouncement(payload: string): ClockReading {
  const [resets = 0, offsetMs = 0] = payload.split(' ').map(Number)
  return { offsetMs, resets }
}

function readingOf(row: { offsetMs: bigint; resets: number } | undefined): ClockReading {
  return { offsetMs: Number(row?.offsetMs ?? 0n), resets: row?.resets ?? 0 }
}
