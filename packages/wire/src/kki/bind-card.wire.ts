/** POST /direct-debit/core/v1/registration-card-bind, service 01 (seed; wire.md 7.4, 7.5). */
import { type Static, Type } from 'typebox'
import { snapResponseCode, snapResponseMessage } from '../snap/shared.wire.ts'
import {
  closed,
  custIdMerchant,
  kkiChannel,
  open,
  partnerReferenceNo,
  referenceNo,
} from './shared.wire.ts'

const redirectUrl = (when: string) =>
  Type.Optional(
    Type.String({
      maxLength: 2048,
      description: `http(s) URL to which our page sends the browser after ${when}, with referenceNo and status added to its query.`,
      examples: ['https://www.merchant.com/bound'],
    }),
  )

const limited = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }))

export const kkiBindRequest = Type.Object(
  {
    partnerReferenceNo: Type.Optional(partnerReferenceNo),
    cardData: Type.String({
      description:
        'base64(AES-128-CBC of the card) + "|" + base64(IV), with the first 16 characters of the Secret Key as the key. The card is a JSON object: the CPAN under `bankCardNo` (or `chargeToken`, `cpan`), and, where there is one, the OTT under `otp` (or `ott`).',
    }),
    custIdMerchant,
    journeyId: Type.Optional(Type.String({ description: 'Not kept.' })),
    phoneNo: limited(16, 'Where the one-time password goes.'),
    additionalInfo: Type.Object(
      {
        channel: kkiChannel,
        customerName: limited(70, 'Not kept.'),
        email: limited(254, 'Not kept.'),
        address: limited(255, 'Not kept.'),
        dateOfBirth: limited(8, '`YYYYMMDD`. Not kept.'),
        idCard: limited(64, 'Number of the identity card. Not kept.'),
        country: limited(60, 'Not kept.'),
        successRegistrationUrl: redirectUrl('the card was bound'),
        failedRegistrationUrl: redirectUrl('it was not'),
      },
      open,
    ),
  },
  {
    title: 'KkiBindRequest',
    ...open,
    examples: [
      {
        partnerReferenceNo: 'BIND-0001',
        cardData:
          'luTeIXSt5vstuohnwcm3jFdMGm4zcEKx+6nDaGajy2MPYR8lmLZg1LtUFI8BFyUVK3OxmnT3B2dxx2o3M74PpPWcakLCggsRo/B5g/bKWgU=|AAECAwQFBgcICQoLDA0ODw==',
        custIdMerchant: 'CUST0001',
        phoneNo: '6281234567890',
        additionalInfo: {
          channel: 'KARTU_KREDIT_INDONESIA',
          successRegistrationUrl: 'https://www.merchant.com/bound',
          failedRegistrationUrl: 'https://www.merchant.com/not-bound',
        },
      },
    ],
  },
)
export type KkiBindRequest = Static<typeof kkiBindRequest>

export const kkiBindResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    referenceNo,
    redirectUrl: Type.Optional(
      Type.String({
        description: 'Our page of the one-time password; only where CHANNEL-ID is DH.',
      }),
    ),
    additionalInfo: Type.Object(
      {
        custIdMerchant: Type.String(),
        status: Type.Literal('PENDING', {
          description: 'The one-time password comes next, even after a 200.',
        }),
        authCode: Type.String({
          description:
            'Names the binding to the call that verifies its one-time password; once the card is bound, buys a customer token (B2B2C).',
        }),
      },
      closed,
    ),
  },
  {
    title: 'KkiBindResponse',
    description: '200: the one-time password is sent. 202: the switch has not answered yet.',
    ...closed,
  },
)
export type KkiBindResponse = Static<typeof kkiBindResponse>
