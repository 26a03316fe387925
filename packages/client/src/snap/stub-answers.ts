/** What a stub answers to the calls of SNAP where a test has no wishes: every call succeeds. */
import type { IncomingHttpHeaders } from 'node:http'
import {
  type B2b2cTokenResponse,
  type B2bTokenResponse,
  formatSnapTimestamp,
  type KkiBindRequest,
  type KkiBindResponse,
  type KkiOtpRequest,
  type KkiOtpResponse,
  type KkiPayRequest,
  type KkiPayResponse,
  type KkiRefundRequest,
  type KkiRefundResponse,
  type KkiStatusRequest,
  type KkiStatusResponse,
  type KkiUnbindRequest,
  type KkiUnbindResponse,
  type SnapEnvelope,
  type SnapServiceName,
  snapEnvelopeOf,
  snapServices,
} from '@gerbang/wire'
import type { StubAnswer } from '../stub-answers.ts'

export type StubSnapRequest = {
  /** Undefined where no call of SNAP has the path. */
  readonly service: SnapServiceName | undefined
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Of `Authorization`, without `Bearer `. */
  readonly accessToken: string
  readonly isSigned: boolean
}

const sample = {
  referenceNo: 'ref_0199c5a6f1d8a3b1c2d3e4f5061728394',
  bankCardToken: 'de52e5820f4c381db88a1cf91d57b73e',
  custIdMerchant: 'CUST0001',
  approvalCode: '123456',
} as const
const channel = 'KARTU_KREDIT_INDONESIA'
const minuteMs = 60_000

/** What each call sends and is answered, without what every answer begins with. */
type Calls = {
  'b2b-token': [sent: unknown, answer: B2bTokenResponse]
  'b2b2c-token': [sent: unknown, answer: B2b2cTokenResponse]
  'bind-card': [sent: KkiBindRequest, answer: KkiBindResponse]
  'verify-otp': [sent: KkiOtpRequest, answer: KkiOtpResponse]
  'unbind-card': [sent: KkiUnbindRequest, answer: KkiUnbindResponse]
  pay: [sent: KkiPayRequest, answer: KkiPayResponse]
  'payment-status': [sent: KkiStatusRequest, answer: KkiStatusResponse]
  refund: [sent: KkiRefundRequest, answer: KkiRefundResponse]
}
type Answers = {
  readonly [Service in SnapServiceName]: (
    sent: Calls[Service][0],
    isHosted: boolean,
  ) => Omit<Calls[Service][1], keyof SnapEnvelope>
}

const answers: Answers = {
  'b2b-token': () => ({
    accessToken: newToken(),
    tokenType: 'Bearer',
    expiresIn: 900,
    additionalInfo: '',
  }),
  'b2b2c-token': () => ({
    accessToken: newToken(),
    tokenType: 'Bearer',
    accessTokenExpiryTime: inMinutes(15),
    refreshToken: newToken(),
    refreshTokenExpiryTime: inMinutes(30 * 24 * 60),
    additionalInfo: '',
  }),
  'bind-card': ({ custIdMerchant }, isHosted) => ({
    referenceNo: sample.referenceNo,
    ...(isHosted && { redirectUrl: `http://127.0.0.1/kki/otp/${sample.referenceNo}` }),
    additionalInfo: { custIdMerchant, status: 'PENDING', authCode: newToken() },
  }),
  'verify-otp': () => ({
    referenceNo: sample.referenceNo,
    bankCardToken: sample.bankCardToken,
    additionalInfo: { custIdMerchant: sample.custIdMerchant, status: 'SUCCESS' },
  }),
  'unbind-card': () => ({
    referenceNo: sample.referenceNo,
    additionalInfo: { custIdMerchant: sample.custIdMerchant, status: 'PENDING' },
  }),
  pay: ({ partnerReferenceNo, additionalInfo }) => ({
    referenceNo: sample.referenceNo,
    partnerReferenceNo,
    webRedirectUrl: '',
    ...(String(additionalInfo.isBindAndPay) === 'true' && {
      bankCardToken: sample.bankCardToken,
      additionalInfo: {
        custIdMerchant: additionalInfo.customer?.customerId ?? sample.custIdMerchant,
        status: 'SUCCESS',
      },
    }),
  }),
  // Who remembers nothing cannot tell how much was paid.
  'payment-status': (sent) => ({
    originalPartnerReferenceNo: sent.originalPartnerReferenceNo ?? 'INV-0001',
    originalReferenceNo: sent.originalReferenceNo ?? sample.referenceNo,
    approvalCode: sample.approvalCode,
    originalExternalId: sent.originalExternalId ?? '1',
    serviceCode: sent.serviceCode,
    latestTransactionStatus: '00',
    transactionStatusDesc: 'Success',
    originalResponseCode: '2005400',
    originalResponseMessage: 'Successful',
    refundHistory: [],
    transAmount: { value: '11500.00', currency: 'IDR' },
    paidTime: inMinutes(0),
    additionalInfo: { channel, acquirer: { id: 'ALTO' } },
  }),
  refund: (sent) => ({
    refundAmount: sent.refundAmount,
    originalPartnerReferenceNo: sent.originalPartnerReferenceNo,
    originalReferenceNo: sent.originalReferenceNo ?? sample.referenceNo,
    refundNo: sample.referenceNo,
    partnerRefundNo: sent.partnerRefundNo,
    refundTime: inMinutes(0),
  }),
}

/** The successful answer to a call of SNAP; 404 to any other. */
export function approvedSnapAnswer({ service, headers, text }: StubSnapRequest): StubAnswer {
  if (service === undefined) return { status: 404, json: snapEnvelopeOf('invalid_routing', '00') }
  const envelope = snapEnvelopeOf('successful', snapServices[service].code)
  const isHosted = headers['channel-id'] !== 'H2H'
  const answerTo = answers[service] as (sent: unknown, isHosted: boolean) => object
  return { json: { ...envelope, ...answerTo(JSON.parse(text), isHosted) } }
}

function newToken(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

function inMinutes(minutes: number): string {
  return formatSnapTimestamp(new Date(Date.now() + minutes * minuteMs))
}
