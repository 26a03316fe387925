/** POST /credit-card/check-three-d-secure (wire.md 4.1). */

import type { CheckThreeDSecureResponse, JsonValue } from '@gerbang/wire'
import {
  checkThreeDSecureConflict,
  checkThreeDSecureRequest,
  checkThreeDSecureResponse,
  describeErrors,
} from '@gerbang/wire/schemas'
import type { Merchant } from '../../merchants/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import { wholeRupiah } from '../../primitives/money.ts'
import type { Authentication, CheckCommand, ThreeDSecure } from '../../three-d-secure/index.ts'
import { isRedirectUrl, longestUrl } from '../redirect-url.ts'
import { CardError } from './card-error.ts'
import type { ClaimingRoute } from './door/door.ts'
import {
  amountOf,
  bodyObject,
  cardOf,
  type Members,
  objectOf,
  requiredTextOf,
  textOf,
  tokenOf,
} from './fields.ts'

type Input = Omit<CheckCommand, 'merchant' | 'claim'>

export type CheckRouteDeps = {
  readonly threeDSecure: ThreeDSecure
  readonly clock: Clock
  /** The URL that a cardholder opens for a page id. */
  readonly challengeUrl: (pageId: string) => string
  /** Live mode sends browsers to https only. */
  readonly callbackProtocols: readonly string[]
}

export function checkThreeDSecureRoute(deps: CheckRouteDeps): ClaimingRoute<Input> {
  const { threeDSecure, clock } = deps
  return {
    url: '/credit-card/check-three-d-secure',
    summary: 'Check 3-D Secure',
    description: `Begins the authentication of a cardholder. Open \`authentication_url\` in the cardholder’s browser; it ends on one of the callback URLs. The authentication lives 15 minutes and serves one charge.\n\nErrors:\n\n${describeErrors(
      [
        'amount',
        'card_number_length_at_check',
        'luhn',
        'expiry',
        'card_token',
        'three_d_secure_not_configured',
        'three_d_secure_failed',
        'conflict',
        'precondition_failed',
        'request_id_used',
      ],
    )}`,
    request: checkThreeDSecureRequest,
    response: checkThreeDSecureResponse,
    conflict: checkThreeDSecureConflict,
    scope: 'three-d-secure',
    emptyClientId: 'header_required',
    parse: (body, merchant) => parseCheck(body, merchant, deps),
    invoiceNumberOf: (input) => input.invoiceNumber,
    handle: async (input, { merchant }, claim) => {
      const result = await threeDSecure.check({ ...input, merchant, claim })
      if (result.kind === 'unreachable') throw new CardError('three_d_secure_failed')
      return result.kind === 'checked' ? toResponse(deps, result.authentication) : undefined
    },
    answerOf: async (merchant, holder) => {
      const authentication = await threeDSecure.find(merchant.merchantId, holder.operationId)
      if (!authentication) return undefined
      const isAnswered =
        authentication.state !== 'asked' || authentication.askUntil <= clock.realNow()
      const isShown = authentication.state !== 'asked' && authentication.failure !== 'unreachable'
      return {
        isSettled: isAnswered || authentication.expiresAt <= clock.now(),
        members: isShown ? toResponse(deps, authentication) : undefined,
      }
    },
  }
}

function parseCheck(body: JsonValue, merchant: Merchant, deps: CheckRouteDeps): Input {
  const members = bodyObject(body)
  const order = objectOf(members, 'order')
  const cardMembers = objectOf(members, 'card')
  const threeDSecure = objectOf(members, 'three_dsecure')
  const amount = amountOf(order)
  const invoiceNumber = textOf(order, 'order.invoice_number', 64)
  const card = cardOf(cardMembers, 'card_number_length_at_check', deps.clock.now())
  const token = card ? undefined : tokenOf(cardMembers)
  if (!card && token === undefined) {
    throw new CardError('field_required', { field: 'card.number or card.token' })
  }
  if (token !== undefined && !merchant.settings.tokenization) {
    throw new CardError('feature_not_active', { feature: 'card.token' })
  }
  return {
    amount,
    invoiceNumber,
    card,
    token,
    callbackUrlSuccess: callbackUrlOf(threeDSecure, 'callback_url_success', deps),
    callbackUrlFailed: callbackUrlOf(threeDSecure, 'callback_url_failed', deps),
  }
}

function callbackUrlOf(members: Members | undefined, name: string, deps: CheckRouteDeps): string {
  const field = `three_dsecure.${name}`
  const text = requiredTextOf(members, field, longestUrl)
  if (!isRedirectUrl(text, deps.callbackProtocols)) throw new CardError('field_invalid', { field })
  return text
}

function toResponse(
  deps: CheckRouteDeps,
  authentication: Authentication,
): CheckThreeDSecureResponse {
  // A challenge, an authentication and a failed one have been enrolled; what was used up may not.
  const isEnrolled = authentication.version !== undefined
  return {
    order: { amount: wholeRupiah(authentication.amount) },
    three_dsecure: {
      enrollment_status: isEnrolled,
      authentication_id: authentication.authenticationId,
      ...(isEnrolled ? { authentication_url: deps.challengeUrl(authentication.pageId) } : {}),
      ...(authentication.version ? { three_ds_version: authentication.version } : {}),
    },
  }
}
