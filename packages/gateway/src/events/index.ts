/**
 * Events: what happened, for downstream systems. An event is written by the statement that settles
 * what it tells (an outbox), and gets its place in the log afterwards, so that a reader never passes
 * one that commits late. Delivered at least once: a consumer dedupes by the event's id. Which events
 * there are is in catalogue.ts; publisher.ts brings them to Kafka.
 */
import type { Database } from '../platform/database/index.ts'
import { type CloudEvent, toCloudEvent } from './cloud-event.ts'
import { findLastNumber, numberEvents, readEvents } from './events.store.ts'

export { asyncApi } from './async-api.ts'
export { type EventData, eventCatalogue, eventFamilies } from './catalogue.ts'
export { keepEvents, type NewEvent } from './events.store.ts'
export { createPublisher, type Publisher } from './publisher.ts'
export { eventPurgeWork } from './purge.ts'

export type EventPage = {
  readonly events: readonly CloudEvent[]
  /** The cursor to read on from. */
  readonly cursor: string
}

export type Events = {
  /**
   * The log after a cursor, or from its beginning, none skipped; undefined where the text is no
   * cursor of this log.
   */
  read(page: {
    readonly after: string | undefined
    readonly limit: number
  }): Promise<EventPage | undefined>
}

/** Tables emptied by a sandbox reset; cursors stay good. */
export const eventTables = ['events'] as const

export function createEvents({ database }: { readonly database: Database }): Events {
  return {
    read: async ({ after = '0', limit }) => {
      const start = numberOf(after)
      if (start === undefined) return undefined
      await numberEvents(database, limit)
      const events = await readEvents(database, start, limit)
      const last = events.at(-1)
      // A cursor of the future is of another database: it would skip what comes here meanwhile.
      if (!last && start > (await findLastNumber(database))) return undefined
      return { events: events.map(toCloudEvent), cursor: String(last?.number ?? start) }
    },
  }
}

/** 18 digits are less than a bigint of PostgreSQL holds. */
function numberOf(cursor: string): bigint | undefined {
  return /^(0|[1-9][0-9]{0,17})$/.test(cursor) ? BigInt(cursor) : undefined
}
