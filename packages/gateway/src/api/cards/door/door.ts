/**
 * The door of the cards dialect: every route behind it is authenticated, answered in the dialect's
 * envelope and signed. What always holds: nothing of a body is read before its signature is right;
 * every answer to a known client carries a signature over its exact bytes, refusals too.
 */
import { cardErrors, type JsonValue, parseJsonText } from '@gerbang/wire'
import { errorEnvelope, requestHeaders } from '@gerbang/wire/schemas'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { Merchant } from '../../../merchants/index.ts'
import { noteRefusal, pathOf } from '../../../platform/http/server.ts'
import type { KeyRing } from '../../../platform/key-ring/index.ts'
import type { Log } from '../../../platform/log/index.ts'
import { Problem } from '../../../primitives/problem.ts'
import type {
  ClaimedRequest,
  RequestClaim,
  RequestScope,
  Requests,
} from '../../../requests/index.ts'
import { type ExplainRefusal, isFoundLater } from '../../explain/explain.ts'
import { failureOf, mayBeJson, rawBodyOf, takeRawBodies } from '../../raw-call.ts'
import { CardError, toCardError } from '../card-error.ts'
import { type AuthenticatedCall, authenticate } from './authenticate.ts'
import { type HolderAnswer, judgeHolder } from './duplicates.ts'
import { headerOf, type SignedCall, type SigningDeps, signAnswer } from './sign-answer.ts'

export type DoorDeps = SigningDeps & {
  readonly requests: Requests
  readonly keyRing: KeyRing
  readonly log: Log
  readonly timestampWindowSeconds: number
  readonly bodyLimitBytes: number
  /** Only in the sandbox. */
  readonly explainRefusal?: ExplainRefusal | undefined
}

/** A call whose signature is right. */
export type CardCall = Pick<AuthenticatedCall, 'merchant' | 'requestId'>

type Described = {
  readonly url: string
  /** Another path of the same call, which older clients use. */
  readonly otherUrl?: string
  readonly summary: string
  readonly description: string
  readonly response: TSchema
  readonly conflict?: TSchema
}

/** A call that changes something: its Request-Id is claimed once. */
export type ClaimingRoute<Input> = Described & {
  readonly request: TSchema
  readonly scope: RequestScope
  readonly emptyClientId: 'header_required' | 'empty_client_id'
  /** Raises the parameter rows of the error table. */
  parse(body: JsonValue, merchant: Merchant): Input
  invoiceNumberOf(input: Input): string | undefined
  /** The answer's body, or undefined where another request holds the Request-Id. */
  handle(input: Input, call: CardCall, claim: RequestClaim): Promise<object | undefined>
  /**
   * How the work that a holder of a Request-Id began stands now.
   * @param inputOfHolder the holder's input, where this request has the same body
   */
  answerOf(
    merchant: Merchant,
    holder: ClaimedRequest,
    inputOfHolder: () => Input | undefined,
  ): Promise<HolderAnswer | undefined>
}

/** A call that only reads; it claims nothing. */
export type ReadingRoute = Described & {
  /** @param rest what stands in the place of the `*` of the url, decoded */
  handle(call: CardCall, rest: string): Promise<object>
}

/** A call with a body that claims no Request-Id (design.md 5): the calls about tokens. */
export type UnclaimedRoute<Input> = Described & {
  readonly request: TSchema
  /** GET besides POST: newer pages of the documentation have a GET with a body (wire.md 4.7). */
  readonly alsoByGet?: boolean
  /** Raises the parameter rows of the error table. */
  parse(body: JsonValue, merchant: Merchant): Input
  handle(input: Input, call: CardCall): Promise<object>
}

export type CardDoor = {
  claim<Input>(route: ClaimingRoute<Input>): void
  read(route: ReadingRoute): void
  serve<Input>(route: UnclaimedRoute<Input>): void
}

/** Opens the door on a server; `register` puts the routes behind it. */
export async function openCardDoor(
  server: FastifyInstance,
  deps: DoorDeps,
  register: (door: CardDoor) => void,
): Promise<void> {
  const states = new WeakMap<FastifyRequest, SignedCall>()
  await server.register(async (scope) => {
    takeRawBodies(scope)
    scope.addHook('onSend', (request, reply, payload) =>
      signAnswer(deps, request, reply, payload, states.get(request)),
    )
    scope.setErrorHandler(async (error, request, reply) => {
      const refusal = toRefusal(deps, error, request)
      const isAtDoor =
        !states.has(request) || refusal.row === 'invalid_signature' || isFoundLater(refusal.row)
      if (isAtDoor) {
        const { row } = refusal
        await deps.explainRefusal?.(request, reply, { signedBy: 'cards', row, values: {} })
      }
      noteRefusal(request, { code: cardErrors[refusal.row].code, message: refusal.message })
      return reply.code(refusal.status).send(refusal.body)
    })

    const enter = async (request: FastifyRequest, emptyClientId: Emptiness) => {
      const call = await authenticate(deps, {
        method: request.method,
        path: pathOf(request),
        headers: request.headers,
        body: rawBodyOf(request),
        emptyClientId,
      })
      states.set(request, call)
      return call
    }
    register({
      claim: (route) => {
        const run = async (request: FastifyRequest) => {
          const call = await enter(request, route.emptyClientId)
          return runClaiming(deps, route, request, call)
        }
        const schema = describe(route, route.request)
        scope.post(route.url, { schema }, run)
        if (route.otherUrl) scope.post(route.otherUrl, { schema: { ...schema, hide: true } }, run)
      },
      read: (route) => {
        scope.get(route.url, { schema: describe(route) }, async (request) => {
          const call = await enter(request, 'header_required')
          return route.handle(call, (request.params as { '*': string })['*'])
        })
      },
      serve: (route) => {
        const answer = async (request: FastifyRequest) => {
          const call = await enter(request, 'header_required')
          return route.handle(route.parse(readJson(request), call.merchant), call)
        }
        scope.post(route.url, { schema: describe(route, route.request) }, answer)
        if (!route.alsoByGet) return
        scope.get(route.url, { schema: describe(route) }, async (request) => {
          request.body = await readBodyOfGet(request, deps.bodyLimitBytes)
          return answer(request)
        })
      },
    })
  })
}

type Emptiness = 'header_required' | 'empty_client_id'

async function runClaiming<Input>(
  deps: DoorDeps,
  route: ClaimingRoute<Input>,
  request: FastifyRequest,
  call: AuthenticatedCall,
): Promise<object> {
  const { requests, keyRing, clock } = deps
  const { merchant, requestId } = call
  const key = { merchantId: merchant.merchantId, scope: route.scope, requestId }
  const body = rawBodyOf(request)
  const identity = {
    route: route.url,
    bodyMac: keyRing.fingerprint('request-body', body),
    signatureMac: keyRing.fingerprint('request-signature', call.signature),
  }
  const parse = () => route.parse(readJson(request), merchant)
  const answerOf = (holder: ClaimedRequest) =>
    route.answerOf(merchant, holder, () =>
      holder.bodyMac.equals(identity.bodyMac) ? parse() : undefined,
    )
  const judge = async (holder: ClaimedRequest | undefined) =>
    holder && judgeHolder(holder, identity, { clock, answerOf })

  const supersedes = await judge(await requests.find(key))
  const input = parse()
  if (supersedes && (supersedes.invoiceNumber ?? undefined) === route.invoiceNumberOf(input)) {
    throw new CardError('request_id_used')
  }
  // The look-up above may be outrun: whoever finds the id claimed, or was refused by what the
  // winner of the race took, is judged against the winner.
  const judgeWinner = async () => {
    const winner = await requests.find(key)
    if (winner && winner.operationId !== supersedes?.operationId) await judge(winner)
  }
  try {
    const answer = await route.handle(input, call, { ...key, ...identity, supersedes })
    if (answer) return answer
  } catch (error) {
    if (error instanceof Problem) await judgeWinner()
    throw error
  }
  await judgeWinner()
  throw new CardError('unavailable')
}

/** The server reads the body of no GET. What must not be is not read to its end. */
async function readBodyOfGet(request: FastifyRequest, maximum: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // The connection must live on for the answer.
    for await (const chunk of request.raw.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length > maximum) break
      chunks.push(chunk)
    }
  } catch {
    throw new CardError('malformed_body', { reason: 'the body cannot be read' })
  }
  if (length > maximum) throw new CardError('body_too_large', { maximum })
  return Buffer.concat(chunks)
}

function readJson(request: FastifyRequest): JsonValue {
  if (!mayBeJson(request)) throw new CardError('content_type')
  const json = parseJsonText(rawBodyOf(request))
  if (!json.ok) throw new CardError('malformed_body', { reason: json.reason })
  return json.value
}

function toRefusal(deps: DoorDeps, error: unknown, request: FastifyRequest): CardError {
  if (error instanceof CardError) return error
  if (error instanceof Problem) return toCardError(error)
  const failure = failureOf(error)
  switch (failure) {
    case 'unavailable':
    case 'content_type':
      return new CardError(failure)
    case 'body_too_large':
      return new CardError(failure, { maximum: deps.bodyLimitBytes })
    case 'body_too_short':
      return new CardError('malformed_body', { reason: 'the body is shorter than it says' })
    case 'unreadable':
      return new CardError('malformed_body', { reason: 'the body cannot be read' })
    case 'crashed':
      deps.log.error({ err: error, requestId: headerOf(request, 'request-id') }, 'request crashed')
      return new CardError('internal')
  }
}

function describe(route: Described, request?: TSchema) {
  return {
    summary: route.summary,
    description: route.description,
    tags: ['Cards'],
    headers: requestHeaders,
    ...(request ? { body: request } : {}),
    response: {
      200: route.response,
      ...(route.conflict ? { 409: route.conflict } : {}),
      '4xx': errorEnvelope,
      '5xx': errorEnvelope,
    },
  }
}
