/** POST /direct-debit/core/v1/registration-card-bind (seed; wire.md 7.4): a card for a customer. */
import { kkiBindRequest, kkiBindResponse } from '@gerbang/wire/schemas'
import type { BindCardCommand, BindCardResult, Bindings } from '../../../bindings/index.ts'
import type { Merchant } from '../../../merchants/index.ts'
import { isRedirectUrl, longestUrl } from '../../redirect-url.ts'
import type { SnapAnswer, SnapBody, TransactRoute } from '../door/door.ts'
import { malformed, mandatoryText, textAt } from '../fields.ts'
import { cardDataAt, checkChannel, customerIdRule, referenceRule } from '../kki-fields.ts'
import { refuse } from '../kki-responses.ts'

export type BindCardDeps = {
  readonly bindings: Pick<Bindings, 'bind'>
  /** The URL that a cardholder opens to enter a one-time password. */
  readonly otpPageUrl: (pageId: string) => string
  /** Live mode sends browsers to https only. */
  readonly redirectProtocols: readonly string[]
}

type Input = Omit<BindCardCommand, 'merchant' | 'claim' | 'externalId' | 'hosted'>

/** What nobody keeps is still held to the longest that a source allows (wire.md 7.4). */
const unkept = {
  'additionalInfo.customerName': 70,
  'additionalInfo.email': 254,
  'additionalInfo.address': 255,
  'additionalInfo.dateOfBirth': 8,
  'additionalInfo.idCard': 64,
  'additionalInfo.country': 60,
} as const

export function bindCardRoute(deps: BindCardDeps): TransactRoute<Input> {
  return {
    service: 'bind-card',
    summary: 'Bind a card',
    description: `Kartu Kredit Indonesia: checks a card with the switch and begins its binding to a
customer; the issuer sends the cardholder a one-time password. Where CHANNEL-ID is DH, open
\`redirectUrl\` in the cardholder’s browser; where it is H2H, ask for the password yourself and call
otp-verification. A 202 says that the switch has not answered yet: the binding may still begin.`,
    request: kkiBindRequest,
    response: kkiBindResponse,
    parse: (body, merchant) => parseBinding(deps, body, merchant),
    handle: async (input, { merchant, externalId, channel }, claim) => {
      const hosted = channel === 'DH'
      return answerOf(
        deps,
        await deps.bindings.bind({ ...input, merchant, externalId, claim, hosted }),
      )
    },
  }
}

function parseBinding(deps: BindCardDeps, body: SnapBody, merchant: Merchant): Input {
  const partnerReferenceNo = textAt(body, 'partnerReferenceNo', referenceRule)
  // Whether it is there; it is opened last, when all else is right.
  mandatoryText(body, 'cardData')
  const custIdMerchant = mandatoryText(body, 'custIdMerchant', customerIdRule)
  const phoneNumber = textAt(body, 'phoneNo', { maximum: 16, mayBeNumber: true })
  checkChannel(body)
  for (const [path, maximum] of Object.entries(unkept)) {
    textAt(body, path, { maximum, mayBeNumber: true })
  }
  return {
    partnerReferenceNo,
    custIdMerchant,
    phoneNumber,
    successUrl: redirectUrlAt(deps, body, 'additionalInfo.successRegistrationUrl'),
    failedUrl: redirectUrlAt(deps, body, 'additionalInfo.failedRegistrationUrl'),
    card: cardDataAt(body, 'cardData', merchant),
  }
}

function redirectUrlAt(deps: BindCardDeps, body: SnapBody, path: string): string | undefined {
  const url = textAt(body, path, { maximum: longestUrl })
  if (url !== undefined && !isRedirectUrl(url, deps.redirectProtocols)) malformed(path)
  return url
}

function answerOf(deps: BindCardDeps, result: BindCardResult): SnapAnswer | undefined {
  if (result.kind === 'duplicate') return undefined
  if (result.kind === 'refused') return refuse(result.responseCode)
  const { binding, isAsked, authCode } = result
  const { referenceNo, custIdMerchant, pageId } = binding
  return {
    row: isAsked ? 'successful' : 'in_progress',
    members: {
      referenceNo,
      ...(pageId === undefined ? {} : { redirectUrl: deps.otpPageUrl(pageId) }),
      additionalInfo: { custIdMerchant, status: 'PENDING', authCode },
    },
  }
}
