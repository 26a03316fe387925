/**
 * The card notification (wire.md 5.2) and the answer of GET /orders/v1/status/{…} (wire.md 4.9):
 * one shape, in which a merchant reads how a payment stands.
 */
import { type Static, Type } from 'typebox'
import { billingOut, verification } from './charge.wire.ts'
import { refundStatuses, refundTypes } from './refund.wire.ts'
import { amountOut } from './shared.wire.ts'

export const transactionStatuses = ['SUCCESS', 'FAILED', 'PENDING', 'REFUNDED'] as const

const optionalText = Type.Optional(Type.String())

export const transactionReport = Type.Object(
  {
    order: Type.Object({ invoice_number: Type.String(), amount: amountOut }),
    customer: Type.Optional(
      Type.Object({ id: optionalText, name: optionalText, email: optionalText }),
    ),
    transaction: Type.Object({
      type: Type.String({ examples: ['SALE'] }),
      status: Type.Enum([...transactionStatuses]),
      date: Type.String({ description: 'UTC.', examples: ['2026-08-27T10:23:47Z'] }),
      original_request_id: Type.String({ description: 'Request-Id of the charge.' }),
    }),
    service: Type.Object({ id: Type.Literal('CREDIT_CARD') }),
    acquirer: Type.Object({ id: Type.String({ examples: ['BANK_MANDIRI'] }) }),
    channel: Type.Object({
      id: Type.Literal('CREDIT_CARD'),
      name: Type.Literal('Credit Card'),
    }),
    additional_info: Type.Optional(Type.Unknown()),
    authorize_id: Type.Optional(
      Type.String({ description: 'As in card_payment, where the documentation has it.' }),
    ),
    card_payment: Type.Object({
      masked_card_number: Type.String({ examples: ['557338******1101'] }),
      approval_code: optionalText,
      response_code: Type.String({ examples: ['00'] }),
      response_message: Type.String({ examples: ['PAYMENT APPROVED'] }),
      issuer: Type.String(),
      identifier: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
      brand: Type.String({ examples: ['MASTER'] }),
      authentication_id: optionalText,
      authorize_id: Type.Optional(
        Type.String({
          description: 'What an AUTHORIZE is captured by.',
          examples: ['56789012345678901'],
        }),
      ),
      three_d_secure_status: Type.String({ examples: ['TRUE'] }),
    }),
    card: Type.Optional(
      Type.Object({ token: Type.String() }, { description: 'Of a card that was saved.' }),
    ),
    billing: Type.Optional(billingOut),
    capture: Type.Optional(
      Type.Object(
        { amount: amountOut },
        { description: 'Of an AUTHORIZE that was captured: how much of it.' },
      ),
    ),
    refund: Type.Optional(
      Type.Object(
        {
          amount: amountOut,
          type: Type.Enum([...refundTypes]),
          status: Type.Enum([...refundStatuses]),
          original_request_id: Type.String({ description: 'Request-Id of the refund.' }),
          approval_code: optionalText,
        },
        { description: 'In the notification of a void or refund.' },
      ),
    ),
    verification: Type.Optional(verification),
  },
  { title: 'TransactionReport' },
)
export type TransactionReport = Static<typeof transactionReport>
