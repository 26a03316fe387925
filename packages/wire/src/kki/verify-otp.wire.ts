/** POST /direct-debit/core/v1/otp-verification, service 04 (wire.md 7.6). */
import { type Static, Type } from 'typebox'
import { snapResponseCode, snapResponseMessage } from '../snap/shared.wire.ts'
import {
  bankCardToken,
  closed,
  kkiChannel,
  open,
  partnerReferenceNo,
  referenceNo,
} from './shared.wire.ts'

const authCode = Type.String({ description: '`additionalInfo.authCode` of the binding’s answer.' })

export const kkiOtpRequest = Type.Object(
  {
    otp: Type.String({
      pattern: '^[0-9]{1,8}$',
      description: 'The one-time password. Digits.',
      examples: ['123456'],
    }),
    authCode: Type.Optional(authCode),
    originalReferenceNo: Type.Optional(referenceNo),
    originalPartnerReferenceNo: Type.Optional(partnerReferenceNo),
    additionalInfo: Type.Optional(
      Type.Object(
        {
          channel: Type.Optional(kkiChannel),
          authCode: Type.Optional(authCode),
          bankCardToken: Type.Optional(bankCardToken),
        },
        open,
      ),
    ),
  },
  {
    title: 'KkiOtpRequest',
    description:
      'Names the binding in one way; of several the first counts: authCode, additionalInfo.authCode, originalReferenceNo, originalPartnerReferenceNo, additionalInfo.bankCardToken.',
    ...open,
    examples: [{ otp: '123456', authCode: '0c9f4d6d8a5b4c1e9f3a2b1c0d9e8f7a' }],
  },
)
export type KkiOtpRequest = Static<typeof kkiOtpRequest>

export const kkiOtpResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    referenceNo,
    bankCardToken: Type.Optional(bankCardToken),
    additionalInfo: Type.Object(
      {
        custIdMerchant: Type.String(),
        status: Type.Enum(['SUCCESS', 'PENDING']),
      },
      closed,
    ),
  },
  {
    title: 'KkiOtpResponse',
    description:
      '200: the card is bound. 202: the switch has not answered yet; the notification and get-token tell the token.',
    ...closed,
  },
)
export type KkiOtpResponse = Static<typeof kkiOtpResponse>
