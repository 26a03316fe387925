/**
 * The sandbox's clock: real time plus an offset that `POST /sandbox/clock` moves. The offset is
 * kept in the database and announced to every process (LISTEN), so that several agree.
 */
import { type Clock, sleep, systemClock } from '../../primitives/clock.ts'
import type { Random } from '../../primitives/random.ts'
import { type Database, whileDown } from '../database/index.ts'
import {
  type ClockReading,
  clockChannel,
  findClock,
  parseAnnouncement,
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
  /** Looks no more. What listens ends with the pool: the driver's UNLISTEN may wait for ever. */
  stop(): void
}

/** How late a move of another process is noticed at most. */
const lookEveryMs = 1_000

/** How long a move is asked for again where its connection is lost. */
const mostTriesMs = 15_000

export async function createSandboxClock(
  database: Database,
  random: Random,
): Promise<SandboxClock> {
  let known: ClockReading = { offsetMs: 0, resets: 0 }
  const clock = systemClock(() => known.offsetMs)
  // What was read, and what is announced, comes in any order: only a later reset takes a move back.
  const hear = (told: ClockReading) => {
    const isNewer = told.resets === known.resets && told.offsetMs > known.offsetMs
    if (isNewer || told.resets > known.resets) known = told
  }
  const read = async () => hear(await findClock(database))
  // `onlisten` runs again after every reconnection: what was announced meanwhile is read then.
  await database.listen(
    clockChannel,
    (payload) => hear(parseAnnouncement(payload)),
    // Where that fails, the next look (lookAgain) makes up for it.
    () => void read().catch(() => {}),
  )
  await read()
  const stopping = new AbortController()
  void lookAgain(clock, stopping.signal, read)
  return {
    ...clock,
    offsetMs: () => known.offsetMs,
    resets: async () => (await findClock(database)).resets,
    moveBy: async (milliseconds, sinceResets) => {
      if (milliseconds <= 0) return 'moved'
      const moveId = random.bytes(16).toString('hex')
      const move = { moveId, byMs: milliseconds, mostMs: mostAheadMs, sinceResets }
      const outcome = await whileDown(clock, mostTriesMs, () => raiseClockOffset(database, move))
      hear(outcome.clock)
      if (sinceResets !== undefined && outcome.clock.resets !== sinceResets) return 'reset'
      return outcome.isMoved ? 'moved' : 'too_far'
    },
    reset: async () => hear(await resetClockOffset(database)),
    stop: () => stopping.abort(),
  }
}

/**
 * For announcements that were missed: a connection of the driver (postgres 3.4.9) that is ended while it
 * starts leaves its error to the next one, whose LISTEN is then refused and never repeated (its issue 1223).
 */
async function lookAgain(
  clock: Clock,
  stopping: AbortSignal,
  read: () => Promise<void>,
): Promise<void> {
  while (!stopping.aborted) {
    await sleep(clock, lookEveryMs, stopping).catch(() => {})
    if (!stopping.aborted) await read().catch(() => {})
  }
}
