/**
 * `npm run shop`: the shop on 127.0.0.1:3000 (PORT), paying through GERBANG_URL. With
 * GERBANG_CLIENT_ID and GERBANG_SECRET_KEY it uses those; without, it asks the sandbox for its
 * credentials (with GERBANG_SANDBOX_TOKEN, where it wants one) and has notifications sent here.
 */
import { openShop } from './open-shop.ts'

const { env } = process
const gatewayUrl = env['GERBANG_URL'] ?? 'http://127.0.0.1:8080'
const { GERBANG_CLIENT_ID: clientId, GERBANG_SECRET_KEY: secretKey } = env

try {
  const shop = await openShop({
    gatewayUrl,
    port: Number(env['PORT'] ?? 3000),
    shopUrl: env['SHOP_URL'],
    credentials: clientId && secretKey ? { clientId, secretKey } : undefined,
    sandboxToken: env['GERBANG_SANDBOX_TOKEN'],
    log: console.log,
  })
  console.log(`The shop is open at ${shop.url} and pays through ${gatewayUrl}. Ctrl-C closes it.`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => shop.close())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
