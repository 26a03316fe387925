/** POST and GET /tokenization/v2/get-token (wire.md 4.7): the cards that a customer had saved. */
import {
  describeErrors,
  getTokensRequest,
  getTokensResponse,
  longestCustomerId,
} from '@gerbang/wire/schemas'
import type { Merchant } from '../../../merchants/index.ts'
import type { CardExpiry } from '../../../primitives/card-expiry.ts'
import type { CardDescription } from '../../../routing/index.ts'
import type { CardToken, Vault } from '../../../vault/index.ts'
import { CardError } from '../card-error.ts'
import type { UnclaimedRoute } from '../door/door.ts'
import { bodyObject, objectOf, requiredTextOf, textOf } from '../fields.ts'

type Input = {
  readonly customerId: string
  readonly channelId: string | undefined
  readonly issuerId: string | undefined
}

export function getTokensRoute(deps: { readonly vault: Vault }): UnclaimedRoute<Input> {
  return {
    url: '/tokenization/v2/get-token',
    summary: "List a customer's card tokens",
    description: `The active tokens of a customer of the merchant, the oldest first. Also answers a GET with the same body, signed with or without its Digest.\n\nErrors:\n\n${describeErrors(['field_required', 'feature_not_active'])}`,
    request: getTokensRequest,
    response: getTokensResponse,
    alsoByGet: true,
    parse: (body, merchant) => {
      checkTokenization(merchant)
      const members = bodyObject(body)
      return {
        customerId: requiredTextOf(objectOf(members, 'customer'), 'customer.id', longestCustomerId),
        channelId: textOf(objectOf(members, 'channel'), 'channel.id', 64),
        issuerId: textOf(objectOf(members, 'issuer'), 'issuer.id', 64),
      }
    },
    handle: async ({ customerId, channelId, issuerId }, { merchant }) => {
      const { merchantId } = merchant
      const tokens =
        channelId === undefined || channelId === 'CREDIT_CARD'
          ? await deps.vault.listTokens<CardDescription>(merchantId, customerId)
          : []
      const wanted = tokens.filter((token) => issuerId === undefined || isIssuedBy(token, issuerId))
      return { customer: { id: customerId }, tokens: wanted.map(toListedToken) }
    },
  }
}

/** `BANK_MANDIRI` means the issuer that answers call `Bank Mandiri`. */
function isIssuedBy({ description }: CardToken<CardDescription>, issuerId: string): boolean {
  const plain = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
  return plain(description.issuer) === plain(issuerId)
}

/** Raises feature_not_active where the merchant has no tokens. */
export function checkTokenization(merchant: Merchant): void {
  if (!merchant.settings.tokenization) {
    throw new CardError('feature_not_active', { feature: 'tokenization' })
  }
}

/** A token as the lists show it. */
export function toListedToken(token: CardToken<CardDescription>) {
  const { description, expiry, maskedName } = token
  return {
    id: token.token,
    masked_account: `********${description.masked.slice(-4)}`,
    card: {
      ...(maskedName === undefined ? {} : { cardholder_name: maskedName }),
      ...(expiry === undefined ? {} : { expiry: yearFirst(expiry) }),
      brand: description.brand,
      issuer: description.issuer,
      bin: Number(description.bin.slice(0, 6)),
      hashed_card_number: token.hashedCardNumber,
    },
  }
}

/** `26/12`: the lists have the year first, unlike every other expiry. */
function yearFirst({ month, year }: CardExpiry): string {
  const two = (value: number) => String(value % 100).padStart(2, '0')
  return `${two(year)}/${two(month)}`
}
