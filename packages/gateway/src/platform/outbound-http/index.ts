/**
 * Calls that leave the gateway for a merchant's server. Follows no redirect, waits no longer than
 * it is told, and reads only the head of an answer, or a bounded piece of its body where it is
 * asked for: the other side is not trusted.
 */
import type { Clock } from '../../primitives/clock.ts'
import { DeadlineError, withDeadline } from '../../primitives/clock.ts'

export type OutboundRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}

/** Nothing came back: refused, unresolved, reset, or too late. */
type Failure = { readonly kind: 'failed'; readonly error: string; readonly latencyMs: number }
type Answered = { readonly kind: 'answered'; readonly status: number; readonly latencyMs: number }

export type OutboundAnswer = Answered | Failure

export type OutboundHttp = {
  /** Reads no body: an endless one is taken by its status. */
  post(request: OutboundRequest): Promise<OutboundAnswer>
  /** Reads the body, within the same time; one that is larger, unpacked, is a failure. */
  postForBody(
    request: OutboundRequest & { readonly mostBodyBytes: number },
  ): Promise<(Answered & { readonly body: Buffer }) | Failure>
}

export function createOutboundHttp(deps: { clock: Clock }): OutboundHttp {
  const { clock } = deps
  return {
    post: (request) => send(request, async ({ body }) => body?.cancel()),
    postForBody: (request) => send(request, ({ body }) => readAtMost(body, request.mostBodyBytes)),
  }

  async function send<Body>(
    { url, headers, body, timeoutMs }: OutboundRequest,
    read: (answer: Response) => Promise<Body>,
  ): Promise<(Answered & { readonly body: Body }) | Failure> {
    const started = clock.realNow().getTime()
    const latency = () => clock.realNow().getTime() - started
    try {
      const answered = await withDeadline(clock, timeoutMs, async (signal) => {
        const answer = await fetch(url, {
          method: 'POST',
          headers,
          body,
          redirect: 'manual',
          signal,
        })
        return { status: answer.status, body: await read(answer) }
      })
      return { kind: 'answered', ...answered, latencyMs: latency() }
    } catch (error) {
      return { kind: 'failed', error: describeFailure(error), latencyMs: latency() }
    }
  }
}

class LargeAnswerError extends Error {}

async function readAtMost(body: Response['body'], most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > most) throw new LargeAnswerError(`the answer is larger than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * The reason that undici hides in `cause`, or our own. Other texts may hold the URL, with what only
 * the merchant should know of it, and this is logged and shown.
 */
function describeFailure(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } }
  if (typeof cause?.code === 'string' && /^[A-Z0-9_]+$/.test(cause.code)) return cause.code
  const isOurs = error instanceof DeadlineError || error instanceof LargeAnswerError
  return isOurs ? error.message : 'the request failed'
}
