/**
 * Calls that leave the gateway for a merchant's server. Follows no redirect, waits no longer than
 * it is told, and reads a bounded piece of an answer: the other side is not trusted. In live mode it
 * connects only to public addresses, and the check is made by the look-up that the connection itself
 * makes, so that a name cannot answer differently afterwards. Next: public-addresses.ts.
 */
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { Clock } from '../../primitives/clock.ts'
import { DeadlineError, withDeadline } from '../../primitives/clock.ts'
import { hasCredentials } from '../../primitives/url.ts'
import { LargeAnswerError, readAtMost, readHead } from './answer-body.ts'
import { checkingLookup, isPublicAddress, type Resolve, resolveName } from './public-addresses.ts'
import { TargetError } from './target-error.ts'

export type OutboundRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}

/** Nothing came back: refused, unresolved, reset, or too late. */
type Failure = { readonly kind: 'failed'; readonly error: string; readonly latencyMs: number }
type Answered = {
  readonly kind: 'answered'
  readonly status: number
  readonly latencyMs: number
  readonly body: Buffer
}

export type OutboundAnswer = Answered | Failure

type Bounded = { readonly mostBodyBytes: number }

export type OutboundHttp = {
  /** Takes the answer by its status; `body` is its beginning, as far as that comes soon. */
  post(request: OutboundRequest & Bounded): Promise<OutboundAnswer>
  /** Reads the whole body, within the same time; one that is larger is a failure. */
  postForBody(request: OutboundRequest & Bounded): Promise<OutboundAnswer>
}

export type OutboundDeps = {
  readonly clock: Clock
  /** `public`: https only, and no address of this machine or of a private network (live mode). */
  readonly targets: 'any' | 'public'
  readonly resolve?: Resolve
}

/** Longer than a server keeps an idle connection (Node.js: 5 s), it is of no use. */
const keepAlive = { keepAlive: true, timeout: 5_000 } as const

export function createOutboundHttp(deps: OutboundDeps): OutboundHttp {
  const { clock, targets, resolve = resolveName } = deps
  const agents = { 'http:': new http.Agent(keepAlive), 'https:': new https.Agent(keepAlive) }
  const lookup = checkingLookup(resolve, targets === 'public' ? isPublicAddress : () => true)

  return {
    post: (request) => {
      const read = (answer: IncomingMessage) => readHead(clock, answer, request.mostBodyBytes)
      return send(request, read)
    },
    postForBody: (request) => send(request, (answer) => readAtMost(answer, request.mostBodyBytes)),
  }

  async function send(
    request: OutboundRequest,
    read: (answer: IncomingMessage) => Promise<Buffer>,
  ): Promise<OutboundAnswer> {
    const started = clock.realNow().getTime()
    const latency = () => clock.realNow().getTime() - started
    try {
      const url = checkTarget(request.url)
      const answered = await withDeadline(clock, request.timeoutMs, async (signal) => {
        try {
          const answer = await exchange(url, request, signal)
          return { status: answer.statusCode ?? 0, body: await read(answer) }
        } catch (error) {
          // What is cut because it is too late is too late.
          signal.throwIfAborted()
          throw error
        }
      })
      return { kind: 'answered', ...answered, latencyMs: latency() }
    } catch (error) {
      return { kind: 'failed', error: describeFailure(error), latencyMs: latency() }
    }
  }

  /** A literal address is never looked up, so it is checked here, in the one form that URL gives it. */
  function checkTarget(text: string): URL {
    const url = new URL(text)
    if (!/^https?:$/.test(url.protocol)) throw new TargetError('the URL is not http or https')
    if (hasCredentials(url)) throw new TargetError('the URL has a user name or a password')
    if (targets === 'any') return url
    if (url.protocol !== 'https:') throw new TargetError('the URL is not https')
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) && !isPublicAddress(host)) throw new TargetError('its address is not public')
    return url
  }

  /**
   * One answer. A kept connection may be closed by the other side at the moment of its use; then the
   * request was not read, and is sent once more.
   */
  async function exchange(
    url: URL,
    request: OutboundRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const tried = await exchangeOnce(url, request, signal)
    if ('answer' in tried) return tried.answer
    if (!tried.wasKept || signal.aborted) throw tried.error
    const again = await exchangeOnce(url, request, signal)
    if ('answer' in again) return again.answer
    throw again.error
  }

  function exchangeOnce(
    url: URL,
    { headers, body }: OutboundRequest,
    signal: AbortSignal,
  ): Promise<{ answer: IncomingMessage } | { error: unknown; wasKept: boolean }> {
    return new Promise((done) => {
      const isTls = url.protocol === 'https:'
      const outgoing = (isTls ? https : http).request(url, {
        method: 'POST',
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        agent: agents[isTls ? 'https:' : 'http:'],
        lookup,
        signal,
      })
      outgoing.once('response', (answer) => done({ answer }))
      outgoing.on('error', (error) => {
        const { code } = error as { code?: unknown }
        const isReset = code === 'ECONNRESET' || code === 'EPIPE'
        done({ error, wasKept: outgoing.reusedSocket && isReset })
      })
      outgoing.end(body)
    })
  }
}

/**
 * The code of what Node.js says, or a text of ours. Other texts may hold the URL, with what only the
 * merchant should know of it, and this is logged and shown.
 */
function describeFailure(error: unknown): string {
  const isOurs = [DeadlineError, LargeAnswerError, TargetError].some((own) => error instanceof own)
  if (isOurs) return (error as Error).message
  const { code } = error as { code?: unknown }
  const isTold = typeof code === 'string' && /^[A-Z0-9_]+$/.test(code)
  return isTold ? code : 'the request failed'
}
