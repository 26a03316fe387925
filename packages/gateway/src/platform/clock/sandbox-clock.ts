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

export type SandboxClock = Clock & {
  offsetMs(): number
  /** Moves business time forward to an instant; an instant already past changes nothing. */
  moveTo(instant: Date): Promise<void>
  /** Moves business time forward until it is so far ahead of real time. */
  raiseOffset(offsetMs: number): Promise<void>
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
  // `onlisten` runs again after every reconnection: what was announced meanwhile is read then.
  const subscription = await database.listen(
    clockChannel,
    (payload) => {
      offset = Number(payload)
    },
    () => void read().catch(() => {}),
  )
  const raiseOffset = async (wanted: number) => {
    if (wanted <= offset) return
    const raised = await raiseClockOffset(database, Math.ceil(wanted))
    // Another process may have moved it farther since, and its word may have come first.
    offset = Math.max(offset, raised)
  }
  await read()
  return {
    ...clock,
    offsetMs: () => offset,
    moveTo: (instant) => raiseOffset(instant.getTime() - clock.realNow().getTime()),
    raiseOffset,
    reset: async () => {
      await resetClockOffset(database)
      offset = 0
    },
    stop: () => subscription.unlisten(),
  }
}
