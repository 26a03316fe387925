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
  const { clientId, secretKey } = await call(sandbox, 'GET', '/sandbox/credentials')
  if (typeof clientId !== 'string' || typeof secretKey !== 'string') {
    throw new Error(`${sandbox.gatewayUrl}/sandbox/credentials gives no clientId and secretKey`)
  }
  return { clientId, secretKey }
}

/**
 * Has the sandbox merchant's notifications sent to the URL.
 * @returns what puts the former URL back, unless somebody has set another one meanwhile
 * @throws Error with a message for the person at the terminal
 */
export async function sendNotificationsTo(
  sandbox: Sandbox,
  notificationUrl: string,
): Promise<() => Promise<void>> {
  const read = async () => (await call(sandbox, 'GET', '/sandbox/merchant'))['notificationUrl']
  const write = (url: unknown) =>
    call(sandbox, 'PATCH', '/sandbox/merchant', { notificationUrl: url })
  const former = await read()
  await write(notificationUrl)
  return async () => {
    // Our own URL as the former one is that of a shop which was killed: nobody listens there.
    if ((await read()) === notificationUrl) await write(former === notificationUrl ? null : former)
  }
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
    throw new Error(`No gateway answers at ${gatewayUrl}: start it with npm start`, { cause })
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
