/**
 * The merchant's side of the cards dialect: calls that are signed, answers that are verified
 * before they are trusted, and the check of an HTTP notification. Global fetch and node:crypto
 * only. `@gerbang/client/testing` has a stub gateway for a merchant's own tests.
 */
export type {
  CaptureResponse,
  ChargeResponse,
  CheckThreeDSecureResponse,
  DeleteTokenResponse,
  GetTokensResponse as ListTokensResponse,
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
