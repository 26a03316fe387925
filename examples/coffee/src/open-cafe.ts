/** Opens the café for customers: on a port, with the sandbox's credentials, known to the gateway. */
import { createClient, createMerchantTokens, createSnapClient } from '@gerbang/client'
import {
  readSnapCredentials,
  sendNotificationsTo,
  tellMovedClock,
} from '@gerbang/example-shop/sandbox'
import { createCustomers } from './customers.ts'
import { createCafe } from './server.ts'

export type CafeSettings = {
  readonly gatewayUrl: string
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** Where browser and gateway reach the café, if that is not where it listens. */
  readonly cafeUrl?: string | undefined
  /** Of the sandbox, where it wants one. */
  readonly sandboxToken?: string | undefined
  readonly log?: (line: string) => void
}

/** @throws Error with a message for the person at the terminal */
export async function openCafe(
  settings: CafeSettings,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { gatewayUrl, port, log } = settings
  const sandbox = { gatewayUrl, token: settings.sandboxToken }
  await tellMovedClock(sandbox, log)
  const credentials = await readSnapCredentials(sandbox)
  const { clientId, secretKey, privateKey, gatewayPublicKey } = credentials
  const account = { baseUrl: gatewayUrl, clientId, secretKey }
  let url = settings.cafeUrl ?? ''
  const cafe = await createCafe({
    gerbang: createSnapClient({ ...account, privateKey }),
    cards: createClient(account),
    customers: createCustomers(),
    credentials: { clientId, secretKey },
    tokens: createMerchantTokens({ clientId, gatewayPublicKey, privateKey }),
    // Known once it listens, where the port is a free one.
    cafeUrl: () => url,
    issuerAppUrl: new URL('/issuer-app', gatewayUrl).href,
  })
  const address = await cafe.listen({ host: '127.0.0.1', port })
  url ||= address
  const putBack = await sendNotificationsTo(sandbox, {
    snapTokenUrl: `${url}/snap/token`,
    snapNotificationUrl: `${url}/snap/notifications`,
  })
  return {
    url,
    close: async () => {
      await cafe.close()
      // The gateway may have stopped first, and then there is nothing to put back.
      await putBack().catch((error) => log?.(`The notification URLs stay: ${error.message}`))
    },
  }
}
