/**
 * Two machines (design.md 2). The operation carries the network's uncertainty, for every kind of
 * question alike; the payment moves only when an operation settles.
 */
import { stateMachine } from '../primitives/state-machine.ts'

/** `manual`: people at the acquirer decide, over days. */
export const operationMoves = stateMachine({
  asked: { approve: 'approved', refuse: 'refused', lose: 'unknown', hand_over: 'manual' },
  unknown: { approve: 'approved', refuse: 'refused' },
  manual: { approve: 'approved', refuse: 'refused' },
  approved: {},
  refused: {},
})

/** `release`: a hold that nobody captured ends. A partial refund leaves a payment captured. */
export const paymentMoves = stateMachine({
  pending: { authorize: 'authorized', capture: 'captured', refuse: 'refused' },
  authorized: { capture: 'captured', void: 'voided', release: 'released' },
  captured: { void: 'voided', refund: 'captured', refund_rest: 'refunded' },
  voided: {},
  refunded: {},
  released: {},
  refused: {},
})

export type OperationState = keyof typeof operationMoves.table
export type PaymentState = keyof typeof paymentMoves.table

export type OperationKind = 'sale' | 'authorize' | 'capture' | 'void' | 'refund' | 'reversal'
