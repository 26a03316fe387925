/** Answers about merchants: credentials, settings, screening rules. */
import { Type } from 'typebox'
import { merchantFeatures, merchantUrls, screeningRules } from '../../../merchants/index.ts'
import { clientId, orNull } from './members.ts'

export const credentials = Type.Object(
  {
    clientId,
    secretKey: Type.String({
      description: 'Signs requests, and verifies answers and notifications.',
    }),
    privateKey: Type.String({
      description: 'Of the merchant: PKCS #8 as PEM. Signs token calls of SNAP.',
    }),
    gatewayPublicKey: Type.String({
      description:
        'SPKI as PEM. Verifies what the gateway signs when it asks the merchant for a token.',
    }),
  },
  { description: 'What a merchant calls with.' },
)

const url = orNull(Type.String({ examples: ['https://shop.example/notifications'] }))

export const merchantSettings = Type.Object(
  {
    ...Object.fromEntries(merchantUrls.map((name) => [name, url])),
    ...Object.fromEntries(merchantFeatures.map((name) => [name, Type.Boolean()])),
  },
  { description: 'All settings of the merchant. A URL is null where nothing is sent to it.' },
)

export const merchantScreeningRules = Type.Object(screeningRules.properties, {
  description: 'The rules that are in force; those that are absent are not.',
})
