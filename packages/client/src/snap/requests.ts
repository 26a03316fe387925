/**
 * What a merchant sends over SNAP. `additionalInfo.channel` is filled in. As in the cards dialect
 * the gateway ignores members that it does not know, and almost every object takes more.
 */
import type {
  KkiBindRequest,
  KkiOtpRequest,
  KkiPayRequest,
  KkiRefundRequest,
  KkiStatusRequest,
} from '@gerbang/wire'
import type { More, WithMore } from '../requests.ts'

/** `additionalInfo` without what the client fills in. */
type Info<Request extends { additionalInfo?: object }> = WithMore<
  Omit<NonNullable<Request['additionalInfo']>, 'channel'>
>

type WithInfo<Request extends { additionalInfo?: object }> = WithMore<
  Omit<Request, 'additionalInfo'>
> & { readonly additionalInfo?: Info<Request> }

export type BindCardRequest = WithInfo<Omit<KkiBindRequest, 'cardData'>> & {
  /** Sent encrypted with the Secret Key. */
  readonly card: { readonly cpan: string; readonly ott?: string }
}

/** The binding is named by `authCode`, `originalReferenceNo` or `originalPartnerReferenceNo`. */
export type VerifyOtpRequest = WithInfo<KkiOtpRequest>

export type UnbindCardRequest = { readonly bankCardToken: string }

type Payment = WithMore<Pick<KkiPayRequest, 'partnerReferenceNo' | 'amount'>>
type PayInfo = Info<KkiPayRequest>
type Card = {
  /** The CPAN. */
  readonly chargeToken: string
  /** The OTT of the issuer's app. */
  readonly otp: string
  readonly bankCardToken?: never
}
type Token = {
  readonly bankCardToken: string
  readonly chargeToken?: never
  readonly otp?: never
}

/** By CPAN and OTT. */
type PayByCard = Payment &
  Card & { readonly additionalInfo?: PayInfo & { readonly isBindAndPay?: false | 'false' } }

/** By CPAN and OTT, which binds the card for the customer as well. */
type PayAndBind = Payment &
  Card & {
    readonly additionalInfo: PayInfo & {
      readonly isBindAndPay: true | 'true'
      readonly customer: { readonly customerId: string; readonly customerName?: string } & More
    }
  }

/** By the token of a bound card. */
type PayByToken = Payment &
  Token & { readonly additionalInfo?: PayInfo & { readonly deviceId?: undefined } }

/** By the token of a bound card, with what the merchant knows of the cardholder's device. */
type PayByTokenOfDevice = Payment &
  Token & {
    readonly additionalInfo: PayInfo & {
      readonly deviceId: string
      readonly originalRequestId?: string
    }
  }

export type PayByKkiRequest = PayByCard | PayAndBind | PayByToken | PayByTokenOfDevice

export type RefundKkiRequest = WithInfo<KkiRefundRequest>

/** Names the payment in one way at least. `serviceCode` is filled in. */
export type PaymentStatusRequest = WithMore<
  Partial<
    Pick<
      KkiStatusRequest,
      'originalPartnerReferenceNo' | 'originalReferenceNo' | 'originalExternalId'
    >
  >
> & { readonly additionalInfo?: Info<KkiStatusRequest> }

/** Against the `authCode` of a binding, or the `refreshToken` of an earlier answer. */
export type CustomerTokenRequest =
  | { readonly authCode: string; readonly refreshToken?: never }
  | { readonly refreshToken: string; readonly authCode?: never }
