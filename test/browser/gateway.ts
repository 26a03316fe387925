/** A whole gateway on a real port, for browsers and merchants outside of the process. */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { cards, checkBody, createWorld, paths, post, type World } from '../harness/world.ts'

export type ListeningWorld = World & { readonly url: string }

export async function createListeningWorld(): Promise<ListeningWorld> {
  // The URL is a setting and the port is in it, so the port must be known before.
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const world = await createWorld({ config: { publicUrl: url } })
  await world.app.server.listen({ host: '127.0.0.1', port })
  return { ...world, url }
}

/** Begins an authentication whose ends are these URLs. */
export async function beginAuthentication(
  world: World,
  ends: { readonly success: string; readonly failed: string; readonly number?: string },
): Promise<{ readonly authenticationUrl: string; readonly authenticationId: string }> {
  const body = {
    ...checkBody({ number: ends.number ?? cards.challenge }),
    three_dsecure: { callback_url_success: ends.success, callback_url_failed: ends.failed },
  }
  const answer = await post(world, paths.check, body)
  if (answer.status !== 200) throw new Error(`check answered ${answer.text}`)
  const { authentication_url, authentication_id } = answer.body.three_dsecure
  return { authenticationUrl: authentication_url, authenticationId: authentication_id }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
