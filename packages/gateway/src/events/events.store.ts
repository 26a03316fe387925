import type { Fragment } from 'postgres'
import { type Database, inTransaction } from '../platform/database/index.ts'
import type {
  BatchId,
  BindingId,
  BindingMessageId,
  EventId,
  MerchantId,
  OperationId,
} from '../primitives/id.ts'
import type { EventData, EventType } from './catalogue.ts'

export type NewEvent = {
  readonly [T in EventType]: {
    /** What settles with it. */
    readonly operationId: OperationId | BindingMessageId | BindingId | BatchId
    /** Empty where it is about no one merchant. */
    readonly merchantId: MerchantId | ''
    readonly eventId: EventId
    readonly type: T
    /** Undefined where only the settling statement knows it. */
    readonly subject?: string
    /** Without what only the settling statement knows. */
    readonly data: Partial<EventData<T>>
    /** Business time. */
    readonly occurredAt: Date
  }
}[EventType]

/**
 * Events as a part of a settling statement; each where `settled` (a CTE) has its operation_id. Its
 * other columns: `subject`, or null where the event names its own; `sequence`, the version that the
 * statement gave the subject; `event_data`, what only the statement knows of the data, or null.
 */
export function keepEvents(
  database: Database,
  events: readonly NewEvent[],
  settled: Fragment,
): Fragment {
  return database`
    insert into events (merchant_id, event_id, type, subject, sequence, data, occurred_at)
    select e."merchantId", e."eventId", e.type, coalesce(e.subject, settled.subject),
      settled.sequence, e.data || coalesce(settled.event_data, '{}'), e."occurredAt"
    from jsonb_to_recordset(${JSON.stringify(events)}::text::jsonb) as e(
      "operationId" text, "merchantId" text, "eventId" text, type text, subject text, data jsonb,
      "occurredAt" timestamptz)
    join ${settled} as settled on settled.operation_id = e."operationId"
    -- The statement may be repeated after a lost connection.
    on conflict do nothing`
}

/**
 * Gives the oldest events that have no place in the log yet the next ones, those of a subject in its
 * own order. Numbers become visible in their order: whoever sees one sees all below it.
 */
export async function numberEvents(database: Database, most: number): Promise<void> {
  await inTransaction(database, async (transaction) => {
    // One at a time. A statement of its own, so that the next one sees what the last numberer did.
    await transaction`select last_number from event_numbering for update`
    await transaction`
      with oldest as (
        select merchant_id, event_id, subject, sequence, occurred_at
        from events
        where published_number is null
        order by occurred_at, event_id
        limit ${most}
      ),
      -- Of their subjects nothing is passed by, though a clock that was ahead made it younger. What
      -- came before it is visible: a subject changes by one statement after the other.
      waiting as (
        select * from oldest
        union
        select e.merchant_id, e.event_id, e.subject, e.sequence, e.occurred_at
        from oldest
        join events e on e.subject = oldest.subject and e.sequence < oldest.sequence
        where e.published_number is null
      ),
      ordered as (
        select *, max(occurred_at) over (partition by subject order by sequence) as reached_at
        from waiting
      ),
      place as (
        select merchant_id, event_id, last_number + row_number() over (
          order by reached_at, subject, sequence, occurred_at, event_id) as number
        from event_numbering
        cross join ordered
      ),
      numbered as (
        update events
        set published_number = place.number
        from place
        where events.merchant_id = place.merchant_id and events.event_id = place.event_id
        returning published_number
      )
      update event_numbering
      set last_number = (select max(published_number) from numbered)
      where exists (select 1 from numbered)`
  })
}

export type StoredEvent = {
  readonly merchantId: MerchantId | ''
  readonly eventId: EventId
  readonly type: EventType
  readonly subject: string
  readonly sequence: number
  readonly data: EventData
  readonly occurredAt: Date
  readonly number: bigint
}

/** The log after a number. */
export async function readEvents(
  database: Database,
  after: bigint,
  limit: number,
): Promise<StoredEvent[]> {
  return database<StoredEvent[]>`
    select merchant_id as "merchantId", event_id as "eventId", type, subject, sequence, data,
      occurred_at as "occurredAt", published_number as number
    from events
    where published_number > ${after}
    order by published_number
    limit ${limit}`
}

/** The last number that was ever given, also to an event that a reset took away. */
export async function findLastNumber(database: Database): Promise<bigint> {
  const [row] = await database<{ lastNumber: bigint }[]>`
    select last_number as "lastNumber" from event_numbering`
  return row?.lastNumber ?? 0n
}
