/** Throwing card numbers away, as a piece of background work. */
import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import { later } from '../primitives/clock.ts'
import { type CardKey, purgeCards } from './purge.store.ts'

/** How often the cards are looked through. Not due at an instant: nobody waits for it. */
const everyMs = 3_600_000

/** An authentication serves a charge for 15 minutes; an hour is on the safe side of every clock. */
const youngMs = 3_600_000

/** Rows that one transaction locks. */
const atMost = 500

export function purgeWork(deps: {
  readonly database: Database
  /** Who may still need a card of `cards`, besides the tokens that lead to it. */
  readonly isNeeded: (now: Date) => Fragment
}): DueWork {
  const { database, isNeeded } = deps
  let lastRun = 0
  return {
    name: 'purge',
    nextDueAt: async () => undefined,
    runDue: async (now) => {
      if (Math.abs(now.getTime() - lastRun) < everyMs) return
      const keptBefore = later(now, -youngMs)
      let after: CardKey | undefined
      do {
        const options = { keptBefore, isNeeded: isNeeded(now), after, atMost }
        after = (await purgeCards(database, options)).next
      } while (after)
      lastRun = now.getTime()
    },
  }
}
