/** The few calls of the sandbox's control surface that the stories need. */
import type { Narrator } from './narrator.ts'
import { expectEqual, NoGateway, TokenWanted, WrongStep } from './wrong-step.ts'

export type Sandbox = {
  credentials(): Promise<{ clientId: string; secretKey: string }>
  notificationUrl(): Promise<string | null>
  setNotificationUrl(url: string | null): Promise<void>
  now(): Promise<Date>
  /** Moves the sandbox's clock; what falls due is done before this ends. */
  advanceDays(days: number): Promise<void>
  /** Closes the day at every acquirer now. */
  settle(): Promise<void>
}

/** Moving the clock sends notifications that fell due, for which the gateway waits 10 s each. */
const timeoutMs = 60_000
const dayMs = 86_400_000

/**
 * Every call throws NoGateway where none answers, TokenWanted where it has no or another token, and
 * WrongStep where it is not a sandbox.
 */
export function createSandbox(
  gatewayUrl: string,
  narrator: Narrator,
  /** Wanted where the gateway does not listen on loopback, or has one set. */
  token?: string,
): Sandbox {
  const call = async (method: 'GET' | 'PATCH' | 'POST', path: string, body?: object) => {
    const url = new URL(path, gatewayUrl)
    narrator.sent(method, url.href, body)
    const response = await fetch(url, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body && { 'Content-Type': 'application/json' }),
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      throw new NoGateway(gatewayUrl, cause)
    })
    const text = await response.text()
    if (response.status === 401) throw new TokenWanted(gatewayUrl)
    if (response.status !== 200) {
      throw new WrongStep(
        `${method} ${path} (is this gateway in sandbox mode?)`,
        'HTTP status 200',
        `${response.status} ${text.slice(0, 500)}`,
      )
    }
    return readObject(`${method} ${path}`, text)
  }
  return {
    credentials: async () => {
      const { clientId, secretKey } = await call('GET', '/sandbox/credentials')
      if (typeof clientId !== 'string' || typeof secretKey !== 'string') {
        throw new WrongStep('the credentials', 'clientId and secretKey', 'something else')
      }
      narrator.received('200', { clientId, secretKey })
      return { clientId, secretKey }
    },
    notificationUrl: async () => {
      const { notificationUrl } = await call('GET', '/sandbox/merchant')
      narrator.received('200', { notificationUrl })
      return typeof notificationUrl === 'string' ? notificationUrl : null
    },
    setNotificationUrl: async (url) => {
      const { notificationUrl } = await call('PATCH', '/sandbox/merchant', { notificationUrl: url })
      expectEqual('notificationUrl of the merchant', url, notificationUrl)
      narrator.received('200', { notificationUrl })
    },
    now: async () => {
      const { now } = await call('GET', '/sandbox/clock')
      narrator.received('200', { now })
      return new Date(String(now))
    },
    advanceDays: async (days) => {
      const { now } = await call('POST', '/sandbox/clock', { advanceMs: days * dayMs })
      narrator.received('200', { now })
    },
    settle: async () => {
      const { batches } = await call('POST', '/sandbox/settlements', {})
      narrator.received('200', { batches })
    },
  }
}

function readObject(what: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below, like any other answer that is no object.
  }
  throw new WrongStep(what, 'a JSON object', text.slice(0, 500))
}
