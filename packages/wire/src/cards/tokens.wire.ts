/** The calls about card tokens (wire.md 4.7). They claim no Request-Id. */
import { type Static, Type } from 'typebox'

const open = { additionalProperties: true } as const

/** wire.md 4.2 and 4.7. */
export const longestCustomerId = 50

const customerId = Type.String({ maxLength: longestCustomerId, examples: ['WT_CC001'] })
const optionalId = (...examples: string[]) =>
  Type.Optional(Type.Object({ id: Type.Optional(Type.String({ examples })) }, open))

export const getTokensRequest = Type.Object(
  {
    customer: Type.Object({ id: customerId }, open),
    channel: optionalId('CREDIT_CARD', 'KARTU_KREDIT_INDONESIA'),
    issuer: optionalId('BANK_MANDIRI'),
  },
  { title: 'GetTokensRequest', ...open, examples: [{ customer: { id: 'WT_CC001' } }] },
)
export type GetTokensRequest = Static<typeof getTokensRequest>

export const getTokensResponse = Type.Object(
  {
    customer: Type.Object({ id: Type.String() }),
    tokens: Type.Array(
      Type.Object({
        id: Type.String({ maxLength: 64, examples: ['de52e5820f4c381db88a1cf91d57b73e'] }),
        masked_account: Type.String({ examples: ['********5464'] }),
        card: Type.Object({
          cardholder_name: Type.Optional(Type.String({ examples: ['B*** S******'] })),
          expiry: Type.Optional(Type.String({ description: 'YY/MM.', examples: ['26/12'] })),
          brand: Type.String({ examples: ['VISA'] }),
          issuer: Type.String({ examples: ['Bank Mandiri'] }),
          country: Type.Optional(Type.String({ examples: ['ID'] })),
          bin: Type.Integer({ examples: [557338] }),
          hashed_card_number: Type.Optional(
            Type.String({
              description:
                'The same for the same card at one merchant. No plain hash of the number. Absent of KKI.',
            }),
          ),
        }),
      }),
    ),
  },
  { title: 'GetTokensResponse' },
)
export type GetTokensResponse = Static<typeof getTokensResponse>

export const tokenTypes = ['CREDIT_CARD', 'DIRECT_DEBIT'] as const

export const legacyTokensRequest = Type.Object(
  {
    customer: Type.Object({ id: customerId }, open),
    token_data: Type.Optional(
      Type.Object({ type: Type.Optional(Type.Enum([...tokenTypes])) }, open),
    ),
  },
  { title: 'LegacyTokensRequest', ...open },
)

export const deleteTokenRequest = Type.Object(
  {
    token: Type.Object({ id: Type.String({ examples: ['de52e5820f4c381db88a1cf91d57b73e'] }) }),
    customer: Type.Optional(Type.Object({ id: Type.Optional(customerId) }, open)),
  },
  { title: 'DeleteTokenRequest', ...open },
)
export type DeleteTokenRequest = Static<typeof deleteTokenRequest>

export const deleteTokenResponse = Type.Object(
  { token: Type.Object({ id: Type.String(), status: Type.Literal('INACTIVE') }) },
  { title: 'DeleteTokenResponse' },
)
export type DeleteTokenResponse = Static<typeof deleteTokenResponse>
