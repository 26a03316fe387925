/**
 * A merchant's SNAP endpoints on a real server: hands out tokens, and takes notifications that carry
 * one of them and are signed with the Secret Key. What does not is refused, a wrong token with 401.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { verifySnapCall } from '@gerbang/wire'
import { secretKey } from '../../harness/world.ts'
import type { Received } from '../merchant-server.ts'

type Answer = (response: ServerResponse) => void

export type SnapReceiver = {
  readonly tokenUrl: string
  readonly notificationUrl: string
  readonly tokenCalls: Received[]
  readonly notifications: Received[]
  /** How it answers where it does not take what comes. */
  answerToken: Answer
  answerNotification: Answer | undefined
  /** As after a restart: no token that it gave counts any more. */
  forgetTokens(): void
  /** For another test: it takes what is right, and has received nothing. */
  startAnew(): void
}

export async function startSnapReceiver(): Promise<SnapReceiver> {
  const given = new Set<string>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const received = { method, url, headers, body: Buffer.concat(chunks).toString() }
    if (url.startsWith('/token')) {
      receiver.tokenCalls.push(received)
      receiver.answerToken(response)
    } else {
      receiver.notifications.push(received)
      if (receiver.answerNotification) receiver.answerNotification(response)
      else response.writeHead(judge(received, given)).end('{"responseCode":"2005600"}')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const giveToken: Answer = (response) => {
    const accessToken = `merchant-token-${receiver.tokenCalls.length}`
    given.add(accessToken)
    const answer = { responseCode: '2007300', accessToken, tokenType: 'Bearer', expiresIn: 900 }
    response.end(JSON.stringify(answer))
  }
  const receiver: SnapReceiver = {
    tokenUrl: `http://127.0.0.1:${port}/token`,
    notificationUrl: `http://127.0.0.1:${port}/v1.0/debit/notify`,
    tokenCalls: [],
    notifications: [],
    answerToken: giveToken,
    answerNotification: undefined,
    forgetTokens: () => given.clear(),
    startAnew: () => {
      given.clear()
      receiver.tokenCalls.length = 0
      receiver.notifications.length = 0
      receiver.answerToken = giveToken
      receiver.answerNotification = undefined
    },
  }
  return receiver
}

/** Whether `X-SIGNATURE` of a notification is right for its own token, or for none. */
export function isSignedNotification({ headers, url, body }: Received): boolean {
  const header = (name: string) => String(headers[name] ?? '')
  const parts = {
    method: 'POST',
    path: url.split('?')[0] ?? '',
    accessToken: header('authorization').replace(/^Bearer /, ''),
    timestamp: header('x-timestamp'),
  }
  return verifySnapCall(parts, Buffer.from(body), header('x-signature'), secretKey)
}

function judge(received: Received, given: ReadonlySet<string>): number {
  const token = /^Bearer (.+)$/.exec(String(received.headers.authorization))?.[1]
  if (token === undefined || !given.has(token)) return 401
  return isSignedNotification(received) ? 200 : 403
}
