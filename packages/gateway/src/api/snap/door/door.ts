/**
 * The door of SNAP: every route behind it is authenticated and answered with a seven-character
 * response code of its service. What always holds: nothing of a body is read before its signature
 * is right; every answer, refusals and unknown paths too, begins with responseCode and
 * responseMessage; an X-EXTERNAL-ID is claimed once per client, endpoint and Jakarta day.
 */
import {
  formatSnapTimestamp,
  JsonNumber,
  type JsonValue,
  parseJsonText,
  type SnapResponseName,
  type SnapServiceName,
  snapEnvelopeOf,
  snapResponses,
  snapServices,
} from '@gerbang/wire'
import { snapCallHeaders, snapEnvelope, snapTokenHeaders } from '@gerbang/wire/schemas'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { Merchant } from '../../../merchants/index.ts'
import { pathOf } from '../../../platform/http/server.ts'
import type { KeyRing } from '../../../platform/key-ring/index.ts'
import { Problem } from '../../../primitives/problem.ts'
import { externalIdKey, type RequestClaim, type Requests } from '../../../requests/index.ts'
import { type ExplainRefusal, isFoundLater } from '../../explain/explain.ts'
import { mayBeJson, rawBodyOf, takeRawBodies } from '../../raw-call.ts'
import { SnapError, type SnapValues } from '../snap-error.ts'
import { authenticateCall, type CallDeps, type SnapCall } from './authenticate-call.ts'
import { authenticateTokenRequest, type TokenRequestDeps } from './authenticate-token-request.ts'
import { type RefusalDeps, sendRefusal, toRefusal } from './refusals.ts'

export type SnapDoorDeps = CallDeps &
  TokenRequestDeps &
  RefusalDeps & {
    readonly requests: Requests
    readonly keyRing: KeyRing
    /** Only in the sandbox. */
    readonly explainRefusal?: ExplainRefusal | undefined
  }

/** What a call is told: a row of the response codes, and the members that stand beside it. */
export type SnapAnswer = {
  readonly row: SnapResponseName
  /** What fills the row's message. */
  readonly values?: SnapValues
  readonly members?: Readonly<Record<string, unknown>>
}

type Described = {
  /** Says the path and the service code. */
  readonly service: SnapServiceName
  readonly summary: string
  readonly description: string
  readonly request: TSchema
  readonly response: TSchema
}

/** A call that asks for a token: signed with the merchant's private key, claims nothing. */
export type TokenRoute<Input> = Described & {
  /** Raises the rows about members. */
  parse(body: SnapBody): Input
  handle(input: Input, merchant: Merchant): Promise<SnapAnswer>
}

/** A call with an access token. */
export type TransactRoute<Input> = Described & {
  /** Raises the rows about members. */
  parse(body: SnapBody, merchant: Merchant): Input
  /**
   * @param claim of the X-EXTERNAL-ID, for the statement that begins the work (claimRequests); a
   *   call that only reads leaves it
   * @returns undefined where the statement found the X-EXTERNAL-ID claimed by another request
   */
  handle(input: Input, call: SnapCall, claim: RequestClaim): Promise<SnapAnswer | undefined>
}

export type SnapBody = Readonly<Record<string, JsonValue>>

export type SnapDoor = {
  token<Input>(route: TokenRoute<Input>): void
  transact<Input>(route: TransactRoute<Input>): void
}

/** Opens the door on a server; `register` puts the routes behind it. */
export async function openSnapDoor(
  server: FastifyInstance,
  deps: SnapDoorDeps,
  register: (door: SnapDoor) => void,
): Promise<void> {
  await server.register(async (scope) => {
    takeRawBodies(scope)
    /** Those that were let in: what they are refused with is no matter of the door. */
    const entered = new WeakSet<FastifyRequest>()
    const enter = async <Caller>(request: FastifyRequest, authenticated: Promise<Caller>) => {
      const caller = await authenticated
      entered.add(request)
      return caller
    }
    scope.setErrorHandler(async (error, request, reply) => {
      const refusal = toRefusal(deps, error, request)
      const isAtDoor =
        !entered.has(request) || refusal.row === 'conflict' || isFoundLater(refusal.row)
      if (isAtDoor) {
        const { row, values } = refusal
        await deps.explainRefusal?.(request, reply, { signedBy: signedBy(request), row, values })
      }
      return sendRefusal(deps, request, reply, refusal)
    })
    const send = (reply: FastifyReply, service: SnapServiceName, answer: SnapAnswer) =>
      reply
        .code(snapResponses[answer.row].status)
        .header('X-TIMESTAMP', formatSnapTimestamp(deps.clock.realNow()))
        .send({
          ...snapEnvelopeOf(answer.row, snapServices[service].code, answer.values),
          ...answer.members,
        })

    register({
      token: (route) => {
        const schema = describe(route, snapTokenHeaders)
        scope.post(snapServices[route.service].path, { schema }, async (request, reply) => {
          const authenticated = authenticateTokenRequest(deps, request.headers)
          const merchant = await enter(request, authenticated)
          const answer = await route.handle(route.parse(readBody(request)), merchant)
          reply.header('X-CLIENT-KEY', merchant.clientId)
          return send(reply, route.service, answer)
        })
      },
      transact: (route) => {
        const schema = describe(route, snapCallHeaders)
        scope.post(snapServices[route.service].path, { schema }, async (request, reply) => {
          const authenticated = authenticateCall(deps, {
            method: request.method,
            url: request.raw.url ?? '',
            headers: request.headers,
            body: rawBodyOf(request),
          })
          const call = await enter(request, authenticated)
          return send(reply, route.service, await runTransact(deps, route, request, call))
        })
      },
    })
  })
}

function signedBy(request: FastifyRequest): 'snap-token' | 'snap-call' {
  return pathOf(request).startsWith('/authorization/') ? 'snap-token' : 'snap-call'
}

async function runTransact<Input>(
  deps: SnapDoorDeps,
  route: TransactRoute<Input>,
  request: FastifyRequest,
  call: SnapCall,
): Promise<SnapAnswer> {
  const { merchant, externalId } = call
  const path = snapServices[route.service].path
  // Business time, as everything that a sandbox's clock may let fall due.
  const day = formatSnapTimestamp(deps.clock.now()).slice(0, 10)
  const key = externalIdKey({ merchantId: merchant.merchantId, day, route: path, externalId })
  if (await deps.requests.find(key)) throw new SnapError('conflict')
  const claim: RequestClaim = {
    ...key,
    route: path,
    bodyMac: deps.keyRing.fingerprint('request-body', rawBodyOf(request)),
    signatureMac: deps.keyRing.fingerprint('request-signature', call.signature),
    supersedes: undefined,
  }
  const input = route.parse(readBody(request), merchant)
  const answer = await route.handle(input, call, claim).catch(async (error: unknown) => {
    // The look-up above may be outrun: what refuses this request is what the winner took.
    if (error instanceof Problem && (await deps.requests.find(key))) return undefined
    throw error
  })
  if (!answer) throw new SnapError('conflict')
  return answer
}

/** An absent body is an empty object, so that the answer names the member that is missing. */
function readBody(request: FastifyRequest): SnapBody {
  if (!mayBeJson(request)) throw new SnapError('content_type')
  const bytes = rawBodyOf(request)
  if (bytes.length === 0) return {}
  const json = parseJsonText(bytes)
  if (!json.ok) throw new SnapError('bad_request', { reason: json.reason })
  return asObject(json.value)
}

function asObject(value: JsonValue): SnapBody {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject || value instanceof JsonNumber) {
    throw new SnapError('bad_request', { reason: 'the body is not an object' })
  }
  return value as SnapBody
}

function describe(route: Described, headers: TSchema) {
  return {
    summary: route.summary,
    description: route.description,
    tags: ['SNAP'],
    headers,
    body: route.request,
    response: { '2xx': route.response, '4xx': snapEnvelope, '5xx': snapEnvelope },
  }
}
