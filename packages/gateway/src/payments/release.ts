/**
 * Letting held money go: what nobody captured in time, and the rest of what was captured in part.
 * The releases are written down here; the resolver sends them, as every other reversal.
 */
import type { DueWork } from '../platform/jobs/index.ts'
import { type Money, money } from '../primitives/money.ts'
import { type AskDeps, newReversal } from './ask.ts'
import type { Payment } from './payment.ts'
import { beginRelease, beginRestRelease } from './stores/follow-up.store.ts'
import {
  findEndedHolds,
  findHeldRests,
  findNextHoldEnd,
  letRestGo,
} from './stores/unfinished.store.ts'

const mostAtOnce = 20

export function releaseWork(deps: AskDeps): DueWork {
  const { database, clock } = deps
  return {
    name: 'holds',
    nextDueAt: async () => {
      const [held] = await findHeldRests(database, 1)
      return held ? clock.now() : findNextHoldEnd(database)
    },
    runDue: async (now) => {
      for (const payment of await findEndedHolds(database, now, mostAtOnce)) {
        // Whoever captures at this moment and wins the payment keeps it.
        await beginRelease(database, await releaseOf(deps, payment, payment.authorized, now))
      }
      for (const payment of await findHeldRests(database, mostAtOnce)) {
        if (deps.networks(payment.acquirerId).capabilities.partialReversal) {
          const rest = payment.authorized.minor - payment.captured.minor
          const release = await releaseOf(deps, payment, money(rest, 'IDR'), now)
          await beginRestRelease(database, release)
        } else await letRestGo(database, payment)
      }
    },
  }
}

/** The reversal of an authorization, or of a part of it. */
function releaseOf(deps: AskDeps, payment: Payment, amount: Money, now: Date) {
  return newReversal(deps, payment, { operationId: payment.chargeOperationId, amount }, now)
}
