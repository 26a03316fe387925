/** A path that is no part of the API gets the dialect's envelope, and nothing else is said of it. */
import { cardErrorBody, cardErrors } from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'

export function answerUnknownPaths(server: FastifyInstance): void {
  server.setNotFoundHandler((request, reply) => {
    const path = (request.raw.url ?? '/').split('?')[0]?.slice(0, 200) ?? '/'
    const error = cardErrorBody('not_found', { method: request.method, path })
    return reply.code(cardErrors.not_found.status).send({ error })
  })
}
