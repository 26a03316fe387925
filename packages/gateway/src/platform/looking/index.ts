/**
 * Looking at what is undecided until it is decided: what lost its answer, or was left by a process that
 * died. Any number of processes look; a lease keeps two of them from looking at one thing, and what a
 * look cannot decide is put off, longer each time.
 */
import { type Clock, later } from '../../primitives/clock.ts'
import type { Database } from '../database/index.ts'
import { backOffMs, type DueWork } from '../jobs/index.ts'
import type { Log } from '../log/index.ts'
import {
  type Claimed,
  claimOpen,
  findNextLook,
  type LookedAtTable,
  putOff,
} from './looking.store.ts'

export { claimOpen, type LookedAtTable, putOff } from './looking.store.ts'

/** How something stands after a look; who is late with its answer is asked again when it is due. */
export type Look = 'finished' | 'open' | { readonly decidedBy: Date }

/** Longer than one look can take. */
const leaseMs = 30_000

const mostAtOnce = 20

/** What a work looks at: how it is found by its claims, and what a look does. */
export type LookedAt<Id extends string, Found> = {
  readonly name: string
  readonly in: LookedAtTable
  readonly find: (claimed: readonly Claimed<Id>[]) => Promise<readonly Found[]>
  readonly idOf: (found: Found) => Id
  readonly look: (found: Found) => Promise<Look>
}

/** The work that looks at what is open in a table. A look that fails is put off as one that found nothing. */
export function lookingWork<Id extends string, Found>(
  deps: { database: Database; clock: Clock; log: Log },
  at: LookedAt<Id, Found>,
): DueWork {
  const { database, clock, log } = deps
  const lookAtOne = async (found: Found, { looks, ...key }: Claimed<Id>, now: Date) => {
    let next = later(now, backOffMs(looks))
    try {
      const look = await at.look(found)
      if (look === 'finished') return
      // Who is late is not asked all the time.
      if (look !== 'open' && look.decidedBy > now) next = look.decidedBy
    } catch (err) {
      log.warn({ err, work: at.name, id: key.id }, 'a look failed, will look again')
    }
    await putOff(database, at.in, key, next)
  }
  return {
    name: at.name,
    nextDueAt: () => findNextLook(database, at.in, clock.realNow()),
    runDue: async (now) => {
      const realNow = clock.realNow()
      const leaseUntil = later(realNow, leaseMs)
      const limits = { now, realNow, leaseUntil, limit: mostAtOnce }
      const claimed = await claimOpen<Id>(database, at.in, limits)
      const found = await at.find(claimed)
      const claims = new Map(claimed.map((claim) => [claim.id, claim]))
      await Promise.all(
        found.map(async (one) => {
          const claim = claims.get(at.idOf(one))
          if (claim) await lookAtOne(one, claim, now)
        }),
      )
    },
  }
}
