/**
 * Payments: the heart. Whatever is asked of an acquirer (a charge, a capture, a void, a refund) is
 * begun by one statement, asked without a transaction open, and settled by one statement (design.md
 * 2). A lost answer is not a refusal: the operation is then unknown until the resolver has found out.
 * Next: charge.ts, capture.ts, refund.ts, resolve.ts; what a decision changes is in outcome.ts, the
 * machines are in machines.ts.
 */
import type { Merchants } from '../merchants/index.ts'
import { batching } from '../platform/database/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import type { MerchantId } from '../primitives/id.ts'
import { type CaptureCommand, capture } from './capture.ts'
import { type ChargeDeps, type ChargeResult, charge } from './charge.ts'
import { type DecideManualRefundCommand, decideManualRefund } from './decide-manual-refund.ts'
import type { FollowUpResult } from './follow-up.ts'
import { kkiAcquirerId, kkiNetwork } from './kki/kki-network.ts'
import type {
  KkiPaymentName,
  KkiStatus,
  PayByKkiCommand,
  PayByKkiResult,
  RefundKkiCommand,
  RefundKkiResult,
} from './kki/kki-payment.ts'
import { type PayByKkiDeps, payByKki } from './kki/pay.ts'
import { refundKki } from './kki/refund.ts'
import type { PaymentNetwork } from './network.ts'
import type { Settlement } from './outcome.ts'
import type { OperationOfPayment, Payment } from './payment.ts'
import type { ChargeCommand } from './plan-charge.ts'
import { type RefundCommand, refund } from './refund.ts'
import { releaseWork } from './release.ts'
import { resolverWork } from './resolve.ts'
import { type BeginCharge, type Begun, beginCharges, beginKeys } from './stores/begin.store.ts'
import { findKkiStatus, hurryOperation } from './stores/kki-payments.store.ts'
import { findByInvoice, findByOperation } from './stores/payments.store.ts'
import { type Announcement, settleKeys, settleOperations } from './stores/settle.store.ts'
import { createTraceNumbers } from './stores/trace-numbers.ts'

export type { ChargeResult } from './charge.ts'
export type { DecideManualRefundCommand } from './decide-manual-refund.ts'
export type * from './kki/kki-payment.ts'
export { kkiProblems } from './kki/kki-payment.ts'
export { operationMoves, paymentMoves } from './machines.ts'
export type { Settlement } from './outcome.ts'
export {
  type ChargeTerms,
  noAnswerCode,
  type Operation,
  type OperationOfPayment,
  type Payment,
  type RefundType,
} from './payment.ts'
export type { ChargeCommand } from './plan-charge.ts'
export {
  type BatchLine,
  type BatchTotals,
  findBatchLines,
  findBatchTotals,
  findUnsettledAccounts,
  isAnythingUnsettled,
  releaseHeld,
  type SettlementAccount,
  type Taking,
  takePayments,
  takeRefunds,
} from './stores/batch.store.ts'
export { needsCard } from './stores/payments.store.ts'
export type { Announcement } from './stores/settle.store.ts'
export { createTraceNumbers } from './stores/trace-numbers.ts'

export type Payments = {
  /** Raises the problems of plan-charge.ts and begin.store.ts. */
  charge(command: ChargeCommand): Promise<ChargeResult>
  /** Raises the problems of capture.ts. */
  capture(command: CaptureCommand): Promise<FollowUpResult>
  /** Raises the problems of refund.ts. */
  refund(command: RefundCommand): Promise<FollowUpResult>
  /** Raises manual_refund_not_found, manual_refund_decided. */
  decideManualRefund(command: DecideManualRefundCommand): Promise<OperationOfPayment>
  /** Raises the problems of kki/. */
  payByKki(command: PayByKkiCommand): Promise<PayByKkiResult>
  /** Raises payment_not_found, not_refundable, refund_above_captured, and those of kki/. */
  refundKki(command: RefundKkiCommand): Promise<RefundKkiResult>
  /** The payment of all the names that are given; the latest where an X-EXTERNAL-ID was used on several days. */
  findKki(merchantId: MerchantId, name: KkiPaymentName): Promise<KkiStatus | undefined>
  /** What an earlier request began, as it stands now. */
  findByOperation(
    merchantId: MerchantId,
    operationId: string,
  ): Promise<OperationOfPayment | undefined>
  /** The payment that stands for an invoice: the paid one, else the open one, else the latest. */
  findByInvoice(merchantId: MerchantId, invoiceNumber: string): Promise<Payment | undefined>
  /** Who is asked about what was begun, by the payment's acquirer id: also by who settles. */
  readonly networks: (acquirerId: string) => PaymentNetwork
  /** What finishes lost answers and ended holds by itself. */
  readonly works: readonly DueWork[]
}

/**
 * Tables emptied by a sandbox reset, in the order in which every statement locks them; trace
 * numbers go on, so that none comes twice.
 */
export const paymentTables = ['operations', 'payments'] as const

export type PaymentsDeps = Omit<
  ChargeDeps & PayByKkiDeps,
  'traceNumbers' | 'begin' | 'settle' | 'networks'
> & {
  readonly merchants: Pick<Merchants, 'find'>
  readonly announce: Announcement
  readonly onSettled: (payment: Payment) => void
}

export function createPayments(deps: PaymentsDeps): Payments {
  const { database, announce, repeat, acquirers, kkiSwitch, clock } = deps
  const kki = kkiNetwork(kkiSwitch)
  const networks = (acquirerId: string) =>
    acquirerId === kkiAcquirerId ? kki : acquirers(acquirerId)
  const all = {
    ...deps,
    networks,
    traceNumbers: createTraceNumbers(database),
    begin: batching<BeginCharge, Begun>({
      run: (begins) => repeat(() => beginCharges(database, begins)),
      keysOf: beginKeys,
    }),
    settle: batching<Settlement, OperationOfPayment | undefined>({
      run: (settlements) => repeat(() => settleOperations(database, announce, settlements)),
      keysOf: settleKeys,
    }),
  }
  const resolver = resolverWork(all)
  // A hint and no more: who misses it looks when the decision is due.
  kkiSwitch.onDecided(async ({ rrn, kind }) => {
    if (kind !== 'pay') return
    await hurryOperation(database, rrn, clock.now())
    await resolver.runDue(clock.now())
  })
  return {
    networks,
    charge: (command) => charge(all, command),
    capture: (command) => capture(all, command),
    refund: (command) => refund(all, command),
    decideManualRefund: (command) => decideManualRefund(all, command),
    payByKki: (command) => payByKki(all, command),
    refundKki: (command) => refundKki(all, command),
    findKki: (merchantId, name) => findKkiStatus(database, merchantId, name),
    findByOperation: (merchantId, id) => findByOperation(database, merchantId, id),
    findByInvoice: (merchantId, invoice) => findByInvoice(database, merchantId, invoice),
    works: [resolver, releaseWork(all)],
  }
}
