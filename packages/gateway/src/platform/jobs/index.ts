/**
 * Work that falls due. Every kind of it can say when its next piece is due and can do what is due
 * by an instant; so the same works run by themselves in the background and, in due order, when the
 * sandbox's clock is advanced. A process may die at any point: what is due is in the database.
 */
import { type Clock, sleep } from '../../primitives/clock.ts'
import { whileDown } from '../database/index.ts'
import type { Log } from '../log/index.ts'

export type DueWork = {
  readonly name: string
  /** When the next piece falls due; undefined where nothing is waiting. */
  nextDueAt(): Promise<Date | undefined>
  /** Does what is due by `now`, as far as nobody else is doing it. */
  runDue(now: Date): Promise<void>
  /** Of work that `runDue` only begins: whether pieces of it are under way in this process. */
  isUnderWay?(): boolean
}

/** 10 s after the first try, doubling to an hour: who is asked may be away for a day. */
export function backOffMs(tries: number): number {
  return Math.min(10_000 * 2 ** tries, 3_600_000)
}

export type Jobs = {
  start(): void
  /** Something fell due just now: do not wait for the next look at this work, or at all of them. */
  wake(work?: DueWork): void
  /** Does everything that falls due up to an instant, in order, moving the clock along. */
  advanceTo(target: Date, moveClock: (instant: Date) => Promise<void>): Promise<void>
  /** Ends the background work after the pieces at hand. */
  stop(): Promise<void>
}

/** The safety net for wake-ups that were missed, and for what other processes wrote. */
const lookEveryMs = 1_000

/**
 * How long an advance waits for a piece that another worker holds: longer than every lease, so that the
 * worker has done it by then, or is dead and the piece was taken from it.
 */
const mostWaitMs = 45_000

/** How long it waits at one instant while pieces are under way here, each of which ends by itself. */
const mostUnderWayMs = 300_000

/** How long it waits for a database that is away: who advances a day does not want to begin again. */
const mostDownMs = 15_000

export function createJobs(deps: { works: readonly DueWork[]; clock: Clock; log: Log }): Jobs {
  const { works, clock, log } = deps
  let stopping = new AbortController()
  const awake = new Map(works.map((work) => [work, new AbortController()]))
  let loops: Promise<unknown> | undefined

  // A loop for each: a work that waits for a network must not hold up the others.
  const run = async (work: DueWork) => {
    while (!stopping.signal.aborted) {
      const woken = new AbortController()
      awake.set(work, woken)
      try {
        await work.runDue(clock.now())
      } catch (err) {
        if (!stopping.signal.aborted) log.warn({ work: work.name, err }, 'work failed, will retry')
      }
      const either = AbortSignal.any([woken.signal, stopping.signal])
      await sleep(clock, lookEveryMs, either).catch(() => {})
    }
  }
  return {
    start: () => {
      stopping = new AbortController()
      loops ??= Promise.all(works.map(run))
    },
    wake: (work) => {
      for (const one of work ? [work] : works) awake.get(one)?.abort()
    },
    advanceTo: async (target, moveClock) => {
      const waiting = createWaiting(clock, log)
      for (;;) {
        const dues = await whileDown(clock, mostDownMs, () => duesOf(works))
        const next = waiting.first(dues)
        if (!next || next.due > target) break
        if (next.due > clock.now()) await moveClock(next.due)
        for (const work of works) await whileDown(clock, mostDownMs, () => work.runDue(clock.now()))
        await waiting.pauseWhileHeld(next)
      }
      await moveClock(target)
    },
    stop: async () => {
      stopping.abort()
      await loops
      loops = undefined
    },
  }
}

/** When the next piece of a work falls due, or fell. */
type Due = { readonly work: DueWork; readonly due: Date }

/** Of each work that waits for anything, the earliest first. */
async function duesOf(works: readonly DueWork[]): Promise<Due[]> {
  const dues = await Promise.all(
    works.map(async (work) => {
      const due = await work.nextDueAt()
      return due ? [{ work, due }] : []
    }),
  )
  return dues.flat().toSorted((one, other) => one.due.getTime() - other.due.getTime())
}

/**
 * An advance's patience with pieces that stay due although they were run: somebody else holds them, or
 * they are under way. One that it gives up on is left behind alone; everything else is done in its turn.
 */
function createWaiting(clock: Clock, log: Log) {
  const givenUp = new Map<DueWork, number>()
  let held: { readonly due: Due; readonly since: number } | undefined
  const isSame = (one: Due, other: Due) =>
    one.work === other.work && one.due.getTime() === other.due.getTime()
  return {
    first: (dues: readonly Due[]) =>
      dues.find(({ work, due }) => givenUp.get(work) !== due.getTime()),
    pauseWhileHeld: async (ran: Due) => {
      const now = clock.realNow().getTime()
      if (!held || !isSame(held.due, ran)) {
        // Run for the first time: it may well be done.
        held = { due: ran, since: now }
        return
      }
      const { work, due } = ran
      const mostMs = work.isUnderWay?.() ? mostUnderWayMs : mostWaitMs
      if (now - held.since <= mostMs) return sleep(clock, 10)
      log.warn({ work: work.name, due }, 'an advance of the clock leaves behind what is held')
      givenUp.set(work, due.getTime())
    },
  }
}
