/** The few calls of the sandbox's control surface that the stories need. */
import type { Narrator } from './narrator.ts'
import { expectEqual, NoGateway, TokenWanted, WrongStep } from './wrong-step.ts'

/** Where the gateway sends what it tells the merchant; null: nowhere. */
export type MerchantUrls = Readonly<
  Partial<Record<'notificationUrl' | 'snapNotificationUrl' | 'snapTokenUrl', string | null>>
>

export type Credentials = { readonly clientId: string; readonly secretKey: string }

export type SnapCredentials = Credentials & {
  readonly privateKey: string
  readonly gatewayPublicKey: string
}

export type Sandbox = {
  credentials(): Promise<Credentials>
  /** With the keys that SNAP needs. */
  snapCredentials(): Promise<SnapCredentials>
  /** How those settings stand that are named here. */
  urls(named: MerchantUrls): Promise<MerchantUrls>
  setUrls(urls: MerchantUrls): Promise<void>
  now(): Promise<Date>
  /** Moves the sandbox's clock; what falls due is done before this ends. */
  advanceDays(days: number): Promise<void>
  /** Closes the day at every acquirer now. */
  settle(): Promise<void>
}

/** Every call throws as the SandboxCall does. */
export function createSandbox(call: SandboxCall, narrator: Narrator): Sandbox {
  const readCredentials = async <Name extends string>(...names: readonly Name[]) => {
    const found = await call('GET', '/sandbox/credentials')
    const entries = names.map((name) => [name, found[name]] as const)
    if (entries.some(([, value]) => typeof value !== 'string')) {
      throw new WrongStep('the credentials', names.join(', '), Object.keys(found).join(', '))
    }
    const credentials = Object.fromEntries(entries) as Record<Name, string>
    narrator.received('200', credentials)
    return credentials
  }
  return {
    credentials: () => readCredentials('clientId', 'secretKey'),
    snapCredentials: () =>
      readCredentials('clientId', 'secretKey', 'privateKey', 'gatewayPublicKey'),
    urls: async (named) => {
      const urls = pick(await call('GET', '/sandbox/merchant'), named)
      narrator.received('200', urls)
      return urls
    },
    setUrls: async (urls) => {
      const stored = pick(await call('PATCH', '/sandbox/merchant', urls), urls)
      expectEqual('the URLs of the merchant', JSON.stringify(urls), JSON.stringify(stored))
      narrator.received('200', stored)
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

const dayMs = 86_400_000

/**
 * What a clock that was moved before means for who runs an example now: dates that look wrong, and cards
 * that have expired. Undefined where the clock is on real time.
 */
export async function readClock(
  call: SandboxCall,
  gatewayUrl: string,
): Promise<{ readonly now: Date; readonly warning: string | undefined }> {
  const { now, offsetMs } = await call('GET', '/sandbox/clock')
  const reset = new URL('/sandbox/reset', gatewayUrl).href
  const warning =
    `The sandbox’s clock was moved and says ${String(now).slice(0, 16)}Z: ` +
    `curl -X POST ${reset} sets it back, and empties the business data.`
  return { now: new Date(String(now)), warning: offsetMs === 0 ? undefined : warning }
}

/** Those members of an answer that are named, in the same order. */
function pick(answer: Readonly<Record<string, unknown>>, named: MerchantUrls): MerchantUrls {
  const names = Object.keys(named)
  return Object.fromEntries(
    names.map((name) => {
      const value = answer[name]
      return [name, typeof value === 'string' ? value : null]
    }),
  )
}

/**
 * Throws NoGateway where none answers, TokenWanted where it has no or another token, and WrongStep
 * where it is not a sandbox.
 */
export type SandboxCall = (
  method: 'GET' | 'PATCH' | 'POST',
  path: string,
  body?: object,
) => Promise<Record<string, unknown>>

/** Moving the clock sends notifications that fell due, for which the gateway waits 10 s each. */
const timeoutMs = 60_000

export function createSandboxCall(
  gatewayUrl: string,
  narrator: Narrator,
  /** Wanted where the gateway does not listen on loopback, or has one set. */
  token?: string,
): SandboxCall {
  return async (method, path, body) => {
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
