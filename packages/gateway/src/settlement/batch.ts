/** A batch: what an acquirer account settles at one cut-off. */
import type { SettlementAccount } from '../payments/index.ts'
import type { BatchId } from '../primitives/id.ts'
import type { Money } from '../primitives/money.ts'
import { stateMachine } from '../primitives/state-machine.ts'

/** Nothing joins a batch after `tell`: from then on its content and its report stay as they are. */
export const batchMoves = stateMachine({
  collecting: { tell: 'closing' },
  closing: { acknowledge: 'closed' },
  closed: {},
})

export type BatchState = keyof typeof batchMoves.table

export type Batch = SettlementAccount & {
  readonly batchId: BatchId
  readonly state: BatchState
  readonly cutOffAt: Date
  readonly closedAt: Date | undefined
  /** Undefined until it is closed. */
  readonly totals: BatchSums | undefined
}

export type BatchSums = {
  readonly payments: number
  readonly captured: Money
  readonly refunds: number
  readonly refunded: Money
}
