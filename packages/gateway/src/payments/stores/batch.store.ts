/**
 * Payments and refunds as the settlement sees them: what no batch has yet, how a batch takes it, and
 * what is in a batch. The batches themselves are the settlement module's (settlement.store.ts).
 */
import type { Fragment } from 'postgres'
import type { PaymentType } from '../../merchants/index.ts'
import type { Database } from '../../platform/database/index.ts'
import type { MerchantId } from '../../primitives/id.ts'
import type { RefundType } from '../payment.ts'

/** Where an acquirer keeps one batch open at a time. */
export type SettlementAccount = {
  readonly acquirerId: string
  readonly mid: string
  readonly tid: string
}

/** How a batch takes payments or refunds: so many of an account, in the order of their ids. */
export type Taking = SettlementAccount & {
  readonly batchId: string
  /**
   * Selects `cut_off_at` of the batch and locks it, or selects nothing where the batch takes no more:
   * so nothing joins a batch after it went on, however long a process slept.
   */
  readonly batch: Fragment
  /** The last id that was taken before. */
  readonly after: string
  readonly limit: number
}

/**
 * Takes captured payments into a batch; their ids in order. A payment whose change is under way (a
 * void) has its slot taken and is left for the next batch; the other way round, a void demands that
 * no batch has the payment. Whoever updates the row first wins.
 */
export async function takePayments(database: Database, taking: Taking): Promise<string[]> {
  const rows = await database<{ id: string }[]>`
    with batch as (${taking.batch}),
    due as (
      select p.merchant_id, p.payment_id
      from payments p
      where ${ofAccount(database, taking)} and ${isUnsettled(database)}
        and p.payment_id > ${taking.after} and p.created_at <= (select cut_off_at from batch)
      order by p.payment_id
      limit ${taking.limit}
      -- What somebody holds is changing: like what has its slot taken, it is for the next batch.
      for update skip locked
    )
    update payments p
    set batch_id = ${taking.batchId}, version = p.version + 1
    from due
    where p.merchant_id = due.merchant_id and p.payment_id = due.payment_id
    returning p.payment_id as id`
  return rows.map(({ id }) => id).sort()
}

/** Takes approved refunds of settled payments into a batch; their ids in order. */
export async function takeRefunds(database: Database, taking: Taking): Promise<string[]> {
  const rows = await database<{ id: string }[]>`
    with batch as (${taking.batch}),
    due as (
      select o.merchant_id, o.operation_id
      from operations o
      join payments p on p.merchant_id = o.merchant_id and p.payment_id = o.payment_id
      where ${isUnsettledRefund(database)} and ${ofAccount(database, taking)}
        and o.operation_id > ${taking.after}
        and o.settled_at <= (select cut_off_at from batch)
      order by o.operation_id
      limit ${taking.limit}
      for update of o skip locked
    )
    update operations o
    set batch_id = ${taking.batchId}
    from due
    where o.merchant_id = due.merchant_id and o.operation_id = due.operation_id
    returning o.operation_id as id`
  return rows.map(({ id }) => id).sort()
}

/** Accounts that have something to settle at a cut-off. */
export async function findUnsettledAccounts(
  database: Database,
  cutOffAt: Date,
): Promise<SettlementAccount[]> {
  return database<SettlementAccount[]>`
    select p.acquirer_id as "acquirerId", p.mid, p.tid
    from payments p
    where ${isUnsettled(database)} and p.created_at <= ${cutOffAt}
    union
    select p.acquirer_id, p.mid, p.tid
    from operations o
    join payments p on p.merchant_id = o.merchant_id and p.payment_id = o.payment_id
    where ${isUnsettledRefund(database)} and o.settled_at <= ${cutOffAt}
    order by 1, 2, 3`
}

/** Whether the next cut-off has anything to close over. */
export async function isAnythingUnsettled(database: Database): Promise<boolean> {
  const [row] = await database<{ found: boolean }[]>`
    select exists (select 1 from payments p where ${isUnsettled(database)})
      or exists (
        select 1
        from operations o
        join payments p on p.merchant_id = o.merchant_id and p.payment_id = o.payment_id
        where ${isUnsettledRefund(database)}
      ) as found`
  return row?.found === true
}

export type BatchTotals = {
  readonly paymentCount: bigint
  readonly capturedMinor: bigint
  readonly refundCount: bigint
  readonly refundedMinor: bigint
}

/** What is in a batch. */
export async function findBatchTotals(database: Database, batchId: string): Promise<BatchTotals> {
  // As text: ten KKI payments of 16 digits and sen are more than a bigint of PostgreSQL holds.
  type Minor = 'capturedMinor' | 'refundedMinor'
  type Row = Omit<BatchTotals, Minor> & Record<Minor, string>
  const [row] = await database<Row[]>`
    select * from (
      select count(*) as "paymentCount",
        coalesce(sum(captured_minor), 0)::text as "capturedMinor"
      from payments
      where batch_id = ${batchId}
    ) as captured,
    (
      select count(*) as "refundCount", coalesce(sum(amount_minor), 0)::text as "refundedMinor"
      from operations
      where batch_id = ${batchId}
    ) as refunded`
  if (!row) throw new Error('totals are one row')
  const { capturedMinor, refundedMinor } = row
  return { ...row, capturedMinor: BigInt(capturedMinor), refundedMinor: BigInt(refundedMinor) }
}

/** One capture or refund of a batch. */
export type BatchLine = {
  readonly line: 'CAPTURE' | RefundType
  readonly mid: string
  readonly tid: string
  readonly invoiceNumber: string
  readonly type: PaymentType
  readonly maskedCardNumber: string
  readonly brand: string
  readonly approvalCode: string | null
  readonly rrn: string
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  readonly capturedAt: Date
  readonly refundedAt: Date | null
}

/** A merchant's captures and refunds in a batch, in the order in which they were approved. */
export async function findBatchLines(
  database: Database,
  batchId: string,
  merchantId: MerchantId,
): Promise<BatchLine[]> {
  const ofPayment = database`
    p.mid, p.tid, p.invoice_number as "invoiceNumber", p.type,
    p.card_description->>'masked' as "maskedCardNumber", p.card_description->>'brand' as brand`
  // `offset 0` keeps the order of the joins: free to choose, the planner of the empty table joins by
  // the merchant alone, and reads all the merchant's operations for each line.
  const captureOfPayment = database`
    cross join lateral (
      select * from operations
      where merchant_id = p.merchant_id and operation_id = p.capture_operation_id
      offset 0
    ) as c`
  return database<BatchLine[]>`
    with captured as materialized (
      select * from payments where batch_id = ${batchId} and merchant_id = ${merchantId}
    ),
    refunds as materialized (
      select * from operations where batch_id = ${batchId} and merchant_id = ${merchantId}
    )
    select * from (
      select 'CAPTURE' as line, ${ofPayment}, c.approval_code as "approvalCode", c.rrn,
        p.captured_minor as "capturedMinor", 0::bigint as "refundedMinor",
        c.settled_at as "capturedAt", null::timestamptz as "refundedAt", c.operation_id
      from captured p
      ${captureOfPayment}
      union all
      select o.refund_type, ${ofPayment}, o.approval_code, o.rrn, 0, o.amount_minor, c.settled_at,
        o.settled_at, o.operation_id
      from refunds o
      cross join lateral (
        select * from payments
        where merchant_id = o.merchant_id and payment_id = o.payment_id
        offset 0
      ) as p
      ${captureOfPayment}
    ) as lines
    order by coalesce("refundedAt", "capturedAt"), operation_id`
}

/**
 * Lets the payments of an invoice that `hold_settlement` kept out go into the next batch; how many
 * there were, undefined where the merchant has no such invoice.
 */
export async function releaseHeld(
  database: Database,
  merchantId: MerchantId,
  invoiceNumber: string,
): Promise<number | undefined> {
  const [row] = await database<{ known: boolean; released: number }[]>`
    with released as (
      update payments
      set settlement_held = false, version = version + 1
      where merchant_id = ${merchantId} and invoice_number = ${invoiceNumber} and settlement_held
      returning 1
    )
    select (select count(*)::integer from released) as released,
      exists (
        select 1 from payments
        where merchant_id = ${merchantId} and invoice_number = ${invoiceNumber}
      ) as known`
  return row?.known ? row.released : undefined
}

const ofAccount = (database: Database, { acquirerId, mid, tid }: SettlementAccount) => database`
  p.acquirer_id = ${acquirerId} and p.mid = ${mid} and p.tid = ${tid}`

/** The first line is the condition of the index payments_unsettled. */
const isUnsettled = (database: Database) => database`
  p.state in ('captured', 'refunded') and p.batch_id is null and not p.settlement_held
    and p.open_operation_id is null`

/**
 * The first line is the condition of the index operations_unsettled_refunds. The second is written so
 * that it is not that of payments_by_batch: all settled payments could be read by it for each refund.
 */
const isUnsettledRefund = (database: Database) => database`
  o.kind = 'refund' and o.state = 'approved' and o.batch_id is null
    and coalesce(p.batch_id, '') <> ''`
