/** POST /direct-debit/core/v1/debit/refund, service 58 (wire.md 7.8). */
import { type Static, Type } from 'typebox'
import { snapResponseCode, snapResponseMessage } from '../snap/shared.wire.ts'
import {
  closed,
  kkiAmount,
  kkiChannel,
  longestReference,
  open,
  referenceNo,
  snapTime,
} from './shared.wire.ts'

const partnerRefundNo = Type.String({
  maxLength: longestReference,
  description: 'The merchant’s number of the refund. The same again is the same refund.',
  examples: ['INV-REF-0001'],
})

export const kkiRefundRequest = Type.Object(
  {
    originalPartnerReferenceNo: Type.String({
      maxLength: longestReference,
      description: '`partnerReferenceNo` of the payment.',
      examples: ['INV-0001'],
    }),
    originalReferenceNo: Type.Optional(referenceNo),
    originalExternalId: Type.Optional(
      Type.String({ maxLength: 128, description: 'X-EXTERNAL-ID of the payment.' }),
    ),
    partnerRefundNo,
    refundAmount: kkiAmount,
    reason: Type.Optional(Type.String({ maxLength: 255, examples: ['Request by Customer'] })),
    additionalInfo: Type.Object({ channel: kkiChannel }, open),
  },
  {
    title: 'KkiRefundRequest',
    description: 'Gives back a payment or a part of it. All names that are given must fit it.',
    ...open,
    examples: [
      {
        originalPartnerReferenceNo: 'INV-0001',
        partnerRefundNo: 'INV-REF-0001',
        refundAmount: { value: '11500.00', currency: 'IDR' },
        reason: 'Request by Customer',
        additionalInfo: { channel: 'KARTU_KREDIT_INDONESIA' },
      },
    ],
  },
)
export type KkiRefundRequest = Static<typeof kkiRefundRequest>

export const kkiRefundResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    refundAmount: kkiAmount,
    originalPartnerReferenceNo: Type.String(),
    originalReferenceNo: referenceNo,
    refundNo: referenceNo,
    partnerRefundNo: Type.String(),
    refundTime: Type.Optional(snapTime),
  },
  {
    title: 'KkiRefundResponse',
    description: '200: given back. 202: the switch has not answered yet; there is no refundTime.',
    ...closed,
  },
)
export type KkiRefundResponse = Static<typeof kkiRefundResponse>
