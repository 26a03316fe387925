/** POST /credit-card/check-three-d-secure (wire.md 4.1). */
import { type Static, Type } from 'typebox'
import {
  amountIn,
  amountOut,
  authenticationId,
  cardIn,
  errorBlock,
  invoiceNumber,
} from './shared.wire.ts'

const callbackUrl = (when: string) =>
  Type.String({
    maxLength: 2048,
    description: `http(s) URL to which the browser is sent after ${when}, exactly as given.`,
    examples: ['https://www.merchant.com/success'],
  })

export const checkThreeDSecureRequest = Type.Object(
  {
    order: Type.Object({ amount: amountIn, invoice_number: Type.Optional(invoiceNumber) }),
    card: cardIn,
    three_dsecure: Type.Object({
      callback_url_success: callbackUrl('a successful authentication'),
      callback_url_failed: callbackUrl('a failed authentication'),
    }),
  },
  {
    title: 'CheckThreeDSecureRequest',
    examples: [
      {
        order: { amount: 90000, invoice_number: 'INV-20210118-0001' },
        card: { number: '5573381011111101', expiry: '1228' },
        three_dsecure: {
          callback_url_success: 'https://www.merchant.com/success',
          callback_url_failed: 'https://www.merchant.com/failed',
        },
      },
    ],
  },
)
export type CheckThreeDSecureRequest = Static<typeof checkThreeDSecureRequest>

export const checkThreeDSecureResponse = Type.Object(
  {
    order: Type.Object({ amount: amountOut }),
    three_dsecure: Type.Object({
      enrollment_status: Type.Boolean({
        description: 'Whether the card takes part in 3-D Secure.',
      }),
      authentication_id: authenticationId,
      authentication_url: Type.Optional(
        Type.String({
          description:
            'Page to open in the cardholder’s browser; present when the card is enrolled.',
        }),
      ),
      three_ds_version: Type.Optional(Type.String({ examples: ['2.2.0'] })),
    }),
  },
  { title: 'CheckThreeDSecureResponse' },
)
export type CheckThreeDSecureResponse = Static<typeof checkThreeDSecureResponse>

/** 409: the error, and, once the first request was answered, the members of its answer. */
export const checkThreeDSecureConflict = Type.Object(
  { ...Type.Partial(checkThreeDSecureResponse).properties, error: errorBlock },
  { title: 'CheckThreeDSecureConflict' },
)
