/**
 * Every event there is, in one list: its type, the family of topics that it is published in, when it
 * happens, and what its data says. Types, tests and documents are made from it. Data goes to systems
 * that may not see cards: never a token, a CPAN, an OTT or a one-time password.
 */
import { type Static, type TSchema, Type } from 'typebox'

type EventRow = {
  readonly topic: 'payments' | 'refunds' | 'settlements' | 'bindings'
  /** When it happens, for those who read it. */
  readonly when: string
  readonly data: TSchema
}

const referenceNo = Type.String({ description: 'Our number of the call that led to it.' })
const custIdMerchant = Type.String({ description: 'The merchant’s name for the customer.' })
const card = {
  maskedCpan: Type.String({ examples: ['936000******0000'] }),
  issuer: Type.String({ examples: ['Bank Rakyat Indonesia'] }),
  channel: Type.Literal('KARTU_KREDIT_INDONESIA'),
}
const onlyThese = { additionalProperties: false } as const

export const eventCatalogue = {
  'kki.card.bound': {
    topic: 'bindings',
    when: 'A customer has bound a card: by its one-time password, or by a payment that binds.',
    data: Type.Object({ referenceNo, custIdMerchant, ...card }, onlyThese),
  },
  'kki.card.unbound': {
    topic: 'bindings',
    when: 'The network has ended the last token of a card at a merchant that unbound it.',
    data: Type.Object(
      { referenceNo, custIdMerchants: Type.Array(custIdMerchant, { minItems: 1 }), ...card },
      onlyThese,
    ),
  },
} as const satisfies Record<string, EventRow>

export type EventType = keyof typeof eventCatalogue
export type EventData<T extends EventType = EventType> = Static<(typeof eventCatalogue)[T]['data']>
