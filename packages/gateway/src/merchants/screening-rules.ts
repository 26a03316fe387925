/**
 * A merchant's screening rules: the schema is their type, and what checks them where they come in.
 * What they mean is in screening/.
 */
import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }

const verdict = Type.Enum(['REVIEW', 'REJECT'], {
  description: 'What a charge is that runs into the rule.',
})
export type Verdict = Static<typeof verdict>

/** Enough for a merchant's own lists; they are read with the merchant on every request. */
const mostEntries = 500

const countries = Type.Array(Type.String({ pattern: '^[A-Z]{2}$', title: 'two capital letters' }), {
  minItems: 1,
  maxItems: 249,
  description: 'ISO 3166-1 alpha-2 codes.',
})

export const screeningRules = Type.Object(
  {
    mostAmount: Type.Optional(
      Type.Object(
        { amount: Type.Integer({ minimum: 1, maximum: 999_999_999_999 }), verdict },
        { ...closed, description: 'Whole rupiah; a charge above it runs into the rule.' },
      ),
    ),
    mostTriesPerHour: Type.Optional(
      Type.Object(
        { tries: Type.Integer({ minimum: 1, maximum: 1_000 }), verdict },
        {
          ...closed,
          description: 'Charges of one card within 60 minutes, whatever became of them.',
        },
      ),
    ),
    blockedCards: Type.Optional(
      Type.Object(
        {
          hashedCardNumbers: Type.Array(
            Type.String({
              pattern: '^[0-9a-f]{64}$',
              title: '64 hexadecimal digits in lower case',
            }),
            {
              minItems: 1,
              maxItems: mostEntries,
              description: 'As `hashed_card_number` in the list of tokens.',
            },
          ),
          verdict,
        },
        closed,
      ),
    ),
    blockedCountries: Type.Optional(
      Type.Object(
        { countries, verdict },
        { ...closed, description: 'Of the card’s issuer. An unknown country is not blocked.' },
      ),
    ),
    allowedCountries: Type.Optional(
      Type.Object(
        { countries, verdict },
        { ...closed, description: 'Of the card’s issuer. An unknown country is not allowed.' },
      ),
    ),
    blockedEmailDomains: Type.Optional(
      Type.Object(
        {
          domains: Type.Array(
            Type.String({
              pattern: '^[a-z0-9-]+([.][a-z0-9-]+)+$',
              maxLength: 128,
              title: 'a domain in lower case, without @',
            }),
            {
              minItems: 1,
              maxItems: mostEntries,
              description: 'In lower case; a subdomain is another domain.',
            },
          ),
          verdict,
        },
        closed,
      ),
    ),
  },
  closed,
)

export type ScreeningRules = Static<typeof screeningRules>
