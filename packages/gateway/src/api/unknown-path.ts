/** What is no call of any door gets the envelope of the dialect that its path begins like. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export function answerUnknownPaths(
  server: FastifyInstance,
  refuse: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  server.setNotFoundHandler(refuse)
  // The body of such a request may be unreadable too; that there is no such path comes first.
  server.setErrorHandler((error, request, reply) => {
    if (request.is404) return refuse(request, reply)
    throw error
  })
}
