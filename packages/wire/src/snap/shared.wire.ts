/** Shapes that all calls of SNAP share (wire.md 6). */
import { type Static, Type } from 'typebox'

export const snapResponseCode = Type.String({
  pattern: '^[0-9]{7}$',
  description: 'HTTP status, service code, case code. The list is in docs/reference/errors.md.',
  examples: ['2007300'],
})

export const snapResponseMessage = Type.String({ maxLength: 150, examples: ['Successful'] })

/** `{responseCode, responseMessage}`: how every answer begins, and all of a refusal. */
export const snapEnvelope = Type.Object(
  { responseCode: snapResponseCode, responseMessage: snapResponseMessage },
  { title: 'SnapError', description: 'A refusal.' },
)
export type SnapEnvelope = Static<typeof snapEnvelope>

const timestamp = Type.String({
  description: 'ISO 8601 with an offset or Z, within 300 seconds of now.',
  examples: ['2026-09-21T10:30:00+07:00'],
})

/** Headers of the two token calls. */
export const snapTokenHeaders = Type.Object({
  'X-CLIENT-KEY': Type.String({ description: 'Client ID of the merchant.' }),
  'X-TIMESTAMP': timestamp,
  'X-SIGNATURE': Type.String({
    description:
      'base64(SHA256withRSA(private key of the merchant, client ID + "|" + X-TIMESTAMP)).',
  }),
})

/** Headers of every other call. */
export const snapCallHeaders = Type.Object({
  'X-PARTNER-ID': Type.String({ description: 'Client ID of the merchant.' }),
  'X-EXTERNAL-ID': Type.String({
    maxLength: 128,
    description:
      'New for each call: what a call begins uses it up, for its endpoint and that day (Asia/Jakarta).',
  }),
  'X-TIMESTAMP': timestamp,
  'X-SIGNATURE': Type.String({
    description:
      'base64(HMAC-SHA512(Secret Key, METHOD:path:access token:lower-case hex of SHA-256 of the minified body:X-TIMESTAMP)).',
  }),
  Authorization: Type.String({ description: '`Bearer ` and the B2B access token.' }),
  'Authorization-Customer': Type.Optional(
    Type.String({ description: 'A B2B2C access token, with or without `Bearer `.' }),
  ),
  'CHANNEL-ID': Type.Optional(
    Type.String({
      description:
        'At a binding. H2H: the merchant has a page of its own. Any other value, or none, means DH: the page is ours.',
      examples: ['DH', 'H2H'],
    }),
  ),
})
