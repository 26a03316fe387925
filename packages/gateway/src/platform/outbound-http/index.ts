/**
 * Calls that leave the gateway for a merchant's server. Follows no redirect, waits no longer than
 * it is told, and reads only the head of an answer: the other side is not trusted.
 */
import type { Clock } from '../../primitives/clock.ts'
import { DeadlineError, withDeadline } from '../../primitives/clock.ts'

export type OutboundRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}

export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly latencyMs: number }
  /** Nothing came back: refused, unresolved, reset, or too late. */
  | { readonly kind: 'failed'; readonly error: string; readonly latencyMs: number }

export type OutboundHttp = { post(request: OutboundRequest): Promise<OutboundAnswer> }

export function createOutboundHttp(deps: { clock: Clock }): OutboundHttp {
  const { clock } = deps
  return {
    post: async ({ url, headers, body, timeoutMs }) => {
      const started = clock.realNow().getTime()
      const latency = () => clock.realNow().getTime() - started
      try {
        const status = await withDeadline(clock, timeoutMs, async (signal) => {
          const answer = await fetch(url, {
            method: 'POST',
            headers,
            body,
            redirect: 'manual',
            signal,
          })
          // The body says nothing that is needed; an endless one must not be read.
          await answer.body?.cancel()
          return answer.status
        })
        return { kind: 'answered', status, latencyMs: latency() }
      } catch (error) {
        return { kind: 'failed', error: describeFailure(error), latencyMs: latency() }
      }
    },
  }
}

/**
 * The reason that undici hides in `cause`, or our own deadline's. Other texts may hold the URL, with
 * what only the merchant should know of it, and this is logged and shown.
 */
function describeFailure(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } }
  if (typeof cause?.code === 'string' && /^[A-Z0-9_]+$/.test(cause.code)) return cause.code
  return error instanceof DeadlineError ? error.message : 'the request failed'
}
