/**
 * The sandbox's clock: real time plus an offset that `POST /sandbox/clock` moves. The offset is
 * kept in the database and announced to every process (LISTEN), so that several agree.
 */
import { type Clock, systemClock } from '../../primitives/clock.ts'
import type { Database } from '../database/index.ts'
import {
  clockChannel,
  findClockOffset,
  raiseClockOffset,
  resetClockOffset,
} from './sandbox-clock.store.ts'

/** How far ahead of real time it can be: ten years, enough for any agreement, and still a date. */
export const mostAheadMs = 315_360_000_000

export type SandboxClock = Clock & {
  offsetMs(): number
  /** Moves business time forward; false where that would be too far ahead of real time. */
  moveBy(milliseconds: number): Promise<boolean>
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
    moveBy: async (milliseconds) => {
      if (milliseconds <= 0) return true
      const raised = await raiseClockOffset(database, milliseconds, mostAheadMs)
      if (raised === undefined) return false
      hear(raised)
      return true
    },
    reset: async () => {
      await resetClockOffset(database)
      offset = 0
    },
    stop: () => subscription.unlisten(),
  }
}
