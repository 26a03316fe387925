/** What a developer can do about a refusal of SNAP; the rows are named as in wire's table of codes. */
import { type SnapResponseName, snapResponses } from '@gerbang/wire'
import { messagePattern } from '../hints.ts'

const askFirst = 'Ask paymentStatus() before trying a payment again.'
const bindAnew = 'The binding has failed: bind the card again.'

const hints: Partial<Record<SnapResponseName, string>> = {
  unauthorized:
    'Check that secretKey and privateKey belong to clientId, that no proxy rewrites path or body, ' +
    'and that the clock of this machine is right (NTP).',
  invalid_token: 'A new access token was refused too: check baseUrl and clientId.',
  invalid_customer_token: 'Get a new one: customerToken({ refreshToken }).',
  invalid_ott: 'Ask the customer for a new OTT from the issuer’s app.',
  ott_expired: 'Ask the customer for a new OTT from the issuer’s app.',
  invalid_otp: 'The cardholder may try again: three one-time passwords in all.',
  otp_expired: bindAnew,
  otp_blocked: bindAnew,
  invalid_card:
    'The CPAN is unknown, or the bankCardToken is not active: unbinding ends all tokens of a card. ' +
    'listTokens() of the customer tells which are active.',
  invalid_amount: 'Rupiah with two decimals ("11500.00"); of refunds no more than what is left.',
  transaction_not_found:
    'No payment of this merchant fits all that was named. After a lost answer to a payment: it ' +
    'never arrived, and may be sent again.',
  inconsistent_request:
    'This partnerRefundNo belongs to another refund: take a new one for another amount.',
  conflict: 'This X-EXTERNAL-ID was used at this endpoint today: leave it out for a new one.',
  duplicate_reference:
    'A partnerReferenceNo serves one payment or binding, for ever: paymentStatus() tells what became ' +
    'of the payment. Of a binding: the customer has bound this card already.',
  general_error: askFirst,
  internal_error: askFirst,
  unavailable: askFirst,
  timeout: askFirst,
}

/** The hint for a refusal by its code and message; undefined where there is none. */
export function snapHintFor(responseCode: string, responseMessage: string): string | undefined {
  for (const [name, hint] of Object.entries(hints)) {
    const { status, caseCode, message } = snapResponses[name as SnapResponseName]
    const isCase = responseCode.startsWith(`${status}`) && responseCode.endsWith(caseCode)
    if (isCase && messagePattern(message).test(responseMessage)) return hint
  }
  return undefined
}
