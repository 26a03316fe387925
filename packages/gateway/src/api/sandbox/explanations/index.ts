/**
 * Explanations of refusals, made where a door refuses and kept for `GET /sandbox/explain`. An
 * explanation never stands in the way of the refusal: whatever fails here is logged, and the answer
 * goes out as it would in live mode. The newest are kept, sealed.
 */
import type { FastifyRequest } from 'fastify'
import type { AccessTokens } from '../../../access-tokens/index.ts'
import type { Merchants } from '../../../merchants/index.ts'
import type { Database } from '../../../platform/database/index.ts'
import { noteCause } from '../../../platform/http/server.ts'
import type { KeyRing, SealedColumn } from '../../../platform/key-ring/index.ts'
import type { Log } from '../../../platform/log/index.ts'
import { type Clock, DeadlineError, sleep } from '../../../primitives/clock.ts'
import type { Random } from '../../../primitives/random.ts'
import { explanationOf, loggedCauseOf } from '../../explain/describe.ts'
import { type ExplainRefusal, explain, idHeaders, isExplained } from '../../explain/explain.ts'
import type { Explanation, Known, Refused } from '../../explain/explanation.ts'
import { createMasks } from '../../explain/masks.ts'
import { headerOf } from '../../explain/text-mistakes.ts'
import { isPrintable, longestIdentifier, rawBodyOf } from '../../raw-call.ts'
import { sandboxClientId } from '../sandbox-merchants.ts'
import { findLatestCauses, findSealedExplanation, keepExplanation } from './explanations.store.ts'
import { createTurns } from './turns.ts'

export { explanationTables } from './explanations.store.ts'

export type ExplanationsDeps = {
  readonly database: Database
  readonly keyRing: KeyRing
  readonly merchants: Merchants
  readonly accessTokens: Pick<AccessTokens, 'isOurs'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly publicUrl: () => string
}

export type Explanations = {
  /** For the doors. */
  readonly explainRefusal: ExplainRefusal
  find(requestId: string): Promise<Explanation | undefined>
  /** The last ones, newest first. */
  latest(limit: number): Promise<{ id: string; at: string; cause: string }[]>
}

/** Names the place of the explanation in the answer to a refused request. */
const explainHeader = 'Gerbang-Explain'

/** What a person may look back at; some megabytes at most. */
const mostKept = 1_000

/** Whose keys are tried beside the merchant's own: a tenth of a millisecond each at most. */
const mostOthers = 100

/** A refusal waits no longer for its explanation, whatever the database does. */
const deadlineMs = 2_000

/**
 * Explanations that are made at once, of all connections to the database: the others of a burst wait
 * their turn for a moment without one, and then go out unexplained, so that payments have connections.
 */
const mostAtOnce = 2
const turnMs = 250

const contextOf = (requestId: string) => `sandbox.explanations:${requestId}`

/** What a rotation of the keys seals afresh. */
export const sealedExplanations: SealedColumn = {
  name: 'explanations of refusals',
  table: 'sandbox.explanations',
  column: 'sealed_explanation',
  key: ['request_id'],
  contextOf: ([requestId = '']) => contextOf(requestId),
}

export function createExplanations(deps: ExplanationsDeps): Explanations {
  const { database, keyRing, clock, log } = deps
  const turns = createTurns(clock, { mostAtOnce, longestWaitMs: turnMs })
  return {
    explainRefusal: async (request, reply, as) => {
      if (!isExplained(as)) return
      try {
        const refused = refusedOf(request, as)
        const made = await inTime(
          clock,
          turns.take(() => explainAndKeep(deps, refused)),
        )
        if (!made) return
        const path = `/sandbox/explain/${encodeURIComponent(made.id)}`
        reply.header(explainHeader, `${deps.publicUrl()}${path}`)
        noteCause(request, made.logged)
      } catch (error) {
        log.warn({ err: error }, 'a refusal could not be explained')
      }
    },
    find: async (requestId) => {
      const sealed = await findSealedExplanation(database, requestId)
      if (!sealed) return undefined
      return JSON.parse((await keyRing.open(contextOf(requestId), sealed)).toString())
    },
    latest: async (limit) => {
      const rows = await findLatestCauses(database, limit)
      return rows.map(({ requestId, cause, refusedAt }) => ({
        id: requestId,
        at: refusedAt.toISOString(),
        cause,
      }))
    },
  }
}

function refusedOf(
  request: FastifyRequest,
  as: Pick<Refused, 'signedBy' | 'row' | 'values'>,
): Refused {
  const { method, headers } = request
  return { ...as, method, url: request.raw.url ?? '', headers, body: rawBodyOf(request) }
}

async function explainAndKeep(deps: ExplanationsDeps, refused: Refused) {
  const { database, keyRing, clock } = deps
  const known = await lookAround(deps, refused)
  const finding = explain(refused, known)
  if (!finding) return undefined
  const masks = createMasks(known)
  const sentId = idOf(refused)
  const isKept = sentId !== undefined && isPlaceable(sentId) && masks.isFitId(sentId)
  const id = isKept ? sentId : `no-id-${deps.random.bytes(10).toString('hex')}`
  const text = JSON.stringify(explanationOf(refused, finding, masks))
  const row = {
    requestId: id,
    cause: finding.causes[0].cause,
    refusedAt: clock.realNow(),
    sealedExplanation: keyRing.seal(contextOf(id), Buffer.from(text)),
  }
  await keepExplanation(database, row, mostKept)
  const logged = loggedCauseOf(refused, finding, masks)
  const isSeen = sentId === undefined || masks.isFitId(sentId)
  return { id, logged: isSeen ? logged : { ...logged, requestId: id } }
}

/** Clients of HTTP take these out of a path, and ask for another. */
const isPlaceable = (id: string) => id !== '.' && id !== '..'

async function lookAround(deps: ExplanationsDeps, refused: Refused): Promise<Known> {
  const { merchants, accessTokens, clock } = deps
  const clientId = identifier(refused, idHeaders[refused.signedBy].client)
  // That of every installation is the oldest, and the one whose keys are in every guide.
  const [newest, usual] = await Promise.all([
    merchants.newest(mostOthers),
    merchants.findByClientId(sandboxClientId),
  ])
  const others = [usual, ...newest.filter((one) => one.clientId !== sandboxClientId)].filter(
    (one) => one !== undefined,
  )
  const caller = others.find((other) => other.clientId === clientId)
  return {
    merchant: caller ?? (clientId ? await merchants.findByClientId(clientId) : undefined),
    others,
    now: clock.realNow(),
    businessNow: clock.now(),
    isOurs: (token) => accessTokens.isOurs(token),
  }
}

const idOf = (refused: Refused) => identifier(refused, idHeaders[refused.signedBy].request)

/** A header by which something can be found; undefined where it is missing or cannot be used. */
function identifier(refused: Refused, name: string): string | undefined {
  const value = headerOf(refused, name)
  if (value === undefined || value.length > longestIdentifier) return undefined
  return isPrintable(value) ? value : undefined
}

async function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const over = new AbortController()
  const late = sleep(clock, deadlineMs, over.signal).then(() => {
    throw new DeadlineError(`no explanation within ${deadlineMs} ms`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => {})
    work.catch(() => {})
    over.abort()
  }
}
