/**
 * What a call of SNAP throws besides GerbangConnectionError: the gateway refused. It holds nothing of
 * what was sent, so a log of one shows no CPAN, OTT or token.
 */
import type { SnapServiceName } from '@gerbang/wire'
import { snapHintFor } from './hints.ts'

/** Every answer of SNAP begins with these two. */
export type SnapBody = {
  readonly responseCode: string
  readonly responseMessage: string
  readonly [member: string]: unknown
}

/** The gateway refused: a `responseCode` of 4xx or 5xx. Its `message` is the responseMessage. */
export class GerbangSnapError extends Error {
  override readonly name = 'GerbangSnapError'
  readonly httpStatus: number
  /** HTTP status, service code, case code: `4045411`. */
  readonly responseCode: string
  readonly responseMessage: string
  /** X-EXTERNAL-ID; empty of a token call, which has none. */
  readonly externalId: string
  readonly body: SnapBody
  /** What to do about it, for common codes. */
  readonly hint: string | undefined

  constructor(of: { httpStatus: number; body: SnapBody; externalId: string }) {
    super(of.body.responseMessage)
    this.httpStatus = of.httpStatus
    this.responseCode = of.body.responseCode
    this.responseMessage = of.body.responseMessage
    this.externalId = of.externalId
    this.body = of.body
    this.hint = snapHintFor(this.responseCode, this.responseMessage)
  }
}

/** What to do where the answer to a call was lost. */
export function adviceOnLost(service: SnapServiceName, externalId: string): string {
  switch (service) {
    case 'pay':
      return (
        'The outcome is unknown: the customer may have paid. ' +
        `Ask paymentStatus({ originalExternalId: '${externalId}' }) before trying again.`
      )
    case 'refund':
      return (
        'The outcome is unknown: the money may have moved. Send the same refund again: its ' +
        'partnerRefundNo is given back once only, and the answer tells how it went.'
      )
    case 'bind-card':
      return 'Nothing is bound without a one-time password: bind the card again, with a new number.'
    case 'verify-otp':
      return (
        'The outcome is unknown: the card may be bound. The notification tells, and so does ' +
        'listTokens of the customer.'
      )
    case 'unbind-card':
      return 'Unbind the token again: that it is not found then says that it was unbound.'
    case 'payment-status':
      return 'Asking the status again is safe.'
    case 'b2b-token':
    case 'b2b2c-token':
      return 'No money moves in a token call: it may be repeated.'
  }
}
