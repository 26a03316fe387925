/**
 * The HTTP server: limits for slow and large requests, one log line for each answer, and a drain on
 * close. It knows nothing of payments; doors register themselves on it.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Log } from '../log/index.ts'

export type ServerOptions = {
  readonly log: Log
  readonly bodyLimitBytes: number
  /** The body of the answer to what cannot be read as a request: broken HTTP, a broken path. */
  readonly unreadable: (reason: string) => object
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
    // A schema that allows no other members means to refuse them, not to drop them unseen; and one
    // that wants a boolean means one: null would become false, and switch something off.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply) =>
      (reply as FastifyReply).code(400).send(options.unreadable('the path is not valid')),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, options.unreadable),
  })
  // A connection that was busy when the drain began would stay open, idle, for its keep-alive time.
  let isClosing = false
  server.addHook('preClose', async () => {
    isClosing = true
  })
  server.addHook('onSend', async (_request, reply, payload) => {
    if (isClosing) reply.header('Connection', 'close')
    return payload
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

const unreadable: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'it did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
}

/** There is no request yet, so the answer is written by hand. */
function refuseConnection(
  error: { code?: string },
  socket: Socket,
  describe: ServerOptions['unreadable'],
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, reason] = unreadable[error.code ?? ''] ?? [400, 'it is not valid HTTP']
  const body = JSON.stringify(describe(reason))
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

function requestIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers['request-id'] ?? request.headers['x-external-id']
  return typeof header === 'string' ? header.slice(0, 128) : undefined
}
