/**
 * What a merchant sends. The gateway ignores members that it does not know, and a merchant may send
 * some that these types do not name: almost every object takes more.
 */
import type {
  CaptureRequest as KnownCaptureRequest,
  ChargeRequest as KnownChargeRequest,
  CheckThreeDSecureRequest as KnownCheckThreeDSecureRequest,
  DeleteTokenRequest as KnownDeleteTokenRequest,
  GetTokensRequest as KnownGetTokensRequest,
  RefundRequest as KnownRefundRequest,
} from '@gerbang/wire'

export type More = { readonly [member: string]: unknown }

export type WithMore<Value> = Value extends readonly (infer Item)[]
  ? readonly WithMore<Item>[]
  : Value extends object
    ? { readonly [Member in keyof Value]: WithMore<Value[Member]> } & More
    : Value

export type CheckThreeDSecureRequest = WithMore<KnownCheckThreeDSecureRequest>
export type ChargeRequest = WithMore<KnownChargeRequest>
export type ListTokensRequest = WithMore<KnownGetTokensRequest>
export type DeleteTokenRequest = WithMore<KnownDeleteTokenRequest>

/** `payment` takes no more: a misspelt amount would take everything, so the gateway refuses it. */
export type CaptureRequest = Readonly<KnownCaptureRequest> & More

/** `refund` takes no more, for the same reason. */
export type RefundRequest = WithMore<Omit<KnownRefundRequest, 'refund'>> &
  Readonly<Pick<KnownRefundRequest, 'refund'>>
