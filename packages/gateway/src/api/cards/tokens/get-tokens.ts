/**
 * POST and GET /tokenization/v2/get-token (wire.md 4.7): the cards that a customer had saved, or, where
 * `channel.id` says so, those that were bound over SNAP.
 */
import type { GetTokensResponse } from '@gerbang/wire'
import {
  describeErrors,
  getTokensRequest,
  getTokensResponse,
  longestCustomerId,
} from '@gerbang/wire/schemas'
import type { Bindings, BoundCard } from '../../../bindings/index.ts'
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

type ListedToken = GetTokensResponse['tokens'][number]

const kki = 'KARTU_KREDIT_INDONESIA'

/** Of `custIdMerchant` (wire.md 7.4). */
const longestKkiCustomerId = 64

export type GetTokensDeps = {
  readonly vault: Pick<Vault, 'listTokens'>
  readonly bindings: Pick<Bindings, 'listTokens'>
}

export function getTokensRoute(deps: GetTokensDeps): UnclaimedRoute<Input> {
  return {
    url: '/tokenization/v2/get-token',
    summary: "List a customer's card tokens",
    description: `The active tokens of a customer of the merchant, the oldest first: of cards, or with \`channel.id\` ${kki} the bankCardTokens of \`custIdMerchant\`, which have no expiry. Also answers a GET with the same body, signed with or without its Digest.\n\nErrors:\n\n${describeErrors(['field_required', 'feature_not_active'])}`,
    request: getTokensRequest,
    response: getTokensResponse,
    alsoByGet: true,
    parse: (body, merchant) => {
      const members = bodyObject(body)
      const channelId = textOf(objectOf(members, 'channel'), 'channel.id', 64)
      // Cards are bound by another contract than the one about saved cards.
      if (channelId !== kki) checkTokenization(merchant)
      const longest = channelId === kki ? longestKkiCustomerId : longestCustomerId
      return {
        customerId: requiredTextOf(objectOf(members, 'customer'), 'customer.id', longest),
        channelId,
        issuerId: textOf(objectOf(members, 'issuer'), 'issuer.id', 64),
      }
    },
    handle: async ({ customerId, channelId, issuerId }, { merchant }) => {
      const { merchantId } = merchant
      const tokens = await listOf(deps, channelId, { merchantId, customerId })
      const wanted = tokens.filter((token) => issuerId === undefined || isIssuedBy(token, issuerId))
      return { customer: { id: customerId }, tokens: wanted }
    },
  }
}

async function listOf(
  { vault, bindings }: GetTokensDeps,
  channelId: string | undefined,
  { merchantId, customerId }: { merchantId: Merchant['merchantId']; customerId: string },
): Promise<ListedToken[]> {
  switch (channelId) {
    case undefined:
    case 'CREDIT_CARD':
      return (await vault.listTokens<CardDescription>(merchantId, customerId)).map(toListedToken)
    case kki:
      return (await bindings.listTokens(merchantId, customerId)).map(toListedBinding)
    default:
      return []
  }
}

/** `BANK_MANDIRI` means the issuer that answers call `Bank Mandiri`. */
function isIssuedBy({ card }: ListedToken, issuerId: string): boolean {
  const plain = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
  return plain(card.issuer) === plain(issuerId)
}

/** Raises feature_not_active where the merchant has no tokens. */
export function checkTokenization(merchant: Merchant): void {
  if (!merchant.settings.tokenization) {
    throw new CardError('feature_not_active', { feature: 'tokenization' })
  }
}

/** A token as the lists show it. */
export function toListedToken(token: CardToken<CardDescription>): ListedToken {
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

/** A CPAN names its issuer by 8 digits, of which the list has room for 6. */
function toListedBinding({ bankCardToken, maskedCpan, issuer }: BoundCard): ListedToken {
  return {
    id: bankCardToken,
    masked_account: `********${maskedCpan.slice(-4)}`,
    card: { brand: 'KKI', issuer, country: 'ID', bin: Number(maskedCpan.slice(0, 6)) },
  }
}

/** `26/12`: the lists have the year first, unlike every other expiry. */
function yearFirst({ month, year }: CardExpiry): string {
  const two = (value: number) => String(value % 100).padStart(2, '0')
  return `${two(year)}/${two(month)}`
}
