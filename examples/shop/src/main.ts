/**
 * `npm run shop`: the shop on 127.0.0.1:3000 (PORT), paying through GERBANG_URL. With
 * GERBANG_CLIENT_ID and GERBANG_SECRET_KEY it uses those; without, it asks the sandbox for its
 * credentials and has notifications sent here.
 */
import { createClient } from '@gerbang/client'
import { createOrders } from './orders.ts'
import { connectToSandbox } from './sandbox.ts'
import { createShop } from './server.ts'

const { env } = process
const gatewayUrl = env['GERBANG_URL'] ?? 'http://127.0.0.1:8080'
const port = Number(env['PORT'] ?? 3000)
const shopUrl = env['SHOP_URL'] ?? `http://127.0.0.1:${port}`

try {
  const { GERBANG_CLIENT_ID: clientId, GERBANG_SECRET_KEY: secretKey } = env
  const credentials =
    clientId && secretKey
      ? { clientId, secretKey }
      : await connectToSandbox(gatewayUrl, `${shopUrl}/notifications`)
  const client = createClient({ baseUrl: gatewayUrl, ...credentials })
  const shop = await createShop({ client, orders: createOrders(), credentials, shopUrl })
  await shop.listen({ host: '127.0.0.1', port })
  console.log(`The shop is open at ${shopUrl} and pays through ${gatewayUrl}. Ctrl-C closes it.`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => shop.close())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
