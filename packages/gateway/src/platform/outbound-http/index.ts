/**
 * Calls that leave the gateway for a merchant's server. Follows no redirect, waits no longer than
 * it is told, and reads a bounded piece of an answer: the other side is not trusted. In live mode it
 * connects only to public addresses, and the check is made by the look-up that the connection itself
 * makes, so that a name cannot answer differently afterwards. Next: exchange.ts, names/name-lookup.ts,
 * public-addresses.ts.
 */
import type { IncomingMessage } from 'node:http'
import { type Clock, DeadlineError, rejectsAt, withDeadline } from '../../primitives/clock.ts'
import { readAtMost, readHead } from './answer-body.ts'
import { AnswerError } from './answer-error.ts'
import { checkTarget, type Targets } from './check-target.ts'
import { createExchange, type Posting } from './exchange.ts'
import { createNameLookup } from './names/name-lookup.ts'
import { checkingLookup, isPublicAddress, type Resolve } from './public-addresses.ts'
import { TargetError } from './target-error.ts'

export type OutboundRequest = Posting & {
  readonly url: string
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
  readonly targets: Targets
  readonly resolve?: Resolve
}

export function createOutboundHttp(deps: OutboundDeps): OutboundHttp {
  const { clock, targets, resolve = createNameLookup({ clock }) } = deps
  const exchange = createExchange(
    checkingLookup(resolve, targets === 'public' ? isPublicAddress : () => true),
  )

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
      const url = checkTarget(request.url, targets)
      const answered = await withDeadline(clock, request.timeoutMs, async (signal) => {
        try {
          // By the signal too, since what Node.js tells nobody would otherwise be waited for for ever.
          const answer = await Promise.race([exchange(url, request, signal), rejectsAt(signal)])
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
}

/**
 * The code of what Node.js says, or a text of ours. Other texts may hold the URL, with what only the
 * merchant should know of it, and this is logged and shown.
 */
function describeFailure(error: unknown): string {
  const isOurs = [DeadlineError, AnswerError, TargetError].some((own) => error instanceof own)
  if (isOurs) return (error as Error).message
  const { code } = error as { code?: unknown }
  const isTold = typeof code === 'string' && /^[A-Z0-9_]+$/.test(code)
  return isTold ? code : 'the request failed'
}
