/** How far Kafka has the log, who publishes it, and what of it is old. */
import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'

export type Lease = {
  /** Names the process. */
  readonly publisher: string
  /** Real time. */
  readonly now: Date
  readonly until: Date
}

/** Takes or renews the publishing; the last number that is published, undefined where another has it. */
export async function claimPublishing(
  database: Database,
  { publisher, now, until }: Lease,
): Promise<bigint | undefined> {
  const [row] = await database<{ lastNumber: bigint }[]>`
    update event_publishing
    set publisher = ${publisher}, leased_until = ${until}
    where publisher is null or publisher = ${publisher} or leased_until <= ${now}
    returning last_number as "lastNumber"`
  return row?.lastNumber
}

/** Kafka has everything up to a number; without effect where another publishes meanwhile. */
export async function markPublished(
  database: Database,
  publisher: string,
  number: bigint,
): Promise<void> {
  await database`
    update event_publishing
    set last_number = greatest(last_number, ${number})
    where publisher = ${publisher}`
}

/** Lets another begin at once. */
export async function releasePublishing(database: Database, publisher: string): Promise<void> {
  await database`
    update event_publishing
    set publisher = null, leased_until = null
    where publisher = ${publisher}`
}

export type Purge = {
  /** Events with smaller ids are old: an id begins with its time. */
  readonly before: string
  readonly most: number
}

/** Deletes the oldest events of the log, if Kafka has them; how many. */
export async function purgePublished(database: Database, purge: Purge): Promise<number> {
  return deleteOldest(
    database,
    purge,
    database`
      where published_number <= (select last_number from event_publishing)
      order by published_number`,
  )
}

/** Deletes the oldest events where nobody publishes them, read or not; how many. */
export async function purgeUnpublished(database: Database, purge: Purge): Promise<number> {
  const waiting = database`
    where published_number is null
    order by occurred_at, event_id`
  const read = database`
    where published_number is not null
    order by published_number`
  return (
    (await deleteOldest(database, purge, read)) + (await deleteOldest(database, purge, waiting))
  )
}

/** The oldest by the order of the log, up to the first that is not old. */
async function deleteOldest(
  database: Database,
  { before, most }: Purge,
  oldest: Fragment,
): Promise<number> {
  const [first] = await database<{ isOld: boolean }[]>`
    select event_id < ${before} as "isOld" from events ${oldest} limit 1`
  if (!first?.isOld) return 0
  const rows = await database`
    delete from events
    where (merchant_id, event_id) in (
        select merchant_id, event_id from events ${oldest} limit ${most}
      )
      and event_id < ${before}`
  return rows.count
}
