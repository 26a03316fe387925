/**
 * What is no call of any door gets the dialect's envelope, and nothing else is said of it: a path
 * that is not part of the API, whatever its method and body, and what is no request at all.
 */
import { cardErrorBody, cardErrors } from '@gerbang/wire'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { noteRefusal } from '../../../platform/http/server.ts'

export function answerUnknownPaths(server: FastifyInstance): void {
  server.setNotFoundHandler(refuse)
  // The body of such a request may be unreadable too; that there is no such path comes first.
  server.setErrorHandler((error, request, reply) => {
    if (request.is404) return refuse(request, reply)
    throw error
  })
}

function refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = (request.raw.url ?? '/').split('?')[0]?.slice(0, 200) ?? '/'
  const error = cardErrorBody('not_found', { method: request.method, path })
  // Not the path: a caller may have put anything into it.
  noteRefusal(request, { code: cardErrors.not_found.code, message: 'No such path' })
  return reply.code(cardErrors.not_found.status).send({ error })
}

/** The envelope of the answer to what cannot be read as a request. */
export function unreadableRequest(reason: string): object {
  return { error: cardErrorBody('malformed_body', { reason }) }
}
