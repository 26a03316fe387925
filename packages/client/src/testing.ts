/**
 * Stub gateways for tests of a merchant's code: a real HTTP server that checks each request's
 * signature, answers what the test says, and (cards) signs that. Where the test says nothing, every
 * call is approved. It remembers no payments; the whole behaviour is in the sandbox.
 */
import { digestOf, formatTimestamp, sign, verifySignature } from '@gerbang/wire'
import { approvedAnswer, type StubAnswer, type StubRequest } from './stub-answers.ts'

import { type RawRequest, type StubServer, startStubServer } from './stub-server.ts'

export { approvedSnapAnswer, type StubSnapRequest } from './snap/stub-answers.ts'
export { type StubSnapGateway, startStubSnapGateway } from './snap/stub-gateway.ts'
export { approvedAnswer, type StubAnswer, type StubRequest } from './stub-answers.ts'

export type StubGateway = StubServer & { readonly requests: readonly StubRequest[] }

/** Starts a stub on a free loopback port. An answer of 'silence' never comes; 'hang-up' is a reset. */
export async function startStubGateway(options: {
  clientId: string
  secretKey: string
  /** Default: `approvedAnswer`, which a test can also call for the requests that it does not spoil. */
  answer?: (request: StubRequest) => StubAnswer | 'silence' | 'hang-up'
}): Promise<StubGateway> {
  const { answer: answerOf = approvedAnswer } = options
  const requests: StubRequest[] = []
  const server = await startStubServer((raw) => {
    const request = readRequest(raw, options.secretKey)
    requests.push(request)
    const answer = answerOf(request)
    if (typeof answer === 'string') return answer
    const text = answer.text ?? JSON.stringify(answer.json)
    return {
      status: answer.status ?? 200,
      headers: { ...answerHeaders(request, text, options), ...answer.headers },
      text: answer.tamper?.(text) ?? text,
    }
  })
  return { ...server, requests }
}

function readRequest(raw: RawRequest, secretKey: string): StubRequest {
  const { method, path, headers, body } = raw
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
