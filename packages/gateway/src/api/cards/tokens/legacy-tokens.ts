/**
 * POST /tokenization/v1/tokens (wire.md 4.7): the list as older clients ask for it. What it answered
 * is not documented; it answers what its successor does.
 */
import {
  describeErrors,
  getTokensResponse,
  legacyTokensRequest,
  longestCustomerId,
  tokenTypes,
} from '@gerbang/wire/schemas'
import type { CardDescription } from '../../../routing/index.ts'
import type { Vault } from '../../../vault/index.ts'
import { CardError } from '../card-error.ts'
import type { UnclaimedRoute } from '../door/door.ts'
import { bodyObject, objectOf, requiredTextOf, textOf } from '../fields.ts'
import { checkTokenization, toListedToken } from './get-tokens.ts'

type Input = { readonly customerId: string; readonly type: string | undefined }

export function legacyTokensRoute(deps: { readonly vault: Vault }): UnclaimedRoute<Input> {
  return {
    url: '/tokenization/v1/tokens',
    summary: "List a customer's tokens (legacy)",
    description: `As get-token, for clients that were written before it. There are no tokens of the type DIRECT_DEBIT.\n\nErrors:\n\n${describeErrors(['field_required', 'field_invalid', 'feature_not_active'])}`,
    request: legacyTokensRequest,
    response: getTokensResponse,
    parse: (body, merchant) => {
      checkTokenization(merchant)
      const members = bodyObject(body)
      const customer = objectOf(members, 'customer')
      const type = textOf(objectOf(members, 'token_data'), 'token_data.type', 64)
      if (type !== undefined && !tokenTypes.some((known) => known === type)) {
        throw new CardError('field_invalid', { field: 'token_data.type' })
      }
      return { customerId: requiredTextOf(customer, 'customer.id', longestCustomerId), type }
    },
    handle: async ({ customerId, type }, { merchant }) => {
      const { merchantId } = merchant
      const tokens =
        type === 'DIRECT_DEBIT'
          ? []
          : await deps.vault.listTokens<CardDescription>(merchantId, customerId)
      return { customer: { id: customerId }, tokens: tokens.map(toListedToken) }
    },
  }
}
