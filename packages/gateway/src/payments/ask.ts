/** Asking an acquirer and settling by its answer: the same for every kind of operation. */
import type { Bindings } from '../bindings/index.ts'
import type { FollowUpCommand, OriginalMessage } from '../networks/card-acquirer/contract.ts'
import type { Database } from '../platform/database/index.ts'
import type { Log } from '../platform/log/index.ts'
import { type Clock, later, withDeadline } from '../primitives/clock.ts'
import type { Ids } from '../primitives/id.ts'
import type { Decision, Outcome, PaymentNetwork } from './network.ts'
import { type Ending, type Settlement, settlementOf } from './outcome.ts'
import {
  newOperation,
  type Operation,
  type OperationOfPayment,
  type Payment,
  paymentProblems,
} from './payment.ts'
import { type FollowUp, keepReversal } from './stores/follow-up.store.ts'
import { findByOperation } from './stores/payments.store.ts'
import { loseOperation } from './stores/settle.store.ts'
import type { TraceNumbers } from './stores/trace-numbers.ts'

export type AskDeps = {
  readonly database: Database
  /** Who is asked about what was begun, by the payment's acquirer id. */
  readonly networks: (acquirerId: string) => PaymentNetwork
  readonly traceNumbers: TraceNumbers
  /** How payment and operation stand then; undefined where another settlement was the one. */
  readonly settle: (settlement: Settlement) => Promise<OperationOfPayment | undefined>
  readonly bindings: Pick<Bindings, 'sealAccount'>
  readonly clock: Clock
  readonly log: Log
  readonly ids: Ids
  /** Repeats a repeatable statement that lost against another, or lost its connection. */
  readonly repeat: <T>(work: () => Promise<T>) => Promise<T>
  readonly askDeadlineMs: number
}

/**
 * How long after its deadline a lost answer is left alone: the acquirer may be about to answer, and
 * an inquiry before that would find nothing.
 */
const quietMs = 2_000

/** When an operation that is begun now may be asked until, and is looked at first. */
export function askTimes(deps: Pick<AskDeps, 'clock' | 'askDeadlineMs'>) {
  const { clock, askDeadlineMs } = deps
  return {
    askUntil: later(clock.realNow(), askDeadlineMs),
    lookAt: later(clock.now(), askDeadlineMs + quietMs),
  }
}

/** Asks until the operation's deadline. Nobody sends after it: what overslept is for the resolver. */
export async function askInTime(
  { clock }: Pick<AskDeps, 'clock'>,
  { askUntil }: Operation,
  ask: (deadline: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const timeLeft = askUntil.getTime() - clock.realNow().getTime()
  if (timeLeft <= 0) return { kind: 'unknown', reason: 'too late to ask' }
  return withDeadline(clock, timeLeft, ask)
}

/** Settles by an outcome, and returns how payment and operation stand, whoever settled them. */
export async function settleBy(
  deps: AskDeps,
  asked: OperationOfPayment,
  outcome: Outcome,
  ending: Ending = {},
): Promise<OperationOfPayment> {
  const { database, clock, repeat } = deps
  const { merchantId } = asked.payment
  const { operationId } = asked.operation
  if (outcome.kind === 'unknown') {
    deps.log.info({ operationId, reason: outcome.reason }, 'no answer of the acquirer to rely on')
    const lookAt = later(clock.now(), quietMs)
    await repeat(() => loseOperation(database, { merchantId, operationId, lookAt }))
  } else if (outcome.kind === 'pending') {
    // It was answered: nobody sends any more, and the decision may be looked up as soon as it falls.
    const answeredAt = clock.realNow()
    const pending = { merchantId, operationId, lookAt: outcome.decidedBy, answeredAt }
    await repeat(() => loseOperation(database, pending))
  } else {
    const sealedAccount = sealedAccountOf(deps, asked.payment, outcome)
    const settled = await deps.settle(
      settlementOf(asked, outcome, clock.now(), { ...ending, sealedAccount }),
    )
    if (settled) return settled
  }
  const found = await findByOperation(database, merchantId, operationId)
  if (!found) throw paymentProblems.payment_ended_by_reset()
  if (isLateApproval(found.operation, outcome)) await reverseLater(deps, found)
  return found
}

/** What the network calls the card that a payment bound, as its binding keeps it. */
function sealedAccountOf(
  { bindings }: Pick<AskDeps, 'bindings'>,
  { bindsCard, bindingId, merchantId }: Payment,
  decision: Decision,
): Buffer | undefined {
  const account = decision.kind === 'approved' ? decision.account : undefined
  if (!bindsCard || bindingId === undefined || account === undefined) return undefined
  return bindings.sealAccount({ merchantId, bindingId }, account)
}

/** An approval for what was settled otherwise meanwhile must not stand at the acquirer. */
function isLateApproval(operation: Operation, outcome: Outcome): boolean {
  return outcome.kind === 'approved' && operation.state === 'refused'
}

/**
 * Writes the reversal of an operation's message down; the resolver sends it. Undefined where the
 * operation was approved meanwhile. Repeatable.
 */
export async function reverseLater(
  deps: NewReversalDeps & Pick<AskDeps, 'database' | 'repeat'>,
  { payment, operation: { operationId, amount } }: OperationOfPayment,
): Promise<Operation['operationId'] | undefined> {
  const reversal = await newReversal(deps, payment, { operationId, amount }, deps.clock.now())
  return deps.repeat(() => keepReversal(deps.database, reversal))
}

type NewReversalDeps = Pick<AskDeps, 'clock' | 'ids' | 'traceNumbers'>

/** A reversal of an operation of a payment, or of a part of it, for the resolver to send at once. */
export async function newReversal(
  { clock, ids, traceNumbers }: NewReversalDeps,
  payment: Payment,
  original: Pick<Operation, 'operationId' | 'amount'>,
  now: Date,
): Promise<FollowUp> {
  const operation = newOperation({
    operationId: ids.next('operation'),
    kind: 'reversal',
    amount: original.amount,
    references: await traceNumbers.next(payment, now),
    askUntil: clock.realNow(),
    originalOperationId: original.operationId,
    createdAt: now,
  })
  return { payment, operation, lookAt: now }
}

/** A message about an earlier one, with the original data elements of that one. */
export function messageAbout(
  asked: OperationOfPayment,
  original: Operation,
  subMerchantId: string,
): FollowUpCommand {
  return { ...messageOf(asked, subMerchantId), original: originalOf(original) }
}

function originalOf({ kind, references, approvalCode, amount }: Operation): OriginalMessage {
  if (kind === 'reversal') throw new Error('nothing is about a reversal')
  return { kind, references, approvalCode, amount }
}

/** What every message about a payment says; `subMerchantId` is the merchant's Client-Id. */
export function messageOf({ payment, operation }: OperationOfPayment, subMerchantId: string) {
  return {
    references: operation.references,
    mid: payment.mid,
    tid: payment.tid,
    subMerchantId,
    invoiceNumber: payment.invoiceNumber,
    amount: operation.amount,
  }
}
