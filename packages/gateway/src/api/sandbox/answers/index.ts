/**
 * What each call of the control surface answers (sandbox.md), in one list: OpenAPI is made from it, and
 * a test holds real answers against it. It only describes: an answer goes out as the call made it.
 */
import type { FastifyInstance, RouteOptions } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { explanation, explanationList } from './explanations.ts'
import { credentials, merchantScreeningRules, merchantSettings } from './merchants.ts'
import {
  acquirerMessages,
  confirmation,
  kkiMessages,
  nextAtAcquirer,
  nextAtKkiSwitch,
  ott,
} from './networks.ts'
import { eventPage, notifications, resentNotification, resentRange } from './notifications.ts'
import { closedBatches, decidedRefund, latestBatches, released } from './settlements.ts'
import { clockReading, resetDone } from './time.ts'

type Responses = Readonly<Record<number, object>>

const ok = (schema: TSchema): Responses => ({ 200: schema })

/** A browser gets a page instead. */
const orPage = (description: string, schema: TSchema): Responses => ({
  200: {
    description,
    content: {
      'application/json': { schema },
      'text/html': { schema: Type.String({ description: 'The same as a page, for browsers.' }) },
    },
  },
})

const answers: Readonly<Record<string, Responses>> = {
  'GET /sandbox/credentials': ok(credentials),
  'GET /sandbox/merchant': ok(merchantSettings),
  'PATCH /sandbox/merchant': ok(merchantSettings),
  'POST /sandbox/merchants': { 201: credentials },
  'GET /sandbox/merchant/screening': ok(merchantScreeningRules),
  'PUT /sandbox/merchant/screening': ok(merchantScreeningRules),
  'GET /sandbox/acquirer/messages': ok(acquirerMessages),
  'POST /sandbox/acquirer/next': ok(nextAtAcquirer),
  'GET /sandbox/notifications': ok(notifications),
  'POST /sandbox/notifications/:id/resend': ok(resentNotification),
  'POST /sandbox/notifications/resend': ok(resentRange),
  'POST /sandbox/kki/otts': ok(ott),
  'POST /sandbox/kki/confirmations/:referenceNo': ok(confirmation),
  'POST /sandbox/kki/next': ok(nextAtKkiSwitch),
  'GET /sandbox/kki/messages': ok(kkiMessages),
  'GET /sandbox/events': ok(eventPage),
  'GET /sandbox/explain': orPage('The last 20 refusals, newest first.', explanationList),
  'GET /sandbox/explain/:requestId': orPage(
    'Why the last request with this id was refused at the door.',
    explanation,
  ),
  'GET /sandbox/settlements': ok(latestBatches),
  'POST /sandbox/settlements': ok(closedBatches),
  'POST /sandbox/settlements/release': ok(released),
  'GET /sandbox/settlements/:batchId.csv': {
    200: {
      description:
        'The settlement report of a batch: a line of names, one for each payment and refund.',
      content: { 'text/csv': { schema: Type.String() } },
    },
  },
  'POST /sandbox/refunds/:requestId': ok(decidedRefund),
  'GET /sandbox/clock': ok(clockReading),
  'POST /sandbox/clock': ok(clockReading),
  'POST /sandbox/reset': ok(resetDone),
}

const refusal = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ examples: ['INVALID_PARAMETER'] }),
      message: Type.String({ description: 'What was wrong.' }),
      type: Type.String({ description: 'The same as `code`.' }),
    }),
  },
  { description: 'A refusal.' },
)

/** To be called before the calls are registered: one whose answer is not in the list is a mistake. */
export function describeAnswers(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route: RouteOptions) => {
    if (route.method === 'HEAD') return
    const name = `${route.method} ${route.url}`
    const answer = answers[name]
    if (!answer) throw new Error(`the answer of ${name} is not described`)
    route.schema = { ...route.schema, response: { ...answer, '4xx': refusal, '5xx': refusal } }
  })
  // A serializer made from a schema drops what is not in it, and rounds numbers of many digits.
  scope.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
}
