/**
 * `npm run example:coffee`: the café on 127.0.0.1:3003 (PORT), paying through GERBANG_URL. It asks
 * the sandbox for its credentials (with GERBANG_SANDBOX_TOKEN, where it wants one) and has
 * notifications sent here.
 */
import { openCafe } from './open-cafe.ts'

const { env } = process
const gatewayUrl = env['GERBANG_URL'] ?? 'http://127.0.0.1:8080'

try {
  const cafe = await openCafe({
    gatewayUrl,
    port: Number(env['PORT'] ?? 3003),
    cafeUrl: env['COFFEE_URL'],
    sandboxToken: env['GERBANG_SANDBOX_TOKEN'],
    log: console.log,
  })
  console.log(`The café is open at ${cafe.url} and pays through ${gatewayUrl}. Ctrl-C closes it.`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cafe.close())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
