/** One request and the head of its answer, over connections that are kept for the next one. */
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { AnswerError } from './answer-error.ts'
import { boundHead } from './answer-head.ts'

export type Posting = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Exchange = (url: URL, posting: Posting, signal: AbortSignal) => Promise<IncomingMessage>

type Tried = { readonly answer: IncomingMessage } | { readonly error: unknown; wasKept: boolean }

const agentOptions = {
  keepAlive: true,
  /** Longer than a server keeps an idle connection (Node.js: 5 s), it is of no use. */
  timeout: 5_000,
  /**
   * How long one of several addresses is tried before the next. Node.js gives 250 ms, fewer than a
   * lost packet costs: the first one of a connection is sent again after a second. So each address
   * has two of them, and three that are dead leave time for a fourth in 10 s.
   */
  autoSelectFamilyAttemptTimeout: 3_000,
} as const

/** Connects to what `lookup` says and nothing else. */
export function createExchange(lookup: LookupFunction): Exchange {
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) }

  /**
   * A kept connection may be closed by the other side at the moment of its use; then the request was
   * not read, and is sent once more.
   */
  return async (url, posting, signal) => {
    const tried = await exchangeOnce(url, posting, signal)
    if ('answer' in tried) return tried.answer
    if (!tried.wasKept || signal.aborted) throw tried.error
    const again = await exchangeOnce(url, posting, signal)
    if ('answer' in again) return again.answer
    throw again.error
  }

  function exchangeOnce(url: URL, { headers, body }: Posting, signal: AbortSignal): Promise<Tried> {
    return new Promise((done) => {
      const isTls = url.protocol === 'https:'
      const outgoing = (isTls ? https : http).request(url, {
        method: 'POST',
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        agent: agents[isTls ? 'https:' : 'http:'],
        lookup,
        signal,
      })
      boundHead(outgoing)
      outgoing.once('response', (answer) => done({ answer }))
      // Without a listener Node.js drops the connection and tells nobody, not even of an abort.
      outgoing.once('upgrade', (_, socket) => {
        socket.destroy()
        done({ error: new AnswerError('the answer changes the protocol'), wasKept: false })
      })
      outgoing.on('error', (error) => {
        const { code } = error as { code?: unknown }
        const isReset = code === 'ECONNRESET' || code === 'EPIPE'
        done({ error, wasKept: outgoing.reusedSocket && isReset })
      })
      outgoing.end(body)
    })
  }
}
