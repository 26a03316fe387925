/** Whether an answer is the gateway's, and what it says (wire.md 2.2, 2.4). Pure. */
import { type ChargeResponse, digestOf, type RefundResponse, verifySignature } from '@gerbang/wire'

/**
 * Body of a refusal: `error` and, on the 409 of a charge, capture or refund that was answered
 * before, the members of its answer as it stands now.
 */
export type RefusalBody = Partial<ChargeResponse> &
  Partial<Pick<RefundResponse, 'refund'>> & { readonly [member: string]: unknown }

export type AnswerToVerify = {
  readonly clientId: string
  readonly secretKey: string
  readonly requestId: string
  /** The path that was called, as it was sent. */
  readonly requestTarget: string
  readonly headers: Headers
  /** The raw bytes of the answer: the digest is taken over them. */
  readonly body: Uint8Array
}

/**
 * Why an answer cannot be trusted: it has no Signature; it is another client's; it answers another
 * request; it has no Response-Timestamp; its signature is wrong.
 */
export type UnverifiedReason =
  | 'unsigned'
  | 'other-client-id'
  | 'other-request-id'
  | 'no-response-timestamp'
  | 'wrong-signature'

/** Undefined where the answer is the gateway's own, to this very request. */
export function verifyAnswer(answer: AnswerToVerify): UnverifiedReason | undefined {
  const { clientId, requestId, requestTarget, headers } = answer
  const signature = headers.get('signature')
  if (signature === null) return 'unsigned'
  if (headers.get('client-id') !== clientId) return 'other-client-id'
  if (headers.get('request-id') !== requestId) return 'other-request-id'
  const timestamp = headers.get('response-timestamp')
  if (timestamp === null) return 'no-response-timestamp'
  const digest = digestOf(answer.body)
  const parts = { clientId, requestId, timestamp, requestTarget, digest }
  const isRight = verifySignature('response', parts, signature, answer.secretKey)
  return isRight ? undefined : 'wrong-signature'
}
