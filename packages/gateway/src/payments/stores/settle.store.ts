/**
 * settle (design.md 2): one statement moves operations by compare-and-set, changes their payments
 * with them, and writes what the merchants will be told. Who loses the compare-and-set writes nothing.
 */
import type { Fragment } from 'postgres'
import { type AgreedPayment, keepAgreements } from '../../agreements/index.ts'
import { finishPaidBindings, type PaidBinding } from '../../bindings/index.ts'
import { asFurtherCtes, type Database } from '../../platform/database/index.ts'
import type { MerchantId, OperationId } from '../../primitives/id.ts'
import { keepTokens, type NewToken } from '../../vault/index.ts'
import { operationMoves, paymentMoves } from '../machines.ts'
import type { Settlement } from '../outcome.ts'
import type { OperationOfPayment } from '../payment.ts'

/** CTEs of the statement, by whose operation_id a row of what is told stands or falls. */
export type SettledRows = {
  /**
   * Operations. `proposed` and `token` say which token a saved card has in the end: the proposed one
   * stands in what is told.
   */
  readonly operations: Fragment
  /** Those of payments of which something is left, and of which nothing is left now. */
  readonly refundedInPart: Fragment
  readonly refundedWhole: Fragment
  /** Payments that changed, as events want them (keepEvents). */
  readonly payments: Fragment
  /** Cards that payments bound, as events want them; there only where one was to be bound. */
  readonly cards: Fragment
}

/** What merchants and downstream systems hear, as inserts that the statement takes in. */
export type Announcement = (
  database: Database,
  settlements: readonly Settlement[],
  settled: SettledRows,
) => readonly Fragment[]

/** Operations by whether nothing is left of their payments now. */
function refundedRows(database: Database, compares: Fragment): Fragment {
  return database`(
    select told.* from with_tokens as told
    left join payment using (operation_id)
    where coalesce(payment.event_data ->> 'state', '') ${compares} 'refunded')`
}

/** What two settlements of one statement must not share. */
export function settleKeys({ operationId, paymentId }: Settlement): string[] {
  return [operationId, paymentId]
}

/**
 * Settles operations, each of another payment; how each then stands, or undefined where another
 * settlement was the one.
 */
export async function settleOperations(
  database: Database,
  announce: Announcement,
  settlements: readonly Settlement[],
): Promise<(OperationOfPayment | undefined)[]> {
  const announcement = asFurtherCtes(
    database,
    announce(database, settlements, {
      operations: database`with_tokens`,
      refundedInPart: refundedRows(database, database`<>`),
      refundedWhole: refundedRows(database, database`=`),
      payments: database`payment`,
      cards: database`paid_cards_told`,
    }),
  )
  const tokens = settlements.flatMap(tokenOf)
  const saving =
    tokens.length > 0 ? keepTokens(database, tokens, database`settled`) : noTokens(database)
  const agreed = settlements.flatMap(agreedPaymentOf)
  const agreeing =
    agreed.length > 0
      ? database`, agreements as (${keepAgreements(database, agreed, database`settled`)})`
      : database``
  const bound = settlements.flatMap(paidBindingOf)
  const binding =
    bound.length > 0
      ? database`, ${finishPaidBindings(database, bound, database`settled`)}`
      : database``
  const rows = await database<{ operationId: OperationId; token: string | null }[]>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(settlements.map(toRow))}::text::jsonb)
        as given(merchant_id text, operation_id text, payment_id text, operation_from text[],
          operation_to text, response_code text, approval_code text, billing_transaction_id text,
          settled_at timestamptz, payment_from text[], payment_to text, authorized bigint,
          captured bigint, refunded bigint, unreserved bigint, capture_operation_id text,
          void_closed boolean, is_answer_of_charge boolean)
    ),
    settled as (
      update operations o
      set state = given.operation_to, response_code = given.response_code,
        approval_code = given.approval_code,
        billing_transaction_id = given.billing_transaction_id, settled_at = given.settled_at,
        leased_until = null
      from given
      where o.merchant_id = given.merchant_id and o.operation_id = given.operation_id
        and o.state = any(given.operation_from)
        -- What is being reversed cannot be approved any more (keepReversal).
        and (given.operation_to <> 'approved' or o.response_code is null)
      returning o.operation_id
    ),
    ${saving},
    with_tokens as (
      select settled.operation_id, kept_tokens.proposed, kept_tokens.token
      from settled
      left join kept_tokens using (operation_id)
    ),
    payment as (
      update payments p
      set state = case
          when given.refunded > 0 and p.refunded_minor + given.refunded = p.captured_minor
            then 'refunded'
          else coalesce(given.payment_to, p.state)
        end,
        authorized_minor = p.authorized_minor + given.authorized,
        captured_minor = p.captured_minor + given.captured,
        refunded_minor = p.refunded_minor + given.refunded,
        reserved_minor = p.reserved_minor - given.unreserved,
        capture_operation_id = coalesce(given.capture_operation_id, p.capture_operation_id),
        rest_held = p.rest_held or (given.captured > 0
          and p.captured_minor + given.captured < p.authorized_minor + given.authorized),
        void_closed = p.void_closed or given.void_closed,
        card_token = coalesce(with_tokens.token, p.card_token),
        open_operation_id = nullif(p.open_operation_id, given.operation_id),
        response_code = case when given.is_answer_of_charge
          then given.response_code else p.response_code end,
        approval_code = case when given.is_answer_of_charge
          then given.approval_code else p.approval_code end,
        billing_transaction_id = coalesce(
          given.billing_transaction_id, p.billing_transaction_id),
        settled_at = case when given.is_answer_of_charge
          then given.settled_at else p.settled_at end,
        version = p.version + 1
      from given
      join with_tokens using (operation_id)
      where p.merchant_id = given.merchant_id and p.payment_id = given.payment_id
        and (given.payment_from is null or p.state = any(given.payment_from))
      returning given.operation_id, null::text as subject, p.version as sequence,
        -- As they are now: another refund may have been settled since this one was asked.
        jsonb_build_object('state', p.state,
          'captured', ${amountOf(database, database`p.captured_minor`)},
          'refunded', ${amountOf(database, database`p.refunded_minor`)}) as event_data
    )${agreeing}${binding}${announcement}
    select operation_id as "operationId", token from with_tokens`
  const settled = new Map(rows.map((row) => [row.operationId, row]))
  return settlements.map(({ operationId, after }) => {
    const row = settled.get(operationId)
    if (!row) return undefined
    const { payment, operation } = after
    return { payment: { ...payment, cardToken: row.token ?? payment.cardToken }, operation }
  })
}

/** An amount as events write it. */
function amountOf(database: Database, minor: Fragment): Fragment {
  return database`jsonb_build_object('value', (${minor} * 0.01)::text, 'currency', 'IDR')`
}

/** The token that the approval of a charge makes. */
function tokenOf({ move, change, operationId, after: { payment } }: Settlement): NewToken[] {
  const { merchantId, newToken, customer, cardId, card, createdAt } = payment
  if (move !== 'approve' || !change.isAnswerOfCharge || newToken === undefined) return []
  return [
    {
      operationId,
      merchantId,
      token: newToken,
      customerId: customer?.['id'] ?? '',
      customerName: customer?.['name'],
      cardId,
      description: card,
      savedAt: createdAt,
    },
  ]
}

/** A payment whose approval makes its agreement, or changes what the acquirer calls it. */
function agreedPaymentOf(settlement: Settlement): AgreedPayment[] {
  const { move, change, after, operationId, merchantId, settledAt } = settlement
  const { terms, amount } = after.payment
  if (move !== 'approve' || !change.isAnswerOfCharge || terms?.kind !== 'recurring') return []
  const { billingTransactionId } = settlement
  return [{ operationId, merchantId, amount, billing: terms, billingTransactionId, settledAt }]
}

/** The binding of a payment that was to bind its card: bound with its approval, or failed. */
function paidBindingOf(settlement: Settlement): PaidBinding[] {
  const { after, change, operationId, merchantId, responseCode, settledAt } = settlement
  const { bindingId, bindsCard } = after.payment
  if (!bindsCard || bindingId === undefined || !change.isAnswerOfCharge) return []
  const { sealedAccount } = settlement
  return [
    { operationId, binding: { merchantId, bindingId }, sealedAccount, responseCode, settledAt },
  ]
}

function noTokens(database: Database): Fragment {
  return database`
    kept_tokens as (
      select ''::text as operation_id, ''::text as proposed, ''::text as token where false
    )`
}

function toRow(settlement: Settlement) {
  const { move, change } = settlement
  return {
    merchant_id: settlement.merchantId,
    operation_id: settlement.operationId,
    payment_id: settlement.paymentId,
    operation_from: operationMoves.statesThatAllow(move),
    operation_to: operationMoves.next('asked', move),
    response_code: settlement.responseCode,
    approval_code: settlement.approvalCode,
    billing_transaction_id: settlement.billingTransactionId,
    settled_at: settlement.settledAt,
    payment_from: change.move && paymentMoves.statesThatAllow(change.move),
    payment_to: change.move && targetOf(change.move),
    authorized: String(change.authorized?.minor ?? 0n),
    captured: String(change.captured?.minor ?? 0n),
    refunded: String(change.refunded?.minor ?? 0n),
    unreserved: String(change.unreserved?.minor ?? 0n),
    capture_operation_id: change.captureOperationId,
    void_closed: change.voidClosed ?? false,
    is_answer_of_charge: change.isAnswerOfCharge ?? false,
  }
}

/** A move of a payment leads to one state, wherever it comes from (machines.test.ts). */
function targetOf(move: string): string | undefined {
  const [from] = paymentMoves.statesThatAllow(move)
  return from && paymentMoves.next(from, move)
}

/**
 * The answer is lost, or says that nothing is decided: the operation is unknown, the payment stays as
 * it is. The resolver looks at `lookAt` (business time) first, and not before the asking is over: its
 * deadline, or `answeredAt` (real time).
 */
export async function loseOperation(
  database: Database,
  lost: {
    readonly merchantId: MerchantId
    readonly operationId: OperationId
    readonly lookAt: Date
    readonly answeredAt?: Date
  },
): Promise<boolean> {
  const rows = await database`
    update operations
    set state = 'unknown', look_at = ${lost.lookAt},
      ask_until = least(ask_until, ${lost.answeredAt ?? null}::timestamptz)
    where merchant_id = ${lost.merchantId} and operation_id = ${lost.operationId}
      and state = 'asked'`
  return rows.count === 1
}
