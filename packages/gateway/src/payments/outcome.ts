/**
 * What an acquirer's decision does to an operation and its payment: pure, and in one place for every
 * kind of operation. settle.store.ts writes it.
 */
import type { MerchantId, OperationId, PaymentId } from '../primitives/id.ts'
import { type Money, money } from '../primitives/money.ts'
import { paymentMoves } from './machines.ts'
import type { Decision } from './network.ts'
import type { Operation, OperationOfPayment, Payment } from './payment.ts'

/** What a screening rejected is refused without asking (wire.md 5.3). */
export function rejectionOf({ verification }: Payment): Decision | undefined {
  return verification.status === 'REJECT' ? { kind: 'refused', responseCode: 'RJ' } : undefined
}

/** How a payment's row changes; what is not named stays as it is. */
export type PaymentChange = {
  /** The move that must be legal; undefined where the payment's state may be any. */
  readonly move: string | undefined
  readonly authorized?: Money
  readonly captured?: Money
  readonly refunded?: Money
  /** A reservation for a refund that ends. */
  readonly unreserved?: Money
  /** The answer is the charge's own, which the merchant sees of the payment. */
  readonly isAnswerOfCharge?: boolean
  readonly captureOperationId?: OperationId
  /** The acquirer said that it cannot void any more. */
  readonly voidClosed?: boolean
}

export type Settlement = {
  readonly merchantId: MerchantId
  readonly paymentId: PaymentId
  readonly operationId: OperationId
  readonly move: 'approve' | 'refuse'
  readonly responseCode: string
  readonly approvalCode: string | undefined
  readonly billingTransactionId: string | undefined
  /** What the network calls the card that the payment bound. */
  readonly sealedAccount: Buffer | undefined
  readonly settledAt: Date
  readonly change: PaymentChange
  /** Whether the merchant hears of it. */
  readonly isTold: boolean
  /** The same request goes on with another operation, whose end is what counts. */
  readonly goesOn: boolean
  /** Payment and operation as they will be, for who is told of it. */
  readonly after: OperationOfPayment
}

export type Ending = {
  /** The same request goes on with another operation, whose end is told. */
  readonly goesOn?: boolean
  /** Of an approval that bound a card. */
  readonly sealedAccount?: Buffer | undefined
}

/** The settlement of an operation by a decision. */
export function settlementOf(
  { payment, operation }: OperationOfPayment,
  decision: Decision,
  settledAt: Date,
  { goesOn = false, sealedAccount }: Ending = {},
): Settlement {
  const isApproved = decision.kind === 'approved'
  const change = isApproved
    ? approvedChange(payment, operation)
    : refusedChange(operation, decision.batchClosed)
  const { responseCode } = decision
  const approvalCode = isApproved ? decision.approvalCode : undefined
  const settledOperation: Operation = {
    ...operation,
    state: isApproved ? 'approved' : 'refused',
    responseCode,
    approvalCode,
    settledAt,
  }
  return {
    merchantId: payment.merchantId,
    paymentId: payment.paymentId,
    operationId: operation.operationId,
    move: isApproved ? 'approve' : 'refuse',
    responseCode,
    approvalCode,
    billingTransactionId: isApproved ? decision.billingTransactionId : undefined,
    sealedAccount,
    settledAt,
    change,
    // A merchant hears of charges, captures and refunds, not of what the gateway does by itself.
    isTold: payment.notificationUrl !== undefined && operation.kind !== 'reversal' && !goesOn,
    goesOn,
    after: {
      payment: {
        ...changed(payment, settledOperation, change),
        ...(isApproved && decision.billingTransactionId !== undefined
          ? { billingTransactionId: decision.billingTransactionId }
          : {}),
      },
      operation: settledOperation,
    },
  }
}

function approvedChange(payment: Payment, { kind, amount, operationId }: Operation): PaymentChange {
  switch (kind) {
    case 'sale':
      return {
        move: 'capture',
        authorized: amount,
        captured: amount,
        captureOperationId: operationId,
        isAnswerOfCharge: true,
      }
    case 'authorize':
      return { move: 'authorize', authorized: amount, isAnswerOfCharge: true }
    case 'capture':
      return { move: 'capture', captured: amount, captureOperationId: operationId }
    case 'void':
      return { move: 'void' }
    case 'refund':
      return { move: 'refund', refunded: amount, unreserved: amount }
    case 'reversal':
      // The reversal of a hold that ended has the payment to itself; that of a lost message has not.
      return { move: payment.openOperationId === operationId ? 'release' : undefined }
  }
}

function refusedChange(
  { kind, amount }: Operation,
  isBatchClosed: boolean | undefined,
): PaymentChange {
  switch (kind) {
    case 'sale':
    case 'authorize':
      return { move: 'refuse', isAnswerOfCharge: true }
    case 'refund':
      return { move: undefined, unreserved: amount }
    case 'void':
      return { move: undefined, voidClosed: isBatchClosed ?? false }
    default:
      return { move: undefined }
  }
}

/** The payment as settle.store.ts will write it, where nothing else changes it meanwhile. */
function changed(payment: Payment, operation: Operation, change: PaymentChange): Payment {
  const refunded = plus(payment.refunded, change.refunded)
  const captured = plus(payment.captured, change.captured)
  const isAllRefunded = change.refunded !== undefined && refunded.minor === captured.minor
  const move = isAllRefunded ? 'refund_rest' : change.move
  return {
    ...payment,
    state: (move && paymentMoves.next(payment.state, move)) || payment.state,
    authorized: plus(payment.authorized, change.authorized),
    captured,
    refunded,
    reserved: money(payment.reserved.minor - (change.unreserved?.minor ?? 0n), 'IDR'),
    captureOperationId: change.captureOperationId ?? payment.captureOperationId,
    voidClosed: payment.voidClosed || change.voidClosed === true,
    openOperationId:
      payment.openOperationId === operation.operationId ? undefined : payment.openOperationId,
    ...(change.isAnswerOfCharge
      ? {
          responseCode: operation.responseCode,
          approvalCode: operation.approvalCode,
          settledAt: operation.settledAt,
          ...(isSaving(payment, operation) ? { cardToken: payment.newToken } : {}),
        }
      : {}),
  }
}

/** The token that is told; settle.store.ts puts the customer's older one in its place. */
function isSaving(payment: Payment, operation: Operation): boolean {
  return payment.newToken !== undefined && operation.state === 'approved'
}

function plus(amount: Money, more: Money | undefined): Money {
  return money(amount.minor + (more?.minor ?? 0n), amount.currency)
}
