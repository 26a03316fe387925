import { digestOf, formatTimestamp, sign } from '@gerbang/wire'
import { mostAnswerBytes } from './answer-text.ts'
import { type Outgoing, type OutgoingDeps, type Posted, timeoutMs } from './outgoing.ts'

/** Posts a card notification (wire.md 5.1), signed with real time: the merchant has its own clock. */
export async function postCards(deps: OutgoingDeps, outgoing: Outgoing): Promise<Posted> {
  const { merchant, url, requestId, body } = outgoing
  const timestamp = formatTimestamp(deps.clock.realNow())
  const parts = {
    clientId: merchant.clientId,
    requestId,
    timestamp,
    requestTarget: new URL(url).pathname,
    digest: digestOf(body),
  }
  const signature = merchant.secretKey.reveal((secret) => sign('request', parts, secret))
  const answer = await deps.outboundHttp.post({
    url,
    body,
    timeoutMs,
    mostBodyBytes: mostAnswerBytes,
    headers: {
      'Content-Type': 'application/json',
      'Client-Id': merchant.clientId,
      'Request-Id': requestId,
      'Request-Timestamp': timestamp,
      Signature: signature,
    },
  })
  // Libraries compare, and tell, what stands behind the name of the algorithm.
  const behindName = signature.slice(signature.indexOf('=') + 1)
  return { answer, secrets: [signature, behindName] }
}
