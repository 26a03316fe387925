/** Batches and cut-offs. Payments are taken into batches by payments/stores/batch.store.ts. */
import type { Fragment } from 'postgres'
import type { BatchTotals, SettlementAccount } from '../payments/index.ts'
import { asFurtherCtes, type Database } from '../platform/database/index.ts'
import type { BatchId } from '../primitives/id.ts'
import { money } from '../primitives/money.ts'
import { type Batch, batchMoves } from './batch.ts'

export type NewBatch = SettlementAccount & {
  readonly batchId: BatchId
  readonly cutOffAt: Date
  readonly createdAt: Date
}

/**
 * Opens batches, each of another account; a batch of the account that still collects takes what came
 * until the later cut-off instead. The ids of the batches that will have it all.
 */
export async function openBatches(
  database: Database,
  batches: readonly NewBatch[],
): Promise<BatchId[]> {
  const rows = await database<{ batchId: BatchId }[]>`
    ${insertBatches(database, batches, database`true`)}
    returning batch_id as "batchId"`
  return rows.map(({ batchId }) => batchId)
}

/** Makes a daily cut-off and opens its batches, unless it is made already. */
export async function makeCutOff(
  database: Database,
  cutOffAt: Date,
  madeAt: Date,
  batches: readonly NewBatch[],
): Promise<void> {
  await database`
    with made as (
      insert into cut_offs (cut_off_at, made_at)
      values (${cutOffAt}, ${madeAt})
      on conflict do nothing
      returning 1
    )
    ${insertBatches(database, batches, database`exists (select 1 from made)`)}`
}

function insertBatches(
  database: Database,
  batches: readonly NewBatch[],
  condition: ReturnType<Database>,
) {
  return database`
    insert into batches (
      batch_id, acquirer_id, mid, tid, state, cut_off_at, look_at, created_at
    )
    select "batchId", "acquirerId", mid, tid, 'collecting', "cutOffAt", "createdAt", "createdAt"
    from jsonb_to_recordset(${JSON.stringify(batches)}::text::jsonb) as given(
      "batchId" text, "acquirerId" text, mid text, tid text, "cutOffAt" timestamptz,
      "createdAt" timestamptz)
    where ${condition}
    on conflict (acquirer_id, mid, tid) where state = 'collecting'
      do update set cut_off_at = greatest(batches.cut_off_at, excluded.cut_off_at)`
}

/** Whether the daily cut-off of this instant is made. */
export async function isCutOffMade(database: Database, cutOffAt: Date): Promise<boolean> {
  const [row] = await database<{ made: boolean }[]>`
    select exists (select 1 from cut_offs where cut_off_at = ${cutOffAt}) as made`
  return row?.made === true
}

export type ClaimedBatch = SettlementAccount & {
  readonly batchId: BatchId
  readonly state: Batch['state']
  readonly cutOffAt: Date
  readonly tries: number
}

/**
 * Takes unfinished batches that nobody else is closing, and holds them until the lease ends. An
 * account's batches are closed one after the other: the acquirer has but one open.
 */
export async function claimBatches(
  database: Database,
  options: { now: Date; realNow: Date; leaseUntil: Date; limit: number },
): Promise<ClaimedBatch[]> {
  return database<ClaimedBatch[]>`
    update batches b
    set leased_until = ${options.leaseUntil}
    from (
      select batch_id
      from batches b
      where b.state <> 'closed' and b.look_at <= ${options.now}
        and (b.leased_until is null or b.leased_until <= ${options.realNow})
        and ${isNext(database)}
      order by b.look_at, b.batch_id
      limit ${options.limit}
      for update skip locked
    ) as due
    where b.batch_id = due.batch_id
    returning b.batch_id as "batchId", b.acquirer_id as "acquirerId", b.mid, b.tid, b.state,
      b.cut_off_at as "cutOffAt", b.tries`
}

/** When there is a batch to close. */
export async function findNextBatch(database: Database): Promise<Date | undefined> {
  const [row] = await database<{ lookAt: Date | null }[]>`
    select min(b.look_at) as "lookAt"
    from batches b
    where b.state <> 'closed' and ${isNext(database)}`
  return row?.lookAt ?? undefined
}

/** No older batch of the account is unfinished; ids begin with their time. */
const isNext = (database: Database) => database`
  not exists (
    select 1
    from batches older
    where older.acquirer_id = b.acquirer_id and older.mid = b.mid and older.tid = b.tid
      and older.batch_id < b.batch_id and older.state <> 'closed'
  )`

/** Selects `cut_off_at` of a batch that still takes payments, and locks it against its next move. */
export const lockCollecting = (database: Database, batchId: BatchId) => database`
  select cut_off_at from batches where batch_id = ${batchId} and state = 'collecting' for share`

/**
 * Ends the collecting, unless the cut-off was put off meanwhile; how the batch stands then. Undefined
 * where somebody else ended it.
 */
export async function endCollecting(
  database: Database,
  batchId: BatchId,
  cutOffAt: Date,
): Promise<Pick<ClaimedBatch, 'state' | 'cutOffAt'> | undefined> {
  const [row] = await database<Pick<ClaimedBatch, 'state' | 'cutOffAt'>[]>`
    update batches
    set state = case when cut_off_at = ${cutOffAt} then ${targetOf('tell')} else state end
    where batch_id = ${batchId} and state = any(${batchMoves.statesThatAllow('tell')})
    returning state, cut_off_at as "cutOffAt"`
  return row
}

/** A batch as it is closed, for who is told of it. */
export type ClosedBatch = SettlementAccount & {
  readonly batchId: BatchId
  readonly cutOffAt: Date
  readonly closedAt: Date
  readonly totals: BatchTotals
}

/**
 * What downstream systems hear, as inserts that the statement takes in; each where `settled` (a CTE)
 * has the batch's id as its operation_id, with the columns that events want (keepEvents).
 */
export type BatchAnnouncement = (
  database: Database,
  closed: ClosedBatch,
  settled: Fragment,
) => readonly Fragment[]

/** The acquirer has closed its own. */
export async function closeBatch(
  database: Database,
  closed: ClosedBatch,
  announce: BatchAnnouncement,
): Promise<void> {
  const { batchId, closedAt, totals } = closed
  await database`
    with closed as (
      update batches
      set state = ${targetOf('acknowledge')}, closed_at = ${closedAt},
        payment_count = ${totals.paymentCount}, captured_minor = ${String(totals.capturedMinor)}::numeric,
        refund_count = ${totals.refundCount}, refunded_minor = ${String(totals.refundedMinor)}::numeric,
        leased_until = null
      where batch_id = ${batchId} and state = any(${batchMoves.statesThatAllow('acknowledge')})
      -- It closes once.
      returning batch_id as operation_id, null::text as subject, 1 as sequence,
        null::jsonb as event_data
    )
    ${asFurtherCtes(database, announce(database, closed, database`closed`))}
    select 1 from closed`
}

function targetOf(move: 'tell' | 'acknowledge'): string {
  const [from] = batchMoves.statesThatAllow(move)
  const target = from && batchMoves.next(from, move)
  if (!target) throw new Error(`no state allows ${move}`)
  return target
}

/** A batch that found nothing, because voids or another batch came first, is none. */
export async function dropBatch(database: Database, batchId: BatchId): Promise<void> {
  await database`delete from batches where batch_id = ${batchId} and state = 'closing'`
}

/** Tells the acquirer again later, and lets the batch go. */
export async function putOffBatch(
  database: Database,
  batchId: BatchId,
  lookAt: Date,
): Promise<void> {
  await database`
    update batches
    set tries = least(tries + 1, 1000), look_at = ${lookAt}, leased_until = null
    where batch_id = ${batchId} and state <> 'closed'`
}

type BatchRow = Omit<Batch, 'closedAt' | 'totals'> & { closedAt: Date | null } & {
  [K in keyof BatchTotals]: (K extends `${string}Minor` ? string : bigint) | null
}

const columns = (database: Database) => database`
  batch_id as "batchId", acquirer_id as "acquirerId", mid, tid, state, cut_off_at as "cutOffAt",
  closed_at as "closedAt", payment_count as "paymentCount", captured_minor::text as "capturedMinor",
  refund_count as "refundCount", refunded_minor::text as "refundedMinor"`

/** Batches by their ids, in the order of their accounts. */
export async function findBatches(
  database: Database,
  batchIds: readonly string[],
): Promise<Batch[]> {
  const rows = await database<BatchRow[]>`
    select ${columns(database)}
    from batches
    where batch_id = any(${batchIds as string[]})
    order by acquirer_id, mid, tid, batch_id`
  return rows.map(toBatch)
}

/** The latest batches, of the latest cut-off first. */
export async function findLatestBatches(database: Database, limit: number): Promise<Batch[]> {
  const rows = await database<BatchRow[]>`
    select ${columns(database)}
    from batches
    order by cut_off_at desc, batch_id desc
    limit ${limit}`
  return rows.map(toBatch)
}

function toBatch(row: BatchRow): Batch {
  const { closedAt, paymentCount, capturedMinor, refundCount, refundedMinor, ...rest } = row
  return {
    ...rest,
    closedAt: closedAt ?? undefined,
    totals:
      closedAt === null
        ? undefined
        : {
            payments: Number(paymentCount),
            captured: money(BigInt(capturedMinor ?? 0), 'IDR'),
            refunds: Number(refundCount),
            refunded: money(BigInt(refundedMinor ?? 0), 'IDR'),
          },
  }
}
