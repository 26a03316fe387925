/** POST /orders/v1.0/debit/status, service 55 (wire.md 7.9). */
import { type Static, Type } from 'typebox'
import { snapResponseCode, snapResponseMessage } from '../snap/shared.wire.ts'
import {
  closed,
  kkiAmount,
  kkiChannel,
  latestTransactionStatus,
  longestReference,
  open,
  referenceNo,
  snapTime,
} from './shared.wire.ts'

/** The inquiry's own code or the payment's: the sources differ (wire.md 8). */
const serviceCode = Type.Enum(['55', '54'])

export const kkiStatusRequest = Type.Object(
  {
    originalPartnerReferenceNo: Type.Optional(Type.String({ maxLength: longestReference })),
    originalReferenceNo: Type.Optional(referenceNo),
    originalExternalId: Type.Optional(Type.String({ maxLength: 128 })),
    serviceCode,
    additionalInfo: Type.Optional(Type.Object({ channel: Type.Optional(kkiChannel) }, open)),
  },
  {
    title: 'KkiStatusRequest',
    description:
      'Names the payment in one way at least; all names that are given must fit it. Where an X-EXTERNAL-ID was used on several days, the latest payment is told.',
    ...open,
    examples: [{ originalPartnerReferenceNo: 'INV-0001', serviceCode: '55' }],
  },
)
export type KkiStatusRequest = Static<typeof kkiStatusRequest>

const refund = Type.Object(
  {
    refundNo: referenceNo,
    partnerReferenceNo: Type.String({ description: 'The merchant’s number of the refund.' }),
    refundAmount: kkiAmount,
    refundStatus: Type.Enum(['00', '03', '06'], {
      description: '00 given back, 03 pending, 06 failed.',
    }),
    refundDate: snapTime,
    reason: Type.Optional(Type.String()),
  },
  closed,
)

export const kkiStatusResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    originalPartnerReferenceNo: Type.String(),
    originalReferenceNo: referenceNo,
    approvalCode: Type.Optional(Type.String({ examples: ['123456'] })),
    originalExternalId: Type.String(),
    serviceCode,
    latestTransactionStatus,
    transactionStatusDesc: Type.String({ examples: ['Success'] }),
    originalResponseCode: Type.String({
      pattern: '^[0-9]{7}$',
      description: 'What the payment would be answered now.',
      examples: ['2005400'],
    }),
    originalResponseMessage: snapResponseMessage,
    refundHistory: Type.Array(refund, { description: 'All refunds, the oldest first.' }),
    transAmount: kkiAmount,
    paidTime: Type.Optional(snapTime),
    // No requestId: the libraries spell it in two ways, and one of them fails over the other's.
    additionalInfo: Type.Object(
      {
        channel: kkiChannel,
        acquirer: Type.Object({ id: Type.String() }, closed),
      },
      closed,
    ),
  },
  { title: 'KkiStatusResponse', ...closed },
)
export type KkiStatusResponse = Static<typeof kkiStatusResponse>
