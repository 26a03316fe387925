/**
 * A stub gateway for tests of a merchant's code: a real HTTP server that checks each request's
 * signature, answers what the test says, and signs that. Where the test says nothing, every call is
 * approved. It remembers no payments; the whole behaviour is in the sandbox.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { digestOf, formatTimestamp, sign, verifySignature } from '@gerbang/wire'
import { approvedAnswer, type StubAnswer, type StubRequest } from './stub-answers.ts'

export { approvedAnswer, type StubAnswer, type StubRequest } from './stub-answers.ts'

export type StubGateway = {
  readonly url: string
  readonly requests: readonly StubRequest[]
  close(): Promise<void>
}

/** Starts a stub on a free loopback port. An answer of 'silence' never comes; 'hang-up' is a reset. */
export async function startStubGateway(options: {
  clientId: string
  secretKey: string
  /** Default: `approvedAnswer`, which a test can also call for the requests that it does not spoil. */
  answer?: (request: StubRequest) => StubAnswer | 'silence' | 'hang-up'
}): Promise<StubGateway> {
  const { answer: answerOf = approvedAnswer } = options
  const requests: StubRequest[] = []
  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming, options.secretKey)
    requests.push(request)
    const answer = answerOf(request)
    if (answer === 'silence') return
    if (answer === 'hang-up') return void incoming.socket.destroy()
    const text = answer.text ?? JSON.stringify(answer.json)
    const headers = { ...answerHeaders(request, text, options), ...answer.headers }
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value)
    }
    response.writeHead(answer.status ?? 200).end(answer.tamper?.(text) ?? text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

async function readRequest(incoming: IncomingMessage, secretKey: string): Promise<StubRequest> {
  const body = await buffer(incoming)
  const { method = '', url: path = '', headers } = incoming
  const header = (name: string) => String(headers[name] ?? '')
  const parts = {
    clientId: header('client-id'),
    requestId: header('request-id'),
    timestamp: header('request-timestamp'),
    requestTarget: path.split('?', 1)[0] ?? '',
    digest: method === 'GET' ? undefined : digestOf(body),
  }
  const isSigned = verifySignature('request', parts, header('signature'), secretKey)
  return { method, path, headers, text: body.toString(), isSigned }
}

function answerHeaders(
  request: StubRequest,
  text: string,
  { clientId, secretKey }: { clientId: string; secretKey: string },
): Record<string, string> {
  const requestId = String(request.headers['request-id'] ?? '')
  const timestamp = formatTimestamp(new Date())
  const requestTarget = request.path.split('?', 1)[0] ?? ''
  const parts = { clientId, requestId, timestamp, requestTarget, digest: digestOf(text) }
  return {
    'Content-Type': 'application/json',
    'Client-Id': clientId,
    'Request-Id': requestId,
    'Response-Timestamp': timestamp,
    Signature: sign('response', parts, secretKey),
  }
}
