/**
 * The HTTP server: limits for slow and large requests, one log line for each answer, which says why a
 * request was refused, and a drain on close. It knows nothing of payments; doors register themselves on it.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Log } from '../log/index.ts'

export type ServerOptions = {
  readonly log: Log
  readonly bodyLimitBytes: number
  /** The body of the answer to what cannot be read as a request at all: broken or slow HTTP. */
  readonly unreadable: (reason: string) => object
  /** Answers a request that HTTP lets through and that no route could serve rightly. */
  readonly refuse: (
    request: FastifyRequest,
    reply: FastifyReply,
    why: UnservableRequest,
  ) => Promise<void>
  /** Shorter ones for tests. */
  readonly limits?: TimeLimits
  /** Called with each answer, for metrics. */
  readonly onAnswer?: (answer: { route: string; status: number; seconds: number }) => void
}

/** What a refused caller was told. It must hold nothing of the request but names. */
export type Refusal = { readonly code: string; readonly message: string }

const refusals = new WeakMap<FastifyRequest, Refusal>()

/** A door says why it refuses, so that the log line of the answer can. */
export function noteRefusal(request: FastifyRequest, refusal: Refusal): void {
  refusals.set(request, refusal)
}

/** What a refused caller did wrong, and where it shows first: what a sandbox finds out. */
export type RefusalCause = {
  readonly cause: string
  readonly firstDifference: string | undefined
  /** Stands in the line in the place of an id that must not be seen. */
  readonly requestId?: string
}

const causes = new WeakMap<FastifyRequest, RefusalCause>()

/** Says more in the log line of the answer. It must hold no secret, nor a digest of one. */
export function noteCause(request: FastifyRequest, cause: RefusalCause): void {
  causes.set(request, cause)
}

export type UnservableRequest = { readonly status: number; readonly reason: string }

export type TimeLimits = {
  readonly headersMs: number
  readonly requestMs: number
  readonly checkEveryMs: number
}

/**
 * A whole request must be here in 30 s, its headers sooner: slow clients hold a socket, not a place
 * for ever. Node looks every 30 s by itself, and waits for the longer of the two limits, which is 60 s
 * where no limit for the headers is set.
 */
const usualLimits: TimeLimits = { headersMs: 20_000, requestMs: 30_000, checkEveryMs: 1_000 }

export function createServer(options: ServerOptions): FastifyInstance {
  const { log } = options
  const server = Fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes,
    serverFactory: (handler) => listenWith(handler, options.limits ?? usualLimits),
    // In-flight requests are answered on close, idle connections are closed at once.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    // A schema that allows no other members means to refuse them, not to drop them unseen; and one
    // that wants a boolean means one: null would become false, and switch something off.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) =>
      void options.refuse(request, reply as FastifyReply, invalidPath),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, options),
  })
  server.addHook('onRequest', async (request, reply) => {
    const why = whyUnservable(request.raw)
    if (!why) return
    await options.refuse(request, reply, why)
    return reply
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
    const refusal = refusals.get(request)
    log.info(
      {
        requestId: requestIdOf(request),
        ms: Math.round(milliseconds * 10) / 10,
        ...(refusal && { errorCode: refusal.code, errorMessage: refusal.message }),
        ...causes.get(request),
      },
      `${request.method} ${route} ${reply.statusCode}`,
    )
  })
  return server
}

function listenWith(handler: RequestListener, limits: TimeLimits): Server {
  const server = createHttpServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      // Longer than the 60 s idle time-out of common load balancers, so that they close first.
      keepAliveTimeout: 72_000,
      // Node would answer these two without a body: whyUnservable finds them.
      requireHostHeader: false,
    },
    handler,
  )
  server.on('checkExpectation', handler)
  // A socket on which nothing moves either way.
  return server.setTimeout(60_000)
}

const invalidPath: UnservableRequest = { status: 400, reason: 'the path is not valid' }

function whyUnservable({ url, headers, httpVersion }: IncomingMessage) {
  // HTTP has no fragment in a request: the router would cut it off, and serve another path than asked.
  if (url?.includes('#')) return invalidPath
  if (headers.host === undefined && httpVersion === '1.1') {
    return { status: 400, reason: 'the Host header is missing' }
  }
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) {
    return { status: 417, reason: 'what the Expect header wants is not known' }
  }
  return undefined
}

const brokenHeader =
  'a header holds a line break, or another character that none may hold; base64 breaks its lines after 76'

const unreadable: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'it did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
  HPE_CR_EXPECTED: [400, brokenHeader],
  HPE_LF_EXPECTED: [400, brokenHeader],
  HPE_INVALID_HEADER_TOKEN: [400, brokenHeader],
}

/** There is no request yet, so the answer is written by hand. */
function refuseConnection(
  error: { code?: string },
  socket: Socket,
  { unreadable: describe, log }: Pick<ServerOptions, 'unreadable' | 'log'>,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, reason] = unreadable[error.code ?? ''] ?? [400, 'it is not valid HTTP']
  log.info({ reason }, `a request that cannot be read ${status}`)
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

/** The path as it stood in the request line, without query. */
export function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '/'
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function requestIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers['request-id'] ?? request.headers['x-external-id']
  return typeof header === 'string' ? header.slice(0, 128) : undefined
}
