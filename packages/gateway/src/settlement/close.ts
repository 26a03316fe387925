/**
 * Closing a batch, in steps that each leave the next to whoever comes first: it collects payments in
 * bounded statements, then it is closing and takes no more, then the acquirer is told, then it is
 * closed. A process may die after any of them; what it did is done, what it was about to do is done
 * again and changes nothing (design.md 2).
 */
import type { CardAcquirer } from '../networks/card-acquirer/contract.ts'
import { findBatchTotals, type Taking, takePayments, takeRefunds } from '../payments/index.ts'
import type { Database } from '../platform/database/index.ts'
import { backOffMs, type DueWork } from '../platform/jobs/index.ts'
import type { Log } from '../platform/log/index.ts'
import { type Clock, later, withDeadline } from '../primitives/clock.ts'
import {
  type BatchAnnouncement,
  type ClaimedBatch,
  claimBatches,
  closeBatch,
  dropBatch,
  endCollecting,
  findNextBatch,
  lockCollecting,
  putOffBatch,
} from './settlement.store.ts'

export type CloseDeps = {
  readonly database: Database
  readonly networks: (acquirerId: string) => Pick<CardAcquirer, 'closeBatch'>
  readonly clock: Clock
  readonly log: Log
  readonly announce: BatchAnnouncement
  /** Repeats a repeatable statement that lost against another, or lost its connection. */
  readonly repeat: <T>(work: () => Promise<T>) => Promise<T>
}

/** Rows of one statement: some milliseconds of locks. */
const mostAtOnce = 500

/** Accounts at once; each asks for one connection. */
const mostBatches = 8

const tellDeadlineMs = 5_000

/** Longer than a small batch takes. Two who close a large one at once do nothing twice. */
const leaseMs = 30_000

/** Batches that are opened and not closed. */
export function closingWork(deps: CloseDeps): DueWork {
  const { database, clock, log } = deps
  return {
    name: 'batches',
    nextDueAt: () => findNextBatch(database),
    runDue: async (now) => {
      const realNow = clock.realNow()
      const batches = await claimBatches(database, {
        now,
        realNow,
        leaseUntil: later(realNow, leaseMs),
        limit: mostBatches,
      })
      await Promise.all(
        batches.map(async (batch) => {
          try {
            if (await close(deps, batch)) return
          } catch (err) {
            log.warn({ err, batch: batch.batchId }, 'closing a batch failed')
          }
          const lookAt = later(clock.now(), backOffMs(batch.tries))
          await putOffBatch(database, batch.batchId, lookAt)
        }),
      )
    },
  }
}

/** Whether this process has nothing more to do for the batch. */
async function close(deps: CloseDeps, batch: ClaimedBatch): Promise<boolean> {
  const { database, clock, repeat } = deps
  const { batchId, acquirerId, mid, tid } = batch
  const cutOffAt = batch.state === 'collecting' ? await collect(deps, batch) : batch.cutOffAt
  if (cutOffAt === undefined) return true
  const totals = await findBatchTotals(database, batchId)
  if (totals.paymentCount + totals.refundCount === 0n) {
    await dropBatch(database, batchId)
    return true
  }
  const outcome = await withDeadline(clock, tellDeadlineMs, (deadline) =>
    deps.networks(acquirerId).closeBatch({ mid, tid, batchId }, deadline),
  )
  if (outcome.kind === 'unknown') return false
  const closed = { batchId, acquirerId, mid, tid, cutOffAt, closedAt: clock.now(), totals }
  await repeat(() => closeBatch(database, closed, deps.announce))
  return true
}

/**
 * Takes everything that is due and ends the collecting; the cut-off until which it did, undefined
 * where somebody else ended it.
 */
async function collect(deps: CloseDeps, batch: ClaimedBatch): Promise<Date | undefined> {
  const { database, repeat } = deps
  for (let { cutOffAt } = batch; ; ) {
    // In this order: a refund is taken once its payment is.
    for (const take of [takePayments, takeRefunds]) await takeAll(deps, batch, take)
    const ended = await repeat(() => endCollecting(database, batch.batchId, cutOffAt))
    if (ended?.state !== 'collecting') return ended?.cutOffAt
    cutOffAt = ended.cutOffAt
  }
}

async function takeAll(
  { database, repeat }: CloseDeps,
  { batchId, acquirerId, mid, tid }: ClaimedBatch,
  take: (database: Database, taking: Taking) => Promise<string[]>,
): Promise<void> {
  for (let after = ''; ; ) {
    const taken = await repeat(() =>
      take(database, {
        acquirerId,
        mid,
        tid,
        batchId,
        batch: lockCollecting(database, batchId),
        after,
        limit: mostAtOnce,
      }),
    )
    const last = taken.at(-1)
    if (taken.length < mostAtOnce || last === undefined) return
    after = last
  }
}
