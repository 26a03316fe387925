/** A merchant's notification endpoint: a real HTTP server that keeps what it was sent. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

export type Received = {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type MerchantServer = {
  readonly url: string
  readonly received: Received[]
  /** How it answers from now on; a status, or whatever a function does. */
  answer: number | ((response: ServerResponse) => void)
}

export async function startMerchantServer(): Promise<MerchantServer> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      if (typeof merchant.answer === 'function') merchant.answer(response)
      else response.writeHead(merchant.answer).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const merchant: MerchantServer = { url: `http://127.0.0.1:${port}`, received, answer: 200 }
  return merchant
}
