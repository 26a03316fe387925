/**
 * The end of events: what is older than the log is kept goes, but nothing that Kafka has yet to get.
 * By real time: a sandbox whose clock is moved by months keeps what just happened.
 */
import type { Database } from '../platform/database/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import { type Clock, later } from '../primitives/clock.ts'
import { firstIdOf } from '../primitives/id.ts'
import { purgePublished, purgeUnpublished } from './publishing.store.ts'

export type PurgeDeps = {
  readonly database: Database
  readonly clock: Clock
  readonly keptMs: number
  /** Whether somebody publishes the events. */
  readonly isPublished: boolean
}

/** Rows of one statement: some milliseconds of locks. */
const mostAtOnce = 1_000

export function eventPurgeWork({ database, clock, keptMs, isPublished }: PurgeDeps): DueWork {
  const purge = isPublished ? purgePublished : purgeUnpublished
  return {
    name: 'purge of events',
    // Nothing falls due by the sandbox's clock.
    nextDueAt: async () => undefined,
    runDue: async () => {
      const before = firstIdOf('event', later(clock.realNow(), -keptMs))
      await purge(database, { before, most: mostAtOnce })
    },
  }
}
