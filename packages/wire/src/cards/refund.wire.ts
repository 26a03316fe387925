/** POST /cancellation/credit-card/refund, and the path of older documents (wire.md 4.8). */
import { type Static, Type } from 'typebox'
import { amountIn, amountOut, errorBlock, invoiceNumber } from './shared.wire.ts'

const open = { additionalProperties: true } as const

/** Who asks does not choose: it follows from the settlement, the amount and the acquirer. */
export const refundTypes = [
  'VOID',
  'PARTIAL_REFUND',
  'FULL_REFUND',
  'MANUAL_PARTIAL_REFUND',
  'MANUAL_FULL_REFUND',
] as const

/** PENDING: the answer was lost, or people at the bank decide; a notification tells the end. */
export const refundStatuses = ['SUCCESS', 'FAILED', 'PENDING'] as const

export const refundRequest = Type.Object(
  {
    order: Type.Object({ invoice_number: invoiceNumber }, open),
    payment: Type.Object(
      {
        original_request_id: Type.String({
          maxLength: 128,
          description: 'Request-Id of the charge, or of the capture.',
        }),
      },
      open,
    ),
    refund: Type.Object(
      {
        amount: amountIn,
        reason: Type.Optional(Type.String({ maxLength: 255, description: 'Not kept.' })),
      },
      { additionalProperties: false, description: 'A member that is not known is refused.' },
    ),
  },
  {
    title: 'RefundRequest',
    ...open,
    examples: [
      {
        order: { invoice_number: 'INV-20210118-0001' },
        payment: { original_request_id: '6af5b8a6-2c0f-4f0e-b47a-cd3f1b4ef8f1' },
        refund: { amount: 90000 },
      },
    ],
  },
)
export type RefundRequest = Static<typeof refundRequest>

const members = {
  order: Type.Object({ invoice_number: Type.String() }),
  payment: Type.Object({ original_request_id: Type.String() }),
  refund: Type.Object({
    amount: amountOut,
    type: Type.Enum([...refundTypes]),
    status: Type.Enum([...refundStatuses]),
    message: Type.String({ examples: ['Approved'] }),
    approval_code: Type.Optional(Type.String({ examples: ['123123'] })),
  }),
}

export const refundResponse = Type.Object(
  { ...members, error: Type.Optional(errorBlock) },
  {
    title: 'RefundResponse',
    description: 'The refund as it stands: done, declined (with an `error` member) or PENDING.',
  },
)
export type RefundResponse = Static<typeof refundResponse>

/** 409: the error, and, once the first request was answered, the members of its answer. */
export const refundConflict = Type.Object(
  { ...Type.Partial(Type.Object(members)).properties, error: errorBlock },
  { title: 'RefundConflict' },
)
