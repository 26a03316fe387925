/** One HTTP exchange within a time limit. Who sends says what it means that no answer came. */
import type { LostReason } from './errors.ts'

export type SendDeps = {
  readonly fetch: typeof globalThis.fetch
  /** Limit of the exchange, answer included. */
  readonly timeoutMs: number
}

export type ToSend = {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** The body of a POST; without one it is a GET. */
  readonly body?: Uint8Array<ArrayBuffer> | undefined
  readonly signal?: AbortSignal | undefined
  /** The error to throw where no answer came. */
  readonly lost: (reason: LostReason, cause: unknown) => Error
}

export type Received = {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

export async function send(deps: SendDeps, request: ToSend): Promise<Received> {
  const { body } = request
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort('timeout'), deps.timeoutMs)
  const onCallerAbort = () => abort.abort('aborted')
  request.signal?.addEventListener('abort', onCallerAbort, { once: true })
  try {
    const response = await deps.fetch(request.url, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...request.headers,
        Accept: 'application/json',
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body }),
      // A redirect would carry a card number to a host that nobody chose.
      redirect: 'manual',
      signal: abort.signal,
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, bytes }
  } catch (cause) {
    throw request.lost(abort.signal.aborted ? abort.signal.reason : 'network', cause)
  } finally {
    clearTimeout(timer)
    request.signal?.removeEventListener('abort', onCallerAbort)
  }
}

/**
 * Where the gateway is, without a slash at the end.
 * @throws TypeError where it is no http(s) URL
 */
export function baseOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError('baseUrl must be an http or https URL')
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** The JSON object of a body; undefined where it is none. */
export function readObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
