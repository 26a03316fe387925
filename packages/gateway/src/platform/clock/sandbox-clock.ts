/**
 * The sandbox's clock: real time plus an offset that `POST /sandbox/clock` moves. The offset is
 * kept in the database and announced to every process (LISTEN), so that several agree.
 */
import { type Clock, systemClock } from '../../primitives/clock.ts'
import type { Database } from '../database/index.ts'
import {
  clockChannel,
  findClockOffset,
  findClockResets,
  raiseClockOffset,
  resetClockOffset,
} from './sandbox-clock.store.ts'

/** How far ahead of real time it can be: ten years, enough for any agreement, and still a date. */
export const mostAheadMs = 315_360_000_000

export type SandboxClock = Clock & {
  offsetMs(): number
  /** How often it was reset, by whichever process. */
  resets(): Promise<number>
  /**
   * Moves business time forward. It does not where that would be too far ahead of real time, nor
   * where the clock was reset after `sinceResets`.
   */
  moveBy(milliseconds: number, sinceResets?: number): Promise<'moved' | 'too_far' | 'reset'>
  /** Back to real time. */
  reset(): Promise<void>
  stop(): Promise<void>
}

export async function createSandboxClock(database: Database): Promise<SandboxClock> {
  let offset = 0
  const clock = systemClock(() => offset)
  const read = async () => {
    offset = await findClockOffset(database)
  }
  // Our own moves are known before they are announced: what comes late must not take them back.
  const hear = (told: number) => {
    offset = told === 0 ? 0 : Math.max(offset, told)
  }
  // `onlisten` runs again after every reconnection: what was announced meanwhile is read then.
  const subscription = await database.listen(
    clockChannel,
    (payload) => hear(Number(payload)),
    () => void read().catch(() => {}),
  )
  await read()
  return {
    ...clock,
    offsetMs: () => offset,
    resets: () => findClockResets(database),
    moveBy: async (milliseconds, sinceResets) => {
      if (milliseconds <= 0) return 'moved'
      const limits = { mostMs: mostAheadMs, sinceResets }
      const { offsetMs, resets } = await raiseClockOffset(database, milliseconds, limits)
      if (offsetMs === null) return resets === (sinceResets ?? resets) ? 'too_far' : 'reset'
      hear(offsetMs)
      return 'moved'
    },
    reset: async () => {
      await resetClockOffset(database)
      offset = 0
    },
    stop: () => subscription.unlisten(),
  }
}
