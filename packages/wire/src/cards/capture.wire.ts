/** POST /credit-card/capture (wire.md 4.5). */
import { type Static, Type } from 'typebox'
import { chargeMembers, chargeResponse } from './charge.wire.ts'
import { amountIn, errorBlock } from './shared.wire.ts'

export const captureRequest = Type.Object(
  {
    payment: Type.Object(
      {
        authorize_id: Type.String({
          description: 'From the answer or the notification of the AUTHORIZE.',
          examples: ['56789012345678901'],
        }),
        capture_amount: Type.Optional({
          ...amountIn,
          description: 'Up to the authorized amount; all of it where it is missing.',
        }),
      },
      { additionalProperties: false, description: 'A member that is not known is refused.' },
    ),
  },
  {
    title: 'CaptureRequest',
    additionalProperties: true,
    examples: [{ payment: { authorize_id: '56789012345678901', capture_amount: 90000 } }],
  },
)
export type CaptureRequest = Static<typeof captureRequest>

/** As the answer of the charge, with `payment.type` CAPTURE and the captured amount. */
export const captureResponse = Type.Object(chargeResponse.properties, { title: 'CaptureResponse' })
export type CaptureResponse = Static<typeof captureResponse>

/** 409: the error, and, once the first request was answered, the members of its answer. */
export const captureConflict = Type.Object(
  { ...Type.Partial(Type.Object(chargeMembers)).properties, error: errorBlock },
  { title: 'CaptureConflict' },
)
