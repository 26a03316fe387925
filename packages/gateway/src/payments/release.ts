/**
 * Letting held money go: what nobody captured in time, and the rest of what was captured in part.
 * The releases are written down here; the resolver sends them, as every other reversal.
 */
import type { DueWork } from '../platform/jobs/index.ts'
import { money } from '../primitives/money.ts'
import type { AskDeps } from './ask.ts'
import { newOperation, type Payment } from './payment.ts'
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
        const operation = await releaseOf(deps, payment, payment.authorized, now)
        // Whoever captures at this moment and wins the payment keeps it.
        await beginRelease(database, { payment, operation, lookAt: now, now })
      }
      for (const payment of await findHeldRests(database, mostAtOnce)) {
        if (deps.acquirers(payment.acquirerId).capabilities.partialReversal) {
          const rest = payment.authorized.minor - payment.captured.minor
          const operation = await releaseOf(deps, payment, money(rest, 'IDR'), now)
          await beginRestRelease(database, { payment, operation, lookAt: now, now })
        } else await letRestGo(database, payment)
      }
    },
  }
}

/** The reversal of an authorization, or of a part of it. */
async function releaseOf(
  { ids, traceNumbers, clock }: AskDeps,
  payment: Payment,
  amount: Payment['amount'],
  now: Date,
) {
  return newOperation({
    operationId: ids.next('operation'),
    kind: 'reversal',
    amount,
    references: await traceNumbers.next(payment, now),
    askUntil: clock.realNow(),
    originalOperationId: payment.chargeOperationId,
    createdAt: now,
  })
}
