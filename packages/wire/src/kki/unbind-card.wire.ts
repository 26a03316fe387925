/** POST /direct-debit/core/v1/registration-card-unbind, service 05 (seed; wire.md 7.7). */
import { type Static, Type } from 'typebox'
import { snapResponseCode, snapResponseMessage } from '../snap/shared.wire.ts'
import { bankCardToken, closed, kkiChannel, open, referenceNo } from './shared.wire.ts'

export const kkiUnbindRequest = Type.Object(
  {
    tokenId: bankCardToken,
    /** The seed says `channelId`, its Postman collection and the libraries `channel` (wire.md 8). */
    additionalInfo: Type.Object(
      { channelId: Type.Optional(kkiChannel), channel: Type.Optional(kkiChannel) },
      { ...open, description: 'One of the two must be there.' },
    ),
  },
  {
    title: 'KkiUnbindRequest',
    ...open,
    examples: [
      {
        tokenId: 'de52e5820f4c381db88a1cf91d57b73e',
        additionalInfo: { channelId: 'KARTU_KREDIT_INDONESIA' },
      },
    ],
  },
)
export type KkiUnbindRequest = Static<typeof kkiUnbindRequest>

export const kkiUnbindResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    referenceNo,
    additionalInfo: Type.Object(
      {
        custIdMerchant: Type.String(),
        status: Type.Literal('PENDING', {
          description: 'No token of the card pays any more; the network finishes by itself.',
        }),
      },
      closed,
    ),
  },
  { title: 'KkiUnbindResponse', ...closed },
)
export type KkiUnbindResponse = Static<typeof kkiUnbindResponse>
