/** A merchant's own server on a free loopback port: pages for the browser, and its endpoints. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export type EndpointRequest = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type EndpointAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

export type MerchantServer = {
  /** Without a slash at the end. */
  readonly origin: string
  close(): Promise<void>
}

/** @param on what the pages say, and what the endpoints answer to a POST; both by their paths */
export async function startMerchantServer(on: {
  readonly pages: Readonly<Record<string, string>>
  readonly endpoints: Readonly<Record<string, (request: EndpointRequest) => EndpointAnswer>>
}): Promise<MerchantServer> {
  const server = createServer(async (request, response) => {
    const { method, headers, url: path = '' } = request
    const endpoint = method === 'POST' ? on.endpoints[path] : undefined
    if (endpoint) {
      const answer = endpoint({ path, headers, body: await buffer(request) })
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body && JSON.stringify(answer.body))
      return
    }
    const text = method === 'GET' ? on.pages[path.split('?', 1)[0] ?? ''] : undefined
    response.writeHead(text ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><title>Demo shop</title><p>${text ?? 'No such page.'}</p>`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
