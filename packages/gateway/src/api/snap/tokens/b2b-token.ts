/** POST /authorization/v1/access-token/b2b (wire.md 6.1): the token that every other call needs. */
import { b2bTokenRequest, b2bTokenResponse } from '@gerbang/wire/schemas'
import type { AccessTokens } from '../../../access-tokens/index.ts'
import type { TokenRoute } from '../door/door.ts'
import { mandatoryChoice } from '../fields.ts'

export function b2bTokenRoute(deps: {
  accessTokens: AccessTokens
}): TokenRoute<'client_credentials'> {
  return {
    service: 'b2b-token',
    summary: 'Get an access token',
    description: `Signed with the merchant's private key. The same request may be sent again: each
answer is a token of its own, and older ones stay valid until they expire.`,
    request: b2bTokenRequest,
    response: b2bTokenResponse,
    parse: (body) => mandatoryChoice(body, 'grantType', ['client_credentials']),
    handle: async (_grantType, { clientId }) => {
      const { token, lifetimeSeconds } = await deps.accessTokens.issue('b2b', { clientId })
      return {
        row: 'successful',
        members: {
          accessToken: token,
          tokenType: 'Bearer',
          expiresIn: lifetimeSeconds,
          additionalInfo: '',
        },
      }
    },
  }
}
