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
import type { Operation, Payment } from '../payment.ts'

export type FollowUp = {
  readonly payment: Payment
  readonly operation: Operation & { readonly kind: 'capture' | 'void' | 'refund' | 'reversal' }
  /** When the resolver looks first (business time), if nobody settles before. */
  readonly lookAt: Date
  /** Business time, for the end of a hold. */
  readonly now: Date
}

export type BeginFollowUp = FollowUp & {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
}

/** `taken`: the payment is in another state, or another change of it is under way. */
export type FollowUpBegun = 'begun' | 'duplicate' | 'taken'

/** Begins a capture, void or refund that a merchant asked for. Repeatable. */
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
      ${takePayment(database, begin, database`exists (select 1 from mine)`)},
      operation as (
        ${insertOperation(database, begin)}
        where exists (select 1 from mine)
        on conflict (merchant_id, operation_id) do nothing
      )
      select 1 from mine`
    return rows.count === 1 ? 'begun' : 'duplicate'
  } catch (error) {
    const { constraint_name } = error as { constraint_name?: string }
    if (constraint_name === 'operations_payment_available') return 'taken'
    throw error
  }
}

/** Begins the release of a hold that has ended; false where something else has the payment. */
export async function beginRelease(database: Database, release: FollowUp): Promise<boolean> {
  const rows = await database`
    with ${takePayment(database, release, database`true`)}
    ${insertOperation(database, release)}
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
    ${insertOperation(database, release)}
    where exists (select 1 from taken)
    on conflict (merchant_id, operation_id) do nothing
    returning 1`
  return rows.count === 1
}

/** Inserts the reversal of a message, unless one is open; which one is open then. */
export async function keepReversal(database: Database, reversal: FollowUp): Promise<OperationId> {
  const { payment, operation } = reversal
  const rows = await database<{ operationId: OperationId }[]>`
    insert into operations (
      merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, look_at, stan,
      rrn, transmitted_at, original_operation_id, created_at
    ) values (
      ${payment.merchantId}, ${operation.operationId}, ${payment.paymentId}, 'reversal', 'asked',
      ${operation.amount.minor}, ${operation.askUntil}, ${reversal.lookAt},
      ${operation.references.stan}, ${operation.references.rrn},
      ${operation.references.transmittedAt}, ${operation.originalOperationId ?? null},
      ${operation.createdAt}
    )
    on conflict (original_operation_id, merchant_id)
      where kind = 'reversal' and state in ('asked', 'unknown')
      do update set looks = operations.looks
    returning operation_id as "operationId"`
  return rows[0]?.operationId ?? operation.operationId
}

/**
 * The CTE `taken`: the payment, where this operation may have it. Money's limits stand in the
 * WHERE; a repeated begin finds its own slot or reservation taken and takes nothing again.
 */
function takePayment(
  database: Database,
  { payment, operation, now }: FollowUp,
  condition: Fragment,
) {
  const { operationId, kind, amount } = operation
  const ofPayment = database`
    p.merchant_id = ${payment.merchantId} and p.payment_id = ${payment.paymentId} and ${condition}`
  if (kind === 'refund') {
    // A repeat must not reserve twice: the operation's row tells.
    return database`
      taken as (
        update payments p
        set reserved_minor = p.reserved_minor + case when exists (
            select 1 from operations o
            where o.merchant_id = p.merchant_id and o.operation_id = ${operationId}
          ) then 0 else ${amount.minor}::bigint end,
          version = p.version + 1
        where ${ofPayment} and p.state = any(${paymentMoves.statesThatAllow('refund')})
          and p.open_operation_id is null and (p.batch_id is not null or p.void_closed)
          and (p.refunded_minor + p.reserved_minor + ${amount.minor} <= p.captured_minor
            or exists (
              select 1 from operations o
              where o.merchant_id = p.merchant_id and o.operation_id = ${operationId}))
        returning p.payment_id
      )`
  }
  const move = kind === 'reversal' ? 'release' : kind
  const allowed = {
    capture: database`and ${amount.minor} <= p.authorized_minor and p.capture_until > ${now}`,
    void: database`and p.batch_id is null and not p.void_closed and p.refunded_minor = 0 and p.reserved_minor = 0`,
    reversal: database`and p.capture_until <= ${now}`,
  }[kind]
  return database`
    taken as (
      update payments p
      set open_operation_id = ${operationId}, version = p.version + 1
      where ${ofPayment} and p.state = any(${paymentMoves.statesThatAllow(move)})
        and (p.open_operation_id is null or p.open_operation_id = ${operationId})
        ${allowed}
      returning p.payment_id
    )`
}

function insertOperation(database: Database, { payment, operation, lookAt }: FollowUp) {
  const { references } = operation
  return database`
    insert into operations (
      merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, look_at, stan,
      rrn, transmitted_at, original_operation_id, request_id, refund_type, created_at
    )
    select ${payment.merchantId}, ${operation.operationId},
      coalesce((select payment_id from taken), ''), ${operation.kind}, ${operation.state},
      ${operation.amount.minor}, ${operation.askUntil}::timestamptz, ${lookAt}::timestamptz,
      ${references.stan}, ${references.rrn}, ${references.transmittedAt}::timestamptz,
      ${operation.originalOperationId ?? null}, ${operation.requestId ?? null},
      ${operation.refundType ?? null}, ${operation.createdAt}::timestamptz`
}
