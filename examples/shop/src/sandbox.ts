/** What the shop asks of a sandbox when it starts. */

const timeoutMs = 10_000

export type Credentials = { readonly clientId: string; readonly secretKey: string }

/**
 * Reads the sandbox merchant's credentials.
 * @throws Error with a message for the person at the terminal
 */
export async function readCredentials(gatewayUrl: string): Promise<Credentials> {
  const { clientId, secretKey } = await call(gatewayUrl, 'GET', '/sandbox/credentials')
  if (typeof clientId !== 'string' || typeof secretKey !== 'string') {
    throw new Error(`${gatewayUrl}/sandbox/credentials gives no clientId and secretKey`)
  }
  return { clientId, secretKey }
}

/**
 * Has the sandbox merchant's notifications sent to the URL.
 * @throws Error with a message for the person at the terminal
 */
export async function sendNotificationsTo(gatewayUrl: string, notificationUrl: string) {
  await call(gatewayUrl, 'PATCH', '/sandbox/merchant', { notificationUrl })
}

async function call(gatewayUrl: string, method: string, path: string, body?: object) {
  const response = await fetch(new URL(path, gatewayUrl), {
    method,
    ...(body && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new Error(`No gateway answers at ${gatewayUrl}: start it with npm start`, { cause })
  })
  if (response.status !== 200) {
    throw new Error(
      `${method} ${path} answered ${response.status}. Where the gateway is no sandbox, set ` +
        'GERBANG_CLIENT_ID and GERBANG_SECRET_KEY.',
    )
  }
  return (await response.json()) as Record<string, unknown>
}
