/** The two token calls of SNAP (wire.md 6.1, 6.2). */
import { type Static, Type } from 'typebox'
import { snapResponseCode, snapResponseMessage } from './shared.wire.ts'

const open = { additionalProperties: true } as const

/** `additionalInfo` comes as `[]`, `""`, null or an object (wire.md 11.1), and is ignored. */
export const b2bTokenRequest = Type.Object(
  { grantType: Type.Literal('client_credentials') },
  { title: 'B2bTokenRequest', ...open, examples: [{ grantType: 'client_credentials' }] },
)
export type B2bTokenRequest = Static<typeof b2bTokenRequest>

const token = Type.String({ description: 'A JWT, RS256.' })

export const b2bTokenResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    accessToken: token,
    tokenType: Type.Literal('Bearer'),
    // One library subtracts from it, another maps additionalInfo to a text (wire.md 11.2).
    expiresIn: Type.Integer({ description: 'Seconds.', examples: [900] }),
    additionalInfo: Type.String(),
  },
  { title: 'B2bTokenResponse' },
)
export type B2bTokenResponse = Static<typeof b2bTokenResponse>

export const b2b2cTokenRequest = Type.Object(
  {
    grantType: Type.Enum(['authorization_code', 'refresh_token']),
    authCode: Type.Optional(
      Type.String({
        description: 'With authorization_code: `additionalInfo.authCode` of a binding.',
      }),
    ),
    refreshToken: Type.Optional(Type.String({ description: 'With refresh_token.' })),
  },
  { title: 'B2b2cTokenRequest', ...open },
)
export type B2b2cTokenRequest = Static<typeof b2b2cTokenRequest>

export const b2b2cTokenResponse = Type.Object(
  {
    responseCode: snapResponseCode,
    responseMessage: snapResponseMessage,
    accessToken: token,
    tokenType: Type.Literal('Bearer'),
    accessTokenExpiryTime: Type.String({ examples: ['2026-09-21T10:45:00+07:00'] }),
    refreshToken: token,
    refreshTokenExpiryTime: Type.String({ examples: ['2026-10-21T10:30:00+07:00'] }),
    additionalInfo: Type.String(),
  },
  { title: 'B2b2cTokenResponse' },
)
export type B2b2cTokenResponse = Static<typeof b2b2cTokenResponse>
