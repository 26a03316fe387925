/** Opens the shop for customers: on a port, with credentials, known to the gateway. */
import { createClient } from '@gerbang/client'
import { createOrders } from './orders.ts'
import {
  type Credentials,
  readCredentials,
  sendNotificationsTo,
  tellMovedClock,
} from './sandbox.ts'
import { createShop } from './server.ts'

export type ShopSettings = {
  readonly gatewayUrl: string
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** Where browser and gateway reach the shop, if that is not where it listens. */
  readonly shopUrl: string | undefined
  /** Without them the sandbox is asked, and told where notifications go. */
  readonly credentials: Credentials | undefined
  /** Of the sandbox, where it wants one. */
  readonly sandboxToken?: string | undefined
  /** Told what the gateway refused; customers read other words. */
  readonly log?: (line: string) => void
}

/** @throws Error with a message for the person at the terminal */
export async function openShop(
  settings: ShopSettings,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { gatewayUrl, port, log } = settings
  const sandbox = { gatewayUrl, token: settings.sandboxToken }
  if (!settings.credentials) await tellMovedClock(sandbox, log)
  const credentials = settings.credentials ?? (await readCredentials(sandbox))
  let url = settings.shopUrl ?? ''
  const shop = await createShop({
    client: createClient({ baseUrl: gatewayUrl, ...credentials }),
    orders: createOrders(),
    credentials,
    // Known once it listens, where the port is a free one.
    shopUrl: () => url,
    ...(log && { log }),
  })
  const address = await shop.listen({ host: '127.0.0.1', port })
  url ||= address
  const putBack = settings.credentials
    ? async () => {}
    : await sendNotificationsTo(sandbox, { notificationUrl: `${url}/notifications` })
  return {
    url,
    close: async () => {
      await shop.close()
      // The gateway may have stopped first, and then there is nothing to put back.
      await putBack().catch((error) => log?.(`The notification URL stays: ${error.message}`))
    },
  }
}
