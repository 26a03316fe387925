/**
 * begin of what follows a charge (design.md 2): one statement claims the Request-Id, takes the
 * payment by compare-and-set, and inserts the operation `asked`. Where the payment cannot be taken a
 * named constraint aborts all of it, so that there is never a claim without an operation.
 */
import type { Fragment } from 'postgres'
import type { Database } from '../../platform/database/index.ts'
import type { OperationId } from '../../primitives/id.ts'
import { claimRequests, type RequestClaim } from '../../requests/index.ts'
import { paymentMoves } from '../machines.ts'
import { noAnswerCode, type Operation, type Payment } from '../payment.ts'

export type FollowUp = {
  readonly payment: Payment
  readonly operation: Operation & { readonly kind: 'capture' | 'void' | 'refund' | 'reversal' }
  /** When the resolver looks first (business time), if nobody settles before. */
  readonly lookAt: Date
}

export type BeginFollowUp = FollowUp & {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
}

/** `taken`: the payment is in another state, or another change of it is under way. */
export type FollowUpBegun =
  | 'begun'
  | 'duplicate'
  | 'taken'
  /** Another refund has its partnerRefundNo. */
  | 'partner_reference_used'

/**
 * Begins a capture, void or refund that a merchant asked for. Repeatable: the payment is taken only
 * where this very statement inserted the operation. What the payment's row says cannot tell a repeat:
 * the first begin may have been settled since, or still run, invisible to this statement.
 */
export async function beginFollowUp(
  database: Database,
  begin: BeginFollowUp,
): Promise<FollowUpBegun> {
  const { claim, operation, payment } = begin
  const claims = claimRequests(database, [
    {
      ...claim,
      operationId: operation.operationId,
      invoiceNumber: payment.invoiceNumber,
      expiresAt: begin.requestExpiresAt,
    },
  ])
  try {
    const rows = await database`
      with ${claims},
      operation as (
        ${insertOperation(database, begin, database`${payment.paymentId}`)}
        where exists (select 1 from mine)
        on conflict (merchant_id, operation_id) do nothing
        returning 1
      ),
      ${takePayment(database, begin, database`exists (select 1 from operation)`)},
      not_available as (
        ${insertOperation(database, begin, database`''`)}
        where exists (select 1 from operation) and not exists (select 1 from taken)
      )
      select 1 from mine`
    return rows.count === 1 ? 'begun' : 'duplicate'
  } catch (error) {
    const { constraint_name } = error as { constraint_name?: string }
    if (constraint_name === 'operations_payment_available') return 'taken'
    if (constraint_name === 'operations_partner_reference') return 'partner_reference_used'
    throw error
  }
}

/** Begins the release of a hold that has ended; false where something else has the payment. */
export async function beginRelease(database: Database, release: FollowUp): Promise<boolean> {
  const rows = await database`
    with ${takePayment(database, release, database`true`)}
    ${insertOperation(database, release, database`${release.payment.paymentId}`)}
    where exists (select 1 from taken)
    on conflict (merchant_id, operation_id) do nothing
    returning 1`
  return rows.count === 1
}

/** Begins the release of what a partial capture left; false where it has begun already. */
export async function beginRestRelease(database: Database, release: FollowUp): Promise<boolean> {
  const { merchantId, paymentId } = release.payment
  const rows = await database`
    with taken as (
      update payments
      set rest_held = false
      where merchant_id = ${merchantId} and payment_id = ${paymentId} and rest_held
      returning payment_id
    )
    ${insertOperation(database, release, database`${paymentId}`)}
    where exists (select 1 from taken)
    on conflict (merchant_id, operation_id) do nothing
    returning 1`
  return rows.count === 1
}

/**
 * Writes down the reversal of a message that is not approved, unless one is open; which one is open
 * then, undefined where the message was approved meanwhile. From here on it cannot be approved any
 * more: its operation has the response code with which it will be refused (settle.store.ts).
 */
export async function keepReversal(
  database: Database,
  reversal: FollowUp,
): Promise<OperationId | undefined> {
  const { merchantId } = reversal.payment
  const originalId = reversal.operation.originalOperationId ?? null
  const rows = await database<{ operationId: OperationId }[]>`
    with original as (
      update operations
      set response_code = coalesce(response_code, ${noAnswerCode})
      where merchant_id = ${merchantId} and operation_id = ${originalId} and state <> 'approved'
      returning 1
    )
    ${insertOperation(database, reversal, database`${reversal.payment.paymentId}`)}
    where exists (select 1 from original)
    -- The row that is open already is returned too.
    on conflict (original_operation_id, merchant_id)
      where kind = 'reversal' and state in ('asked', 'unknown')
      do update set looks = operations.looks
    returning operation_id as "operationId"`
  return rows[0]?.operationId
}

/**
 * The CTE `taken`: the payment, where this operation may have it. Money's limits stand in the WHERE.
 */
function takePayment(database: Database, { payment, operation }: FollowUp, condition: Fragment) {
  const { operationId, kind, amount, createdAt } = operation
  const changes = {
    slot: database`open_operation_id = ${operationId}`,
    reservation: database`reserved_minor = p.reserved_minor + ${amount.minor}`,
  }
  const allowed = {
    capture: database`${amount.minor} <= p.authorized_minor and p.capture_until > ${createdAt}`,
    // The message names what was read: a hold that was captured meanwhile is voided by its capture.
    void: database`
      p.batch_id is null and not p.void_closed and p.refunded_minor = 0 and p.reserved_minor = 0
      and p.capture_operation_id is not distinct from ${payment.captureOperationId ?? null}::text`,
    refund: database`
      (p.batch_id is not null or p.void_closed)
      and p.refunded_minor + p.reserved_minor + ${amount.minor} <= p.captured_minor`,
    reversal: database`p.capture_until <= ${createdAt}`,
  }[kind]
  const move = kind === 'reversal' ? 'release' : kind
  return database`
    taken as (
      update payments p
      set ${kind === 'refund' ? changes.reservation : changes.slot}, version = p.version + 1
      where p.merchant_id = ${payment.merchantId} and p.payment_id = ${payment.paymentId}
        and ${condition} and p.state = any(${paymentMoves.statesThatAllow(move)})
        and p.open_operation_id is null and ${allowed}
      returning 1
    )`
}

/** @param paymentId '' aborts the statement by operations_payment_available */
function insertOperation(
  database: Database,
  { payment, operation, lookAt }: FollowUp,
  paymentId: Fragment,
) {
  const { references } = operation
  return database`
    insert into operations (
      merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, look_at, stan,
      rrn, transmitted_at, original_operation_id, request_id, refund_type, reference_no,
      partner_reference_no, reason, created_at
    )
    select ${payment.merchantId}, ${operation.operationId}, ${paymentId}, ${operation.kind},
      ${operation.state}, ${operation.amount.minor}, ${operation.askUntil}::timestamptz,
      ${lookAt}::timestamptz, ${references.stan}, ${references.rrn}, ${references.transmittedAt}::timestamptz,
      ${operation.originalOperationId ?? null}, ${operation.requestId ?? null},
      ${operation.refundType ?? null}, ${operation.referenceNo ?? null},
      ${operation.partnerReferenceNo ?? null}, ${operation.reason ?? null},
      ${operation.createdAt}::timestamptz`
}
