/** What we post to a merchant, service 56, and what the merchant answers (wire.md 7.10). */
import { type Static, Type } from 'typebox'
import {
  closed,
  kkiAmount,
  kkiChannel,
  latestTransactionStatus,
  open,
  referenceNo,
} from './shared.wire.ts'

const lineItems = Type.Optional(
  Type.Array(Type.Unknown(), {
    description: 'Of a payment, as its request had them; none where it had none.',
  }),
)
const bankCardToken = Type.Optional(
  Type.String({ description: 'Of the card that was bound, where one was.' }),
)

export const kkiNotification = Type.Object(
  {
    originalPartnerReferenceNo: Type.Optional(
      Type.String({ description: '`partnerReferenceNo`; a binding may have none.' }),
    ),
    originalReferenceNo: referenceNo,
    originalExternalId: Type.String({ description: 'X-EXTERNAL-ID of the call that began it.' }),
    latestTransactionStatus,
    transactionStatusDesc: Type.String({ examples: ['Success'] }),
    amount: Type.Optional(kkiAmount),
    additionalInfo: Type.Object(
      {
        // Documents and libraries differ in the name.
        channel: kkiChannel,
        channelId: kkiChannel,
        acquirerId: Type.String(),
        custIdMerchant: Type.Optional(
          Type.String({ description: 'The merchant’s name for the customer.' }),
        ),
        accountType: Type.Literal('DIRECT_DEBIT'),
        bankCardToken,
        lineItems,
        status: Type.Optional(
          Type.Enum(['SUCCESS', 'FAILED'], { description: 'Of a binding: how it ended.' }),
        ),
        refundNo: Type.Optional(Type.String({ description: 'Our number of a refund.' })),
        partnerRefundNo: Type.Optional(
          Type.String({ description: 'The merchant’s number of the refund.' }),
        ),
        refundAmount: Type.Optional(kkiAmount),
        refundStatus: Type.Optional(latestTransactionStatus),
        reason: Type.Optional(Type.String({ description: 'Of the refund, as it was sent.' })),
      },
      closed,
    ),
    // Where one library looks for them instead.
    bankCardToken,
    lineItems,
  },
  {
    title: 'KkiNotification',
    description:
      'How a payment, or (without an amount) a binding, ended; sent to the merchant’s SNAP notification URL.',
    ...closed,
  },
)
export type KkiNotification = Static<typeof kkiNotification>

/** Any 2xx takes the notification; merchants put further members beside these. */
export const kkiNotificationAnswer = Type.Object(
  {
    responseCode: Type.Optional(Type.String({ examples: ['2005600'] })),
    responseMessage: Type.Optional(Type.String({ examples: ['Successful'] })),
    approvalCode: Type.Optional(Type.String()),
  },
  { title: 'KkiNotificationAnswer', ...open },
)
export type KkiNotificationAnswer = Static<typeof kkiNotificationAnswer>
