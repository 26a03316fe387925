/** Shapes that several calls of the cards dialect share (wire.md 3, 4). */
import { type Static, Type } from 'typebox'
import { type CardErrorName, cardErrors } from './errors.ts'

/** An object whose unknown members are ignored (design.md 5). */
const open = { additionalProperties: true } as const

export const amountIn = Type.Union(
  [
    Type.Integer({ minimum: 1, maximum: 999_999_999_999 }),
    Type.String({ pattern: '^[0-9]{1,12}$' }),
  ],
  {
    description:
      'Amount in Indonesian rupiah without decimals: 1 to 12 digits. A number, or its digits in a string.',
    examples: [90000],
  },
)

export const amountOut = Type.Integer({
  description: 'Amount in Indonesian rupiah, without decimals.',
  examples: [90000],
})

export const invoiceNumber = Type.String({
  maxLength: 64,
  description: 'Invoice number of the merchant; 30 characters where the acquirer is Bank Mandiri.',
  examples: ['INV-20210118-0001'],
})

export const authenticationId = Type.String({
  pattern: '^[0-9a-f]{64}$',
  description: 'Id of the 3-D Secure authentication, from check-three-d-secure.',
  examples: ['eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e'],
})

export const cardIn = Type.Object(
  {
    token: Type.Optional(Type.String({ description: 'Card token, an alternative to the number.' })),
    number: Type.Optional(
      Type.String({
        description: 'Card number: 15, 16 or 19 digits. Wins over `token` when both are sent.',
        examples: ['5573381011111101'],
      }),
    ),
    expiry: Type.Optional(Type.String({ description: 'MMYY.', examples: ['1228'] })),
  },
  open,
)

export const errorBlock = Type.Object(
  {
    code: Type.String({ examples: ['INVALID_PARAMETER'] }),
    message: Type.String({ examples: ['Invalid amount'] }),
    type: Type.String({ examples: ['Invalid Parameter'] }),
  },
  { description: 'What was wrong; the list of all errors is in docs/reference/errors.md.' },
)

/** `{"error": {code, message, type}}`: every refusal of the cards dialect. */
export const errorEnvelope = Type.Object(
  { error: errorBlock },
  { title: 'Error', description: 'A refusal.' },
)
export type ErrorEnvelope = Static<typeof errorEnvelope>

const headerText = { minLength: 1, maxLength: 128 }

/** The four headers of every request (wire.md 2.1). */
export const requestHeaders = Type.Object({
  'Client-Id': Type.String({ ...headerText, description: 'Merchant id.' }),
  'Request-Id': Type.String({
    ...headerText,
    description: 'Unique for each request; the idempotency key.',
  }),
  'Request-Timestamp': Type.String({
    description: 'UTC, `YYYY-MM-DDTHH:mm:ssZ`, within 10 seconds of now.',
    examples: ['2021-08-24T08:45:42Z'],
  }),
  Signature: Type.String({
    description: '`HMACSHA256=` + base64(HMAC-SHA256(Secret Key, string to sign)).',
  }),
})

/** One line for each error that a status can mean, for the OpenAPI description. */
export function describeErrors(names: readonly CardErrorName[]): string {
  return names
    .map(
      (name) =>
        `* \`${cardErrors[name].code}\` ${cardErrors[name].message}: ${cardErrors[name].when}.`,
    )
    .join('\n')
}
