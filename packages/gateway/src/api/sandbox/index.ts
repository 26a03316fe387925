/**
 * The control surface of the sandbox (sandbox.md): credentials, merchants, the acquirer's book and
 * steering, notifications, events, settlement, time, reset. It is not even registered in live mode.
 */
import type {} from '@fastify/swagger'
import { cardErrors } from '@gerbang/wire'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { type Static, Type } from 'typebox'
import { type Merchant, merchantFeatures, merchantUrls } from '../../merchants/index.ts'
import type { AcquirerSimulator } from '../../networks/card-acquirer/simulator/index.ts'
import { mostAheadMs, type SandboxClock } from '../../platform/clock/sandbox-clock.ts'
import { noteRefusal } from '../../platform/http/server.ts'
import type { Jobs } from '../../platform/jobs/index.ts'
import type { Log } from '../../platform/log/index.ts'
import { sleep } from '../../primitives/clock.ts'
import { money, wholeRupiah } from '../../primitives/money.ts'
import { hasCredentials } from '../../primitives/url.ts'
import { isPassing } from '../raw-call.ts'
import { createAdvance } from './advance.ts'
import { describeAnswers } from './answers/index.ts'
import { about, instructionMembers, merchantOf, noWishes, ofMerchant } from './call.ts'
import { type EventCallDeps, registerEventCalls } from './events.ts'
import { type ExplainCallDeps, registerExplainCalls } from './explanations/explain-calls.ts'
import { type GuardOptions, guardSandbox } from './guard.ts'
import { type KkiCallDeps, registerKkiCalls } from './kki.ts'
import { type NotificationCallDeps, registerNotificationCalls } from './notifications.ts'
import { emptyTables } from './sandbox.store.ts'
import { SandboxError } from './sandbox-error.ts'
import {
  credentialsOf,
  makeSandboxMerchant,
  type SandboxMerchantsDeps,
} from './sandbox-merchants.ts'
import { registerScreeningCalls } from './screening-rules.ts'
import { registerSettlementCalls, type SettlementCallDeps } from './settlements.ts'
import { describeInvalid, readStrictly } from './strict-input.ts'

export type SandboxDeps = SandboxMerchantsDeps &
  SettlementCallDeps &
  KkiCallDeps &
  NotificationCallDeps &
  EventCallDeps &
  ExplainCallDeps & {
    readonly acquirerSimulator: AcquirerSimulator
    readonly clock: SandboxClock
    readonly jobs: Jobs
    readonly log: Log
    readonly gatewayPublicKey: string
    /** Every table that a reset empties. */
    readonly businessTables: readonly string[]
    readonly guard: GuardOptions
  }

const ofInvoice = Type.Object(
  { ...ofMerchant.properties, invoiceNumber: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
)

const httpUrl = Type.Union(
  [Type.String({ pattern: '^https?://[!-~]+$', maxLength: 2048 }), Type.Null()],
  { examples: ['https://shop.example/notifications', null] },
)
const settingsChange = Type.Object(
  {
    ...Object.fromEntries(merchantUrls.map((name) => [name, Type.Optional(httpUrl)])),
    ...Object.fromEntries(merchantFeatures.map((name) => [name, Type.Optional(Type.Boolean())])),
  },
  // A misspelt setting would silently change nothing.
  { additionalProperties: false },
)
const newMerchant = Type.Object(
  { name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })) },
  { additionalProperties: false },
)
const instruction = Type.Object(instructionMembers, {
  additionalProperties: false,
  minProperties: 1,
})
const advanceRequest = Type.Object(
  { advanceMs: Type.Integer({ minimum: 0, maximum: mostAheadMs }) },
  { additionalProperties: false },
)

export async function registerSandbox(server: FastifyInstance, deps: SandboxDeps): Promise<void> {
  await server.register(
    async (scope) => {
      guardSandbox(scope, deps.guard)
      readStrictly(scope)
      describeAnswers(scope)
      scope.setErrorHandler((error, request, reply) => {
        const refusal = toRefusal(deps, error, request.routeOptions.schema)
        noteRefusal(request, refusal)
        return reply.code(refusal.status).send({
          error: { code: refusal.code, message: refusal.message, type: refusal.code },
        })
      })
      registerMerchantCalls(scope, deps)
      registerScreeningCalls(scope, {
        merchants: deps.merchants,
        merchantOf: (clientId) => merchantOf(deps, clientId),
      })
      registerNetworkCalls(scope, deps)
      registerNotificationCalls(scope, deps)
      registerKkiCalls(scope, deps)
      registerEventCalls(scope, deps)
      registerExplainCalls(scope, deps)
      registerSettlementCalls(scope, deps)
      registerTimeCalls(scope, deps)
    },
    { prefix: '/sandbox' },
  )
}

function registerMerchantCalls(scope: FastifyInstance, deps: SandboxDeps): void {
  type OfMerchant = { Querystring: Static<typeof ofMerchant> }
  const credentials = async (merchant: Merchant) => ({
    ...(await credentialsOf(deps, merchant)),
    gatewayPublicKey: deps.gatewayPublicKey,
  })
  scope.get<OfMerchant>(
    '/credentials',
    { schema: about('Credentials of a merchant', { querystring: ofMerchant }) },
    async (request) => credentials(await merchantOf(deps, request.query.clientId)),
  )
  scope.get<OfMerchant>(
    '/merchant',
    { schema: about('Settings of a merchant', { querystring: ofMerchant }) },
    async (request) => (await merchantOf(deps, request.query.clientId)).settings,
  )
  scope.patch<OfMerchant & { Body: Static<typeof settingsChange> }>(
    '/merchant',
    {
      schema: about('Change settings of a merchant', {
        querystring: ofMerchant,
        body: settingsChange,
      }),
    },
    async (request) => {
      const { merchantId } = await merchantOf(deps, request.query.clientId)
      for (const url of merchantUrls) checkUrl(url, request.body[url])
      return (await deps.merchants.changeSettings(merchantId, request.body))?.settings
    },
  )
  scope.post<{ Body: Static<typeof newMerchant> | undefined }>(
    '/merchants',
    { schema: about('Make another merchant with the same routes', { body: newMerchant }) },
    async (request, reply) =>
      reply.code(201).send(await credentials(await makeSandboxMerchant(deps, request.body?.name))),
  )
}

function registerNetworkCalls(scope: FastifyInstance, deps: SandboxDeps): void {
  type OfInvoice = { Querystring: Static<typeof ofInvoice> }
  scope.get<OfInvoice>(
    '/acquirer/messages',
    { schema: about('What the simulated acquirer received', { querystring: ofInvoice }) },
    async ({ query }) => {
      const { clientId } = await merchantOf(deps, query.clientId)
      const messages = await deps.acquirerSimulator.messages(clientId, query.invoiceNumber)
      return {
        messages: messages.map(({ amountMinor, ...message }) => ({
          ...message,
          amount: wholeRupiah(money(amountMinor, 'IDR')),
        })),
      }
    },
  )
  scope.post<{
    Querystring: Static<typeof ofMerchant>
    Body: Static<typeof instruction>
  }>(
    '/acquirer/next',
    {
      schema: about('Steer the next message of a merchant', {
        querystring: ofMerchant,
        body: instruction,
      }),
    },
    async ({ query, body }) => {
      const { clientId } = await merchantOf(deps, query.clientId)
      await deps.acquirerSimulator.steerNext(clientId, body)
      return { next: body }
    },
  )
}

function registerTimeCalls(scope: FastifyInstance, deps: SandboxDeps): void {
  const { clock } = deps
  const advance = createAdvance(deps)
  const reading = () => ({ now: clock.now().toISOString(), offsetMs: clock.offsetMs() })
  scope.get('/clock', { schema: about('Read the clock', {}) }, async () => reading())
  scope.post<{ Body: Static<typeof advanceRequest> }>(
    '/clock',
    { schema: about('Move the clock forward, doing what falls due', { body: advanceRequest }) },
    async ({ body }) => {
      await advance(body.advanceMs)
      return reading()
    },
  )
  scope.post(
    '/reset',
    { schema: about('Empty all business data', { body: noWishes }) },
    async () => {
      // The clock first: background work must not write the old clock's future into empty tables.
      await clock.reset()
      await emptyTables(deps.database, deps.businessTables, () => sleep(clock, 20))
      return { reset: true }
    },
  )
}

function checkUrl(name: string, value: unknown): void {
  if (typeof value !== 'string') return
  const wrong = !URL.canParse(value)
    ? 'is no URL'
    : // URLs are shown and logged, and fetch refuses such a one.
      hasCredentials(new URL(value)) && 'must hold no user name and no password'
  if (wrong) throw new SandboxError(400, 'INVALID_PARAMETER', `${name} ${wrong}`)
}

/** As the cards dialect says it (design.md 6). */
function unavailable(): SandboxError {
  const { status, code, message } = cardErrors.unavailable
  return new SandboxError(status, code, message)
}

function toRefusal(
  deps: SandboxDeps,
  error: unknown,
  schema: FastifySchema | undefined,
): SandboxError {
  if (error instanceof SandboxError) return error
  if (isPassing(error)) return unavailable()
  const failure = error as Parameters<typeof describeInvalid>[0] & {
    statusCode?: number
    code?: string
  }
  const { statusCode = 500, code } = failure
  if (statusCode < 500) {
    return new SandboxError(statusCode, 'INVALID_PARAMETER', describeInvalid(failure, schema))
  }
  deps.log.error({ err: error, code }, 'sandbox call crashed')
  return new SandboxError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error')
}
