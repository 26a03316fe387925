/**
 * What goes over the line, for both sides: signatures, timestamps, JSON as it was written, the
 * table of errors and the acquirers' response codes. Pure: no I/O, no clock, no randomness.
 * The TypeBox schemas are in `@gerbang/wire/schemas`, so that a client loads none of them.
 */
export {
  type CardErrorName,
  type CardErrorRow,
  cardErrorBody,
  cardErrors,
  paymentFailedError,
} from './cards/errors.ts'
export { cardResponseCodes } from './cards/response-codes.ts'
export { isCountry } from './countries.ts'
export { JsonNumber, type JsonText, type JsonValue, parseJsonText } from './json-text.ts'
export { decryptCardData, encryptCardData } from './kki/card-data.ts'
export { type TransactionStatus, transactionStatuses } from './kki/transaction-statuses.ts'
export type {
  B2b2cTokenRequest,
  B2b2cTokenResponse,
  B2bTokenRequest,
  B2bTokenResponse,
  CaptureRequest,
  CaptureResponse,
  ChargeRequest,
  ChargeResponse,
  CheckThreeDSecureRequest,
  CheckThreeDSecureResponse,
  Customer,
  DeleteTokenRequest,
  DeleteTokenResponse,
  ErrorEnvelope,
  GetTokensRequest,
  GetTokensResponse,
  KkiBindRequest,
  KkiBindResponse,
  KkiNotification,
  KkiNotificationAnswer,
  KkiOtpRequest,
  KkiOtpResponse,
  KkiPayRequest,
  KkiPayResponse,
  KkiRefundRequest,
  KkiRefundResponse,
  KkiStatusRequest,
  KkiStatusResponse,
  KkiUnbindRequest,
  KkiUnbindResponse,
  PaymentType,
  RefundRequest,
  RefundResponse,
  SnapEnvelope,
  TransactionReport,
} from './schemas.ts'
export {
  decodeSignature,
  digestOf,
  type SignatureComponents,
  type SignedMessageKind,
  sign,
  stringToSign,
  verifySignature,
} from './signature.ts'
export { canonicalBodies } from './snap/canonical-bodies.ts'
export {
  type SnapResponseName,
  type SnapResponseRow,
  type SnapServiceName,
  snapEnvelopeOf,
  snapResponses,
  snapServiceCodeOf,
  snapServices,
} from './snap/response-codes.ts'
export {
  decodeSnapSignature,
  type SnapCallParts,
  type SnapTokenParts,
  signSnapCall,
  signSnapToken,
  snapCallString,
  snapTokenString,
  verifySnapCall,
  verifySnapToken,
} from './snap/signature.ts'
export { formatSnapTimestamp, parseSnapTimestamp } from './snap/timestamp.ts'
export { formatTimestamp, parseTimestamp } from './timestamp.ts'
