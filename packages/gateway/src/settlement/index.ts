/**
 * Settlement: at a daily cut-off the captured payments of each acquirer account are closed into a
 * batch, and the acquirer closes its own. A payment is in one batch at most, and what is in a batch
 * is refunded, not voided. A batch belongs to an account, which several merchants may share; a
 * report to a batch and a merchant. Next: cut-off.ts opens batches, close.ts closes them, report.ts;
 * taking payments into a batch is payments/stores/batch.store.ts.
 */
import { findBatchLines, releaseHeld } from '../payments/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import { later, sleep } from '../primitives/clock.ts'
import type { MerchantId } from '../primitives/id.ts'
import type { Batch } from './batch.ts'
import { type CloseDeps, closingWork } from './close.ts'
import { type CutOffDeps, cutOffWork, newBatches } from './cut-off.ts'
import { writeReport } from './report.ts'
import { findBatches, findLatestBatches, openBatches } from './settlement.store.ts'

export { type Batch, batchMoves } from './batch.ts'
export type { BatchAnnouncement, ClosedBatch } from './settlement.store.ts'

export type Settlements = {
  /** Closes everything that is open now; the batches as they stand then. */
  settleNow(): Promise<Batch[]>
  /**
   * Releases what `hold_settlement` keeps out of the batches; how many payments it were. Undefined
   * where the merchant has no such invoice.
   */
  release(merchantId: MerchantId, invoiceNumber: string): Promise<number | undefined>
  /** The latest batches, of the latest cut-off first. */
  latest(): Promise<Batch[]>
  /** The report (CSV) of a batch for a merchant; undefined where it has nothing in the batch. */
  report(
    batchId: string,
    merchant: { readonly merchantId: MerchantId; readonly clientId: string },
  ): Promise<string | undefined>
  /** What makes the daily cut-off and closes batches by itself. */
  readonly works: readonly DueWork[]
}

/** Tables emptied by a sandbox reset. */
export const settlementTables = ['batches', 'cut_offs'] as const

/** Five months of three accounts. */
const latestBatches = 500

/** How long settle-now waits for an acquirer, or for another process that closes the same batch. */
const mostWaitMs = 10_000

export function createSettlements(deps: CutOffDeps & CloseDeps): Settlements {
  const { database, clock, repeat } = deps
  const closing = closingWork(deps)
  return {
    settleNow: async () => {
      const opened = await newBatches(deps, clock.now())
      const batchIds = await repeat(() => openBatches(database, opened))
      const waitUntil = later(clock.realNow(), mostWaitMs)
      for (;;) {
        await closing.runDue(clock.now())
        const batches = await findBatches(database, batchIds)
        const areClosed = batches.every(({ state }) => state === 'closed')
        if (areClosed || clock.realNow() >= waitUntil) return batches
        await sleep(clock, 20)
      }
    },
    release: (merchantId, invoiceNumber) => releaseHeld(database, merchantId, invoiceNumber),
    latest: () => findLatestBatches(database, latestBatches),
    report: async (batchId, { merchantId, clientId }) => {
      const [batch] = await findBatches(database, [batchId])
      // While it collects, a report would be of half of it.
      if (batch === undefined || batch.state === 'collecting') return undefined
      const lines = await findBatchLines(database, batch.batchId, merchantId)
      return lines.length === 0 ? undefined : writeReport(batch, clientId, lines)
    },
    works: [cutOffWork(deps), closing],
  }
}
