/** POST /tokenization/v2/delete-token (wire.md 4.7). */
import {
  deleteTokenRequest,
  deleteTokenResponse,
  describeErrors,
  longestCustomerId,
} from '@gerbang/wire/schemas'
import type { Vault } from '../../../vault/index.ts'
import { CardError } from '../card-error.ts'
import type { UnclaimedRoute } from '../door/door.ts'
import { bodyObject, objectOf, requiredTextOf, textOf } from '../fields.ts'
import { checkTokenization } from './get-tokens.ts'

type Input = { readonly token: string; readonly customerId: string | undefined }

export function deleteTokenRoute(deps: { readonly vault: Vault }): UnclaimedRoute<Input> {
  return {
    url: '/tokenization/v2/delete-token',
    summary: 'Delete a card token',
    description: `Makes a token inactive for ever; no charge takes it any more. Deleting it again answers the same. Where \`customer.id\` is sent, it must be the token's.\n\nErrors:\n\n${describeErrors(['field_required', 'card_token', 'feature_not_active'])}`,
    request: deleteTokenRequest,
    response: deleteTokenResponse,
    parse: (body, merchant) => {
      checkTokenization(merchant)
      const members = bodyObject(body)
      return {
        token: requiredTextOf(objectOf(members, 'token'), 'token.id', 128),
        customerId: textOf(objectOf(members, 'customer'), 'customer.id', longestCustomerId),
      }
    },
    handle: async ({ token, customerId }, { merchant }) => {
      const { merchantId } = merchant
      if (!(await deps.vault.deleteToken(merchantId, token, customerId)))
        throw new CardError('card_token')
      return { token: { id: token, status: 'INACTIVE' } }
    },
  }
}
