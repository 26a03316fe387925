/** Opens the shop for customers: on a port, with credentials, known to the gateway. */
import { createClient } from '@gerbang/client'
import { createOrders } from './orders.ts'
import { type Credentials, readCredentials, sendNotificationsTo } from './sandbox.ts'
import { createShop } from './server.ts'

export type ShopSettings = {
  readonly gatewayUrl: string
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** Where browser and gateway reach the shop, if that is not where it listens. */
  readonly shopUrl: string | undefined
  /** Without them the sandbox is asked, and told where notifications go. */
  readonly credentials: Credentials | undefined
}

/** @throws Error with a message for the person at the terminal */
export async function openShop(
  settings: ShopSettings,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { gatewayUrl, port } = settings
  const credentials = settings.credentials ?? (await readCredentials(gatewayUrl))
  let url = settings.shopUrl ?? ''
  const shop = await createShop({
    client: createClient({ baseUrl: gatewayUrl, ...credentials }),
    orders: createOrders(),
    credentials,
    // Known once it listens, where the port is a free one.
    shopUrl: () => url,
  })
  const address = await shop.listen({ host: '127.0.0.1', port })
  url ||= address
  if (!settings.credentials) await sendNotificationsTo(gatewayUrl, `${url}/notifications`)
  return { url, close: () => shop.close() }
}
