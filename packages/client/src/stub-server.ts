/** The HTTP under the stub gateways: it can also be silent, or hang up. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export type RawRequest = {
  readonly method: string
  /** As it was sent, percent-encoding and query included. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

type RawAnswer = {
  readonly status: number
  /** Undefined takes a header away. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

export type StubServer = {
  readonly url: string
  close(): Promise<void>
}

/** Starts a server on a free loopback port. An answer of 'silence' never comes; 'hang-up' is a reset. */
export async function startStubServer(
  answerOf: (request: RawRequest) => RawAnswer | 'silence' | 'hang-up',
): Promise<StubServer> {
  const server = createServer(async (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming
    const answer = answerOf({ method, path, headers, body: await buffer(incoming) })
    if (answer === 'silence') return
    if (answer === 'hang-up') return void incoming.socket.destroy()
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined) response.setHeader(name, value)
    }
    response.writeHead(answer.status).end(answer.text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
