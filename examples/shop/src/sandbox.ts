/** What the shop asks of a sandbox when it opens and closes. */

const timeoutMs = 10_000

export type Credentials = { readonly clientId: string; readonly secretKey: string }

export type Sandbox = {
  readonly gatewayUrl: string
  /** Wanted where the gateway does not listen on loopback, or has one set. */
  readonly token: string | undefined
}

/**
 * Reads the sandbox merchant's credentials.
 * @throws Error with a message for the person at the terminal
 */
export async function readCredentials(sandbox: Sandbox): Promise<Credentials> {
  return readNamed(sandbox, 'clientId', 'secretKey')
}

/** The same with the keys that SNAP needs. */
export async function readSnapCredentials(
  sandbox: Sandbox,
): Promise<Credentials & { readonly privateKey: string; readonly gatewayPublicKey: string }> {
  return readNamed(sandbox, 'clientId', 'secretKey', 'privateKey', 'gatewayPublicKey')
}

async function readNamed<Name extends string>(sandbox: Sandbox, ...names: readonly Name[]) {
  const found = await call(sandbox, 'GET', '/sandbox/credentials')
  const missing = names.find((name) => typeof found[name] !== 'string')
  if (missing !== undefined) {
    throw new Error(`${sandbox.gatewayUrl}/sandbox/credentials gives no ${missing}`)
  }
  return Object.fromEntries(names.map((name) => [name, found[name]])) as Record<Name, string>
}

/** Settings of the merchant that say where the gateway calls. */
export type MerchantUrls = Readonly<
  Partial<Record<'notificationUrl' | 'snapNotificationUrl' | 'snapTokenUrl', string>>
>

/**
 * Has the sandbox merchant told at these URLs.
 * @returns what puts the former ones back, unless somebody has set others meanwhile
 * @throws Error with a message for the person at the terminal
 */
export async function sendNotificationsTo(
  sandbox: Sandbox,
  urls: MerchantUrls,
): Promise<() => Promise<void>> {
  const read = () => call(sandbox, 'GET', '/sandbox/merchant')
  const former = await read()
  await call(sandbox, 'PATCH', '/sandbox/merchant', urls)
  return async () => {
    const current = await read()
    const ours = Object.entries(urls).filter(([name, url]) => current[name] === url)
    // Our own URL as the former one is that of a shop which was killed: nobody listens there.
    const putBack = ours.map(([name, url]) => [name, former[name] === url ? null : former[name]])
    if (putBack.length > 0) {
      await call(sandbox, 'PATCH', '/sandbox/merchant', Object.fromEntries(putBack))
    }
  }
}

/**
 * Tells where the sandbox's clock was moved: cards that look good have expired then.
 * @throws Error with a message for the person at the terminal
 */
export async function tellMovedClock(
  sandbox: Sandbox,
  log: ((line: string) => void) | undefined,
): Promise<void> {
  const { now, offsetMs } = await call(sandbox, 'GET', '/sandbox/clock')
  if (offsetMs === 0) return
  const reset = new URL('/sandbox/reset', sandbox.gatewayUrl).href
  log?.(
    `The sandbox’s clock was moved and says ${String(now).slice(0, 16)}Z: ` +
      `curl -X POST ${reset} sets it back, and empties the business data.`,
  )
}

async function call(
  { gatewayUrl, token }: Sandbox,
  method: 'GET' | 'PATCH',
  path: string,
  body?: object,
) {
  const response = await fetch(new URL(path, gatewayUrl), {
    method,
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    const mend = 'start it with npm start, or say in GERBANG_URL where it is'
    throw new Error(`No gateway answers at ${gatewayUrl}: ${mend}`, { cause })
  })
  if (response.status === 401) {
    throw new Error(
      `The sandbox at ${gatewayUrl} wants its token: set GERBANG_SANDBOX_TOKEN to the token that ` +
        'the gateway was given, or printed at start',
    )
  }
  if (response.status !== 200) {
    throw new Error(
      `${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}\n` +
        'Where the gateway is no sandbox, set GERBANG_CLIENT_ID and GERBANG_SECRET_KEY.',
    )
  }
  return (await response.json()) as Record<string, unknown>
}
