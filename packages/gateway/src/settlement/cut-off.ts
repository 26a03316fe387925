/** The daily cut-off: at a time of the day in Jakarta, what is captured is closed into batches. */
import { findUnsettledAccounts, isAnythingUnsettled } from '../payments/index.ts'
import type { Database } from '../platform/database/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Ids } from '../primitives/id.ts'
import { followingCutOff, lastCutOff } from './jakarta-time.ts'
import { isCutOffMade, makeCutOff, type NewBatch } from './settlement.store.ts'

export type CutOffDeps = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  /** HH:MM in Jakarta. */
  readonly cutOffTime: string
}

/**
 * Several cut-offs that were missed are one: there is nothing between them that a merchant could
 * tell apart.
 */
export function cutOffWork(deps: CutOffDeps): DueWork {
  const { database, clock, cutOffTime } = deps
  return {
    name: 'cut-off',
    nextDueAt: async () => {
      if (!(await isAnythingUnsettled(database))) return undefined
      const last = lastCutOff(clock.now(), cutOffTime)
      return (await isCutOffMade(database, last)) ? followingCutOff(last) : last
    },
    runDue: async (now) => {
      const cutOffAt = lastCutOff(now, cutOffTime)
      if (await isCutOffMade(database, cutOffAt)) return
      await makeCutOff(database, cutOffAt, now, await newBatches(deps, cutOffAt))
    },
  }
}

/** A batch for each account that has something to settle. */
export async function newBatches(
  { database, clock, ids }: Omit<CutOffDeps, 'cutOffTime'>,
  cutOffAt: Date,
): Promise<NewBatch[]> {
  const createdAt = clock.now()
  const accounts = await findUnsettledAccounts(database, cutOffAt)
  return accounts.map((account) => ({
    ...account,
    batchId: ids.next('batch'),
    cutOffAt,
    createdAt,
  }))
}
