/**
 * The merchant's side. Of the cards dialect: calls that are signed, answers that are verified before
 * they are trusted, and the check of an HTTP notification. Of SNAP (snap/): the calls of Kartu Kredit
 * Indonesia with their tokens, and what a merchant's endpoints need. Global fetch and node:crypto
 * only. `@gerbang/client/testing` has stub gateways for a merchant's own tests.
 */
export type {
  CaptureResponse,
  ChargeResponse,
  CheckThreeDSecureResponse,
  DeleteTokenResponse,
  GetTokensResponse as ListTokensResponse,
  KkiBindResponse,
  KkiNotification,
  KkiOtpResponse,
  KkiPayResponse,
  KkiRefundResponse,
  KkiStatusResponse,
  KkiUnbindResponse,
  RefundResponse,
  TransactionReport,
} from '@gerbang/wire'
export type { RefusalBody, UnverifiedReason } from './answer.ts'
export type { Answer } from './call.ts'
export { type CallOptions, type Client, type ClientSettings, createClient } from './client.ts'
export {
  GerbangConnectionError,
  GerbangError,
  GerbangSignatureError,
} from './errors.ts'
export type { HeaderSource } from './headers.ts'
export {
  type NotificationRefusal,
  type NotificationToSign,
  type NotificationToVerify,
  signNotificationForTest,
  type VerifiedNotification,
  verifyNotification,
} from './notification.ts'
export type {
  CaptureRequest,
  ChargeRequest,
  CheckThreeDSecureRequest,
  DeleteTokenRequest,
  ListTokensRequest,
  RefundRequest,
} from './requests.ts'
export {
  createMerchantTokens,
  type MerchantAnswer,
  type MerchantTokenBody,
  type MerchantTokenSettings,
  type MerchantTokens,
} from './snap/merchant-tokens.ts'
export type {
  BindCardRequest,
  CustomerTokenRequest,
  PayByKkiRequest,
  PaymentStatusRequest,
  RefundKkiRequest,
  UnbindCardRequest,
  VerifyOtpRequest,
} from './snap/requests.ts'
export type { SnapAnswer, SnapCallOptions } from './snap/snap-call.ts'
export {
  type BindCardOptions,
  createSnapClient,
  type SnapClient,
  type SnapClientSettings,
} from './snap/snap-client.ts'
export { GerbangSnapError, type SnapBody } from './snap/snap-error.ts'
export {
  type SnapNotificationRefusal,
  type SnapNotificationToSign,
  type SnapNotificationToVerify,
  signSnapNotificationForTest,
  type VerifiedSnapNotification,
  verifySnapNotification,
} from './snap/snap-notification.ts'
