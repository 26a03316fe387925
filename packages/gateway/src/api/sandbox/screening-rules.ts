/** GET and PUT /sandbox/merchant/screening: a merchant's screening rules, read and replaced. */
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import {
  type Merchant,
  type Merchants,
  type ScreeningRules,
  screeningRules,
} from '../../merchants/index.ts'
import { about, ofMerchant } from './call.ts'

type OfMerchant = { Querystring: Static<typeof ofMerchant> }

export type ScreeningCallsDeps = {
  readonly merchants: Pick<Merchants, 'replaceScreeningRules'>
  /** Refuses a Client-Id that nobody has. */
  readonly merchantOf: (clientId: string | undefined) => Promise<Merchant>
}

export function registerScreeningCalls(scope: FastifyInstance, deps: ScreeningCallsDeps): void {
  scope.get<OfMerchant>(
    '/merchant/screening',
    { schema: about('Screening rules of a merchant', { querystring: ofMerchant }) },
    async ({ query }) => (await deps.merchantOf(query.clientId)).screeningRules,
  )
  scope.put<OfMerchant & { Body: ScreeningRules }>(
    '/merchant/screening',
    {
      schema: about('Replace all screening rules of a merchant', {
        querystring: ofMerchant,
        body: screeningRules,
      }),
    },
    async ({ query, body }) => {
      const { merchantId } = await deps.merchantOf(query.clientId)
      await deps.merchants.replaceScreeningRules(merchantId, body)
      return body
    },
  )
}
