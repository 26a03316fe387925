/** A world that listens on a real port and hands out URLs that lead to it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createWorld, type World, type WorldOptions } from './world.ts'

export async function createListeningWorld(
  options: WorldOptions = {},
): Promise<World & { readonly url: string }> {
  // A free port is found first, because the URLs that are handed out name it.
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const url = `http://127.0.0.1:${port}`
  const world = await createWorld({ ...options, config: { ...options.config, publicUrl: url } })
  await world.app.server.listen({ host: '127.0.0.1', port })
  return { ...world, url }
}
