/**
 * How a SNAP notification is posted (wire.md 6.7, 7.10): with an access token of the merchant's, and
 * signed with the Secret Key. A merchant without a token URL is called without a token.
 */
import { formatSnapTimestamp, signSnapCall } from '@gerbang/wire'
import { mostAnswerBytes } from './answer-text.ts'
import { type Outgoing, type OutgoingDeps, type Posted, timeoutMs } from './outgoing.ts'

/**
 * One attempt. A merchant who answers 401 may have forgotten the token before its end, as after a
 * restart: he is called once more with a fresh one, and what he answers then is the attempt's answer.
 */
export async function postSnap(deps: OutgoingDeps, outgoing: Outgoing): Promise<Posted> {
  const { clock, merchantTokens } = deps
  const { merchantId, clientId, settings } = outgoing.merchant
  const { snapTokenUrl: tokenUrl } = settings
  const started = clock.realNow().getTime()
  const latencyMs = () => clock.realNow().getTime() - started
  const leftMs = () => Math.max(0, timeoutMs - latencyMs())
  if (tokenUrl === null) return postWith(deps, outgoing, { token: '', timeoutMs })

  for (let refused: string | undefined; ; ) {
    const source = { merchantId, clientId, tokenUrl }
    const had = await merchantTokens.get(source, { timeoutMs: leftMs(), refused })
    if (had.kind === 'failed') {
      return { answer: { ...had, latencyMs: latencyMs() }, secrets: [] }
    }
    const { answer, secrets } = await postWith(deps, outgoing, {
      token: had.token,
      timeoutMs: leftMs(),
    })
    const isRefused = answer.kind === 'answered' && answer.status === 401
    if (!isRefused || refused !== undefined) {
      return { answer: { ...answer, latencyMs: latencyMs() }, secrets }
    }
    refused = had.token
  }
}

/** Signed afresh each time, with real time: the merchant compares it with its own clock. */
async function postWith(
  deps: OutgoingDeps,
  { merchant, url, requestId, body }: Outgoing,
  { token, timeoutMs }: { token: string; timeoutMs: number },
): Promise<Posted> {
  const timestamp = formatSnapTimestamp(deps.clock.realNow())
  // Without a query, as card notifications: DOKU's libraries check the path of the merchant's route.
  const path = new URL(url).pathname
  const parts = { method: 'POST', path, accessToken: token, timestamp }
  const signature = merchant.secretKey.reveal((secret) => signSnapCall(parts, body, secret))
  const answer = await deps.outboundHttp.post({
    url,
    body,
    timeoutMs,
    mostBodyBytes: mostAnswerBytes,
    headers: {
      'Content-Type': 'application/json',
      'X-PARTNER-ID': merchant.clientId,
      'X-EXTERNAL-ID': requestId,
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': signature,
      ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
    },
  })
  return { answer, secrets: [token, signature] }
}
