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
import { headerOf } from '../../explain/text-mistakes.ts'
import { isPrintable, longestIdentifier, rawBodyOf } from '../../raw-call.ts'
import { findLatestCauses, findSealedExplanation, keepExplanation } from './explanations.store.ts'

export { explanationTables } from './explanations.store.ts'

export type ExplanationsDeps = {
  readonly database: Database
  readonly keyRing: KeyRing
  readonly merchants: Merchants
  readonly accessTokens: Pick<AccessTokens, 'verify'>
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
  return {
    explainRefusal: async (request, reply, as) => {
      if (!isExplained(as)) return
      try {
        const refused = refusedOf(request, as)
        const made = await inTime(clock, explainAndKeep(deps, refused))
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
  const finding = explain(refused, await lookAround(deps, refused))
  if (!finding) return undefined
  const id = idOf(refused) ?? `no-id-${deps.random.bytes(10).toString('hex')}`
  const text = JSON.stringify(explanationOf(refused, finding))
  const row = {
    requestId: id,
    cause: finding.causes[0].cause,
    refusedAt: clock.realNow(),
    sealedExplanation: keyRing.seal(contextOf(id), Buffer.from(text)),
  }
  await keepExplanation(database, row, mostKept)
  return { id, logged: loggedCauseOf(refused, finding) }
}

async function lookAround(deps: ExplanationsDeps, refused: Refused): Promise<Known> {
  const { merchants, accessTokens, clock } = deps
  const clientId = identifier(refused, idHeaders[refused.signedBy].client)
  const others = await merchants.newest(mostOthers)
  const caller = others.find((other) => other.clientId === clientId)
  return {
    merchant: caller ?? (clientId ? await merchants.findByClientId(clientId) : undefined),
    others,
    now: clock.realNow(),
    businessNow: clock.now(),
    isToken: (use, holder, token) => accessTokens.verify(use, holder, token) !== undefined,
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
