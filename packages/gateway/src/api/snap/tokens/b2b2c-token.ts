/**
 * POST /authorization/v1/access-token/b2b2c (wire.md 6.2): a token of one customer, against the
 * authCode of a binding or an earlier refresh token.
 */
import { formatSnapTimestamp } from '@gerbang/wire'
import { b2b2cTokenRequest, b2b2cTokenResponse } from '@gerbang/wire/schemas'
import type { AccessTokens } from '../../../access-tokens/index.ts'
import type { Merchant } from '../../../merchants/index.ts'
import type { TokenRoute } from '../door/door.ts'
import { mandatoryChoice, mandatoryText } from '../fields.ts'
import { SnapError } from '../snap-error.ts'

export type B2b2cTokenDeps = {
  readonly accessTokens: AccessTokens
  /**
   * The merchant's customer of an authCode; undefined where the code is unknown or its card is not
   * bound. While it is, a code may be exchanged again: clients do so for each call.
   */
  redeemAuthCode(merchant: Merchant, authCode: string): Promise<string | undefined>
}

type Grant = {
  readonly grantType: 'authorization_code' | 'refresh_token'
  /** The authCode or the refresh token. */
  readonly value: string
}

export function b2b2cTokenRoute(deps: B2b2cTokenDeps): TokenRoute<Grant> {
  const { accessTokens } = deps
  return {
    service: 'b2b2c-token',
    summary: 'Get a customer token',
    description: `Signed as the call for an access token. KKI calls do not need one.`,
    request: b2b2cTokenRequest,
    response: b2b2cTokenResponse,
    parse: (body) => {
      const grantType = mandatoryChoice(body, 'grantType', ['authorization_code', 'refresh_token'])
      const name = grantType === 'authorization_code' ? 'authCode' : 'refreshToken'
      return { grantType, value: mandatoryText(body, name) }
    },
    handle: async (grant, merchant) => {
      const holder = { clientId: merchant.clientId, customerId: await customerOf(grant, merchant) }
      const access = await accessTokens.issue('b2b2c', holder)
      const refresh = await accessTokens.issue('b2b2c-refresh', holder)
      return {
        row: 'successful',
        members: {
          accessToken: access.token,
          tokenType: 'Bearer',
          accessTokenExpiryTime: formatSnapTimestamp(access.expiresAt),
          refreshToken: refresh.token,
          refreshTokenExpiryTime: formatSnapTimestamp(refresh.expiresAt),
          additionalInfo: '',
        },
      }
    },
  }

  async function customerOf({ grantType, value }: Grant, merchant: Merchant): Promise<string> {
    const isCode = grantType === 'authorization_code'
    const customerId = isCode
      ? await deps.redeemAuthCode(merchant, value)
      : accessTokens.verify('b2b2c-refresh', merchant.clientId, value)?.customerId
    if (customerId !== undefined) return customerId
    const reason = isCode ? 'Invalid authCode' : 'Invalid refreshToken'
    throw new SnapError('unauthorized', { reason })
  }
}
