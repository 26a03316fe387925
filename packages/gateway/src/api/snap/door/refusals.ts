/**
 * Refusals of SNAP: what went wrong, as a row of the response codes with the service code of the
 * path that was called; also for paths that no call has, and for what HTTP does not allow.
 */
import { formatSnapTimestamp, snapServiceCodeOf } from '@gerbang/wire'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { noteRefusal, pathOf, type UnservableRequest } from '../../../platform/http/server.ts'
import type { Log } from '../../../platform/log/index.ts'
import type { Clock } from '../../../primitives/clock.ts'
import { Problem } from '../../../primitives/problem.ts'
import { failureOf, longestIdentifier } from '../../raw-call.ts'
import { toSnapError } from '../problems.ts'
import { SnapError } from '../snap-error.ts'

export type RefusalDeps = {
  readonly clock: Clock
  readonly log: Log
  readonly bodyLimitBytes: number
}

/** Whether SNAP answers this request, whatever it is. */
export function isForSnap(request: FastifyRequest): boolean {
  return /^\/(authorization|direct-debit|orders\/v1\.0)(\/|$)/.test(pathOf(request))
}

/** Answers a path that no call of SNAP has, or has with another method. */
export function refuseUnknownSnapPath(
  deps: RefusalDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const isKnown = request.server.hasRoute({ method: 'POST', url: pathOf(request) })
  if (!isKnown) return sendRefusal(deps, request, reply, new SnapError('invalid_routing'))
  reply.header('Allow', 'POST')
  return sendRefusal(deps, request, reply, new SnapError('function_not_supported'))
}

/** Answers a request that no route could serve rightly. */
export function refuseUnservableBySnap(
  deps: RefusalDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { reason }: UnservableRequest,
): FastifyReply {
  return sendRefusal(deps, request, reply, new SnapError('bad_request', { reason }))
}

export function sendRefusal(
  deps: RefusalDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: SnapError,
): FastifyReply {
  const body = refusal.bodyFor(snapServiceCodeOf(pathOf(request)))
  noteRefusal(request, { code: body.responseCode, message: body.responseMessage })
  return reply
    .code(refusal.status)
    .header('X-TIMESTAMP', formatSnapTimestamp(deps.clock.realNow()))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(body))
}

export function toRefusal(deps: RefusalDeps, error: unknown, request: FastifyRequest): SnapError {
  if (error instanceof SnapError) return error
  if (error instanceof Problem) return toSnapError(error)
  const failure = failureOf(error)
  switch (failure) {
    case 'unavailable':
    case 'content_type':
      return new SnapError(failure)
    case 'body_too_large':
      return new SnapError(failure, { maximum: deps.bodyLimitBytes })
    case 'body_too_short':
    case 'unreadable':
      return new SnapError('bad_request', { reason: 'the body cannot be read' })
    case 'crashed':
      deps.log.error({ err: error, requestId: externalIdOf(request) }, 'request crashed')
      return new SnapError('general_error')
  }
}

function externalIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-external-id']
  return typeof header === 'string' ? header.slice(0, longestIdentifier) : undefined
}
