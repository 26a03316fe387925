/**
 * Two machines (design.md 2). The operation carries the network's uncertainty, for every kind of
 * question alike; the payment moves only when an operation settles.
 */
import { stateMachine } from '../primitives/state-machine.ts'

export const operationMoves = stateMachine({
  asked: { approve: 'approved', refuse: 'refused', lose: 'unknown' },
  unknown: { approve: 'approved', refuse: 'refused' },
  approved: {},
  refused: {},
})

export const paymentMoves = stateMachine({
  pending: { capture: 'captured', refuse: 'refused' },
  captured: {},
  refused: {},
})

export type OperationState = keyof typeof operationMoves.table
export type PaymentState = keyof typeof paymentMoves.table
