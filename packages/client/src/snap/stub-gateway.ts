/** A stub gateway for the calls of SNAP; testing.ts says what stubs are for. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  formatSnapTimestamp,
  type SnapServiceName,
  snapServices,
  verifySnapCall,
  verifySnapToken,
} from '@gerbang/wire'
import type { StubAnswer } from '../stub-answers.ts'
import { type RawRequest, type StubServer, startStubServer } from '../stub-server.ts'
import { rsaPrivateKey } from './rsa-key.ts'
import { approvedSnapAnswer, type StubSnapRequest } from './stub-answers.ts'

export type StubSnapGateway = StubServer & { readonly requests: readonly StubSnapRequest[] }

/**
 * Starts a stub on a free loopback port, for the merchant of these credentials. An answer of
 * 'silence' never comes; 'hang-up' is a reset.
 */
export async function startStubSnapGateway(options: {
  clientId: string
  secretKey: string
  privateKey: string | KeyObject
  /** Default: `approvedSnapAnswer`, which a test can also call for the requests that it does not spoil. */
  answer?: (request: StubSnapRequest) => StubAnswer | 'silence' | 'hang-up'
}): Promise<StubSnapGateway> {
  const { answer: answerOf = approvedSnapAnswer, secretKey } = options
  const publicKey = createPublicKey(rsaPrivateKey(options.privateKey))
  const requests: StubSnapRequest[] = []
  const server = await startStubServer((raw) => {
    const request = readRequest(raw, { secretKey, publicKey })
    requests.push(request)
    const answer = answerOf(request)
    if (typeof answer === 'string') return answer
    const text = answer.text ?? JSON.stringify(answer.json)
    const headers = {
      'Content-Type': 'application/json',
      'X-TIMESTAMP': formatSnapTimestamp(new Date()),
      ...answer.headers,
    }
    return { status: answer.status ?? 200, headers, text: answer.tamper?.(text) ?? text }
  })
  return { ...server, requests }
}

function readRequest(
  { path, headers, body }: RawRequest,
  keys: { readonly secretKey: string; readonly publicKey: KeyObject },
): StubSnapRequest {
  const header = (name: string) => String(headers[name] ?? '')
  const timestamp = header('x-timestamp')
  const signature = header('x-signature')
  const accessToken = header('authorization').replace(/^Bearer /, '')
  const service = serviceOf(path)
  const isSigned =
    service === 'b2b-token' || service === 'b2b2c-token'
      ? verifySnapToken({ clientId: header('x-client-key'), timestamp }, signature, keys.publicKey)
      : verifySnapCall(
          { method: 'POST', path, accessToken, timestamp },
          body,
          signature,
          keys.secretKey,
        )
  return { service, path, headers, text: body.toString(), accessToken, isSigned }
}

/** The base URL of a client may have a path before it. */
function serviceOf(path: string): SnapServiceName | undefined {
  const names = Object.keys(snapServices) as SnapServiceName[]
  return names.find((name) => path.endsWith(snapServices[name].path))
}
