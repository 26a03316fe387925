/** POST /direct-debit/core/v1/debit/payment-host-to-host, service 54 (wire.md 7.3). */
import { type Static, Type } from 'typebox'
import { snapResponseCode, snapResponseMessage } from '../snap/shared.wire.ts'
import {
  bankCardToken,
  closed,
  cpan,
  custIdMerchant,
  kkiAmount,
  kkiChannel,
  open,
  ott,
  partnerReferenceNo,
  referenceNo,
} from './shared.wire.ts'

const textOrNumber = Type.Union([Type.String(), Type.Number()])

const lineItem = Type.Object(
  {
    name: Type.Optional(Type.String({ examples: ['Kopi Gayo'] })),
    price: Type.Optional(textOrNumber),
    quantity: Type.Optional(textOrNumber),
  },
  open,
)

export const kkiPayRequest = Type.Object(
  {
    partnerReferenceNo,
    chargeToken: Type.Optional(cpan),
    otp: Type.Optional(ott),
    bankCardToken: Type.Optional(bankCardToken),
    amount: kkiAmount,
    additionalInfo: Type.Object(
      {
        channel: kkiChannel,
        isBindAndPay: Type.Optional(
          Type.Union([Type.Boolean(), Type.Literal('true'), Type.Literal('false')], {
            description:
              'Binds the card for `customer.customerId` as well; only beside `chargeToken`.',
          }),
        ),
        customer: Type.Optional(
          Type.Object(
            {
              customerId: Type.Optional(custIdMerchant),
              customerName: Type.Optional(Type.String({ maxLength: 70 })),
            },
            open,
          ),
        ),
        lineItems: Type.Optional(
          Type.Array(lineItem, { description: 'Told again in the notification.' }),
        ),
        deviceId: Type.Optional(
          Type.String({ maxLength: 64, description: 'Of the cardholder, beside `bankCardToken`.' }),
        ),
        originalRequestId: Type.Optional(Type.String({ maxLength: 128 })),
      },
      open,
    ),
  },
  {
    title: 'KkiPayRequest',
    description:
      'Pays by CPAN and OTT (`chargeToken` and `otp`), which may also bind the card, or by `bankCardToken`. Where all three are there, CPAN and OTT win.',
    ...open,
    examples: [
      {
        partnerReferenceNo: 'INV-0001',
        chargeToken: '9360001609987000000',
        otp: '12345678',
        amount: { value: '11500.00', currency: 'IDR' },
        additionalInfo: { channel: 'KARTU_KREDIT_INDONESIA' },
      },
    ],
  },
)
export type KkiPayRequest = Static<typeof kkiPayRequest>

export const kkiPayResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    referenceNo,
    partnerReferenceNo: Type.String(),
    // Read without a check by the libraries (wire.md 11.2).
    webRedirectUrl: Type.Literal('', { description: 'Empty: nobody is sent anywhere.' }),
    bankCardToken: Type.Optional(bankCardToken),
    additionalInfo: Type.Optional(
      Type.Object(
        { custIdMerchant: Type.String(), status: Type.Literal('SUCCESS') },
        { ...closed, description: 'With `bankCardToken`, of the card that the payment bound.' },
      ),
    ),
  },
  {
    title: 'KkiPayResponse',
    description:
      '200: paid. 202: the cardholder has not confirmed yet, or the switch has not answered; the notification or the status tells the end.',
    ...closed,
  },
)
export type KkiPayResponse = Static<typeof kkiPayResponse>
