/**
 * Work that falls due. Every kind of it can say when its next piece is due and can do what is due
 * by an instant; so the same works run by themselves in the background and, in due order, when the
 * sandbox's clock is advanced. A process may die at any point: what is due is in the database.
 */
import { type Clock, sleep } from '../../primitives/clock.ts'
import type { Log } from '../log/index.ts'

export type DueWork = {
  readonly name: string
  /** When the next piece falls due; undefined where nothing is waiting. */
  nextDueAt(): Promise<Date | undefined>
  /** Does what is due by `now`, as far as nobody else is doing it. */
  runDue(now: Date): Promise<void>
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

/** How long an advance waits for a piece that another worker holds. */
const mostWaitMs = 10_000

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
  const earliest = async () => {
    const dues = await Promise.all(works.map((work) => work.nextDueAt()))
    const times = dues.flatMap((due) => (due ? [due.getTime()] : []))
    return times.length > 0 ? Math.min(...times) : undefined
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
      let held: { due: number; until: number } | undefined
      for (;;) {
        const due = await earliest()
        if (due === undefined || due > target.getTime()) break
        if (due > clock.now().getTime()) await moveClock(new Date(due))
        for (const work of works) await work.runDue(clock.now())
        // Still there: somebody else holds it. Wait for them, but not for ever.
        const now = clock.realNow().getTime()
        if (held?.due !== due) held = { due, until: now + mostWaitMs }
        else if (now > held.until) break
        else await sleep(clock, 10)
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
