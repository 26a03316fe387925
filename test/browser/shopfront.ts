/**
 * A merchant as the challenge page sees one: small pages on ports of their own, which another
 * origin's form leads to.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

export type Shopfront = {
  readonly origin: string
  /** Path and query of each page that was opened, oldest first. */
  readonly visits: readonly string[]
}

/** `/moved?to=…` redirects there, `/frame?of=…` shows another page in a frame. */
export async function openShopfront(): Promise<Shopfront> {
  const visits: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    visits.push(url.pathname + url.search)
    const to = url.searchParams.get('to')
    if (url.pathname === '/moved' && to) return void response.writeHead(302, { Location: to }).end()
    const framed = url.searchParams.get('of')
    const content = framed ? `<iframe src="${framed}" width="400" height="700"></iframe>` : ''
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(
      `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><h1>${url.pathname}</h1>${content}`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits }
}
