/** Answers about settlement and manual refunds. */
import { Type } from 'typebox'
import { batchMoves } from '../../../settlement/index.ts'
import { instant, invoiceNumber, orNull, rupiah } from './members.ts'

const count = orNull(Type.Integer({ minimum: 0, description: 'Null until it is closed.' }))
const sum = orNull(rupiah('Rupiah, with sen where there are any. Null until it is closed.'))

const batch = Type.Object({
  batchId: Type.String({ examples: ['bat_01a1fdeeabe5c2f0a4d8e1b7c6935f20'] }),
  acquirerId: Type.String({ examples: ['BANK_MANDIRI'] }),
  mid: Type.String({ description: 'With tid: the account at the acquirer.' }),
  tid: Type.String(),
  state: Type.Enum(Object.keys(batchMoves.table)),
  cutOffAt: instant('What was captured later is in a later batch.'),
  closedAt: orNull(instant('When the acquirer had closed its own. Null until then.')),
  payments: count,
  captured: sum,
  refunds: count,
  refunded: sum,
  net: sum,
})

export const latestBatches = Type.Object(
  { batches: Type.Array(batch) },
  { description: 'The latest batches, of the latest cut-off first.' },
)

export const closedBatches = Type.Object(
  { batches: Type.Array(batch) },
  { description: 'The batches that this call closed.' },
)

export const released = Type.Object(
  { invoiceNumber, released: Type.Boolean({ description: 'False where nothing was held.' }) },
  { description: 'Whether a payment was held, and is not any more.' },
)

export const decidedRefund = Type.Object(
  {
    requestId: Type.String({ description: 'Of the refund call.' }),
    invoiceNumber,
    type: Type.Enum(['MANUAL_PARTIAL_REFUND', 'MANUAL_FULL_REFUND']),
    status: Type.Enum(['SUCCESS', 'FAILED']),
    amount: rupiah('Whole rupiah.'),
  },
  { description: 'The refund as it was decided.' },
)
