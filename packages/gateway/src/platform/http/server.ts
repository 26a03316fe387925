/**
 * The HTTP server: limits for slow and large requests, one log line for each answer, and a drain on
 * close. It knows nothing of payments; doors register themselves on it.
 */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Log } from '../log/index.ts'

export type ServerOptions = {
  readonly log: Log
  readonly bodyLimitBytes: number
  /** Called with each answer, for metrics. */
  readonly onAnswer?: (answer: { route: string; status: number; seconds: number }) => void
}

export function createServer(options: ServerOptions): FastifyInstance {
  const { log } = options
  const server = Fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes,
    // A whole request must be here in 30 s: slow clients hold a socket, not a place for ever.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    // Longer than the 60 s idle time-out of common load balancers, so that they close first.
    keepAliveTimeout: 72_000,
    // In-flight requests are answered on close, idle connections are closed at once.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    return503OnClosing: false,
  })
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    const milliseconds = reply.elapsedTime
    options.onAnswer?.({ route, status: reply.statusCode, seconds: milliseconds / 1_000 })
    log.info(
      { requestId: requestIdOf(request), ms: Math.round(milliseconds * 10) / 10 },
      `${request.method} ${route} ${reply.statusCode}`,
    )
  })
  return server
}

function requestIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers['request-id'] ?? request.headers['x-external-id']
  return typeof header === 'string' ? header.slice(0, 128) : undefined
}
