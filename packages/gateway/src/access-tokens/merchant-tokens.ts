/**
 * Access tokens that merchants issue: a SNAP notification carries one (wire.md 6.7). Asked for as
 * merchants ask us for theirs, signed with the gateway's key, and used until shortly before its end.
 * Kept in the memory of the process alone; deliveries that need one at once share one call.
 */
import { createPrivateKey } from 'node:crypto'
import { formatSnapTimestamp, JsonNumber, parseJsonText, signSnapToken } from '@gerbang/wire'
import type { RsaKeyPair } from '../platform/generated-keys/index.ts'
import type { OutboundHttp } from '../platform/outbound-http/index.ts'
import { type Clock, DeadlineError, rejectsAt, withDeadline } from '../primitives/clock.ts'
import type { MerchantId } from '../primitives/id.ts'

/** Whose token, and where it is had. */
export type MerchantTokenSource = {
  readonly merchantId: MerchantId
  readonly clientId: string
  readonly tokenUrl: string
}

export type MerchantToken =
  | { readonly kind: 'token'; readonly token: string }
  /** `error` holds nothing of the URL and nothing of the answer but its codes. */
  | { readonly kind: 'failed'; readonly error: string }

export type MerchantTokens = {
  get(
    source: MerchantTokenSource,
    wish: {
      /** How long the caller can wait; the call that others wait for too goes on. */
      readonly timeoutMs: number
      /** A token that the merchant does not take any more: any other than this one. */
      readonly refused?: string | undefined
    },
  ): Promise<MerchantToken>
}

/** A merchant has 10 seconds to answer (design.md 6), as for a notification. */
const callTimeoutMs = 10_000

/** A token on its way to us, a delivery with it, and clocks that differ by as much. */
const marginMs = 30_000

/** Ours have some hundred bytes, those of the libraries too. */
const mostBodyBytes = 64 * 1_024

/** What a header can carry: Node refuses all headers together above 16 kB. */
const tokenForm = /^[\x21-\x7e]{1,8192}$/

const requestBody = JSON.stringify({ grantType: 'client_credentials' })

type Kept = {
  readonly tokenUrl: string
  readonly answer: Promise<MerchantToken>
  /** Real time. While it is being asked for: as long as that may take. */
  usableUntilMs: number
  token?: string
}

export function createMerchantTokens(deps: {
  keys: RsaKeyPair
  outboundHttp: OutboundHttp
  clock: Clock
}): MerchantTokens {
  const { outboundHttp, clock } = deps
  const privateKey = deps.keys.privateKey.reveal((pem) => createPrivateKey(pem))
  // One for each merchant: another URL takes the place of the one before.
  const kept = new Map<MerchantId, Kept>()
  return {
    get: async (source, { timeoutMs, refused }) => {
      const answer = find(source, refused) ?? ask(source)
      try {
        return await withDeadline(clock, timeoutMs, (deadline) =>
          Promise.race([answer, rejectsAt(deadline)]),
        )
      } catch (error) {
        if (error instanceof DeadlineError) return failed(error.message)
        throw error
      }
    },
  }

  function find({ merchantId, tokenUrl }: MerchantTokenSource, refused: string | undefined) {
    const known = kept.get(merchantId)
    if (known?.tokenUrl !== tokenUrl) return undefined
    const isOver = known.usableUntilMs <= clock.realNow().getTime()
    const isRefused = refused !== undefined && known.token === refused
    return isOver || isRefused ? undefined : known.answer
  }

  function ask(source: MerchantTokenSource): Promise<MerchantToken> {
    const entry: Kept = {
      tokenUrl: source.tokenUrl,
      answer: fetchToken(source).then(({ lifetimeMs = 0, ...answer }) => {
        entry.usableUntilMs = clock.realNow().getTime() + lifetimeMs - marginMs
        if (answer.kind === 'token') entry.token = answer.token
        return answer
      }),
      usableUntilMs: clock.realNow().getTime() + callTimeoutMs,
    }
    kept.set(source.merchantId, entry)
    return entry.answer
  }

  async function fetchToken(
    source: MerchantTokenSource,
  ): Promise<MerchantToken & { readonly lifetimeMs?: number }> {
    const { clientId, tokenUrl } = source
    const timestamp = formatSnapTimestamp(clock.realNow())
    const answer = await outboundHttp.postForBody({
      url: tokenUrl,
      body: requestBody,
      timeoutMs: callTimeoutMs,
      mostBodyBytes,
      headers: {
        'Content-Type': 'application/json',
        // The libraries check the signature over the Client ID that they are set up with.
        'X-CLIENT-KEY': clientId,
        'X-TIMESTAMP': timestamp,
        'X-SIGNATURE': signSnapToken({ clientId, timestamp }, privateKey),
      },
    })
    if (answer.kind === 'failed') return failed(answer.error)
    const members = membersOf(answer.body)
    if (answer.status < 200 || answer.status > 299) {
      return failed(`answered ${answer.status}${codeOf(members)}`)
    }
    const { accessToken } = members
    if (typeof accessToken !== 'string' || !tokenForm.test(accessToken)) {
      return failed(`answered ${answer.status} without a usable accessToken${codeOf(members)}`)
    }
    const seconds = secondsOf(members['expiresIn'])
    if (seconds === undefined) return failed('expiresIn is no number of seconds')
    return { kind: 'token', token: accessToken, lifetimeMs: seconds * 1_000 }
  }
}

function failed(why: string): MerchantToken {
  return { kind: 'failed', error: `no access token: ${why}` }
}

/** The members of an answer; none where it is no JSON object. */
function membersOf(body: Buffer): Readonly<Record<string, unknown>> {
  const json = parseJsonText(body)
  return json.ok && typeof json.value === 'object' && json.value !== null ? { ...json.value } : {}
}

/** How a library tells why: `4017300` is a signature that it does not take. */
function codeOf({ responseCode }: Readonly<Record<string, unknown>>): string {
  const isCode = typeof responseCode === 'string' && /^\d{7}$/.test(responseCode)
  return isCode ? ` (${responseCode})` : ''
}

/** A number, or a text of one: the libraries differ (wire.md 6.7). */
function secondsOf(expiresIn: unknown): number | undefined {
  const text = expiresIn instanceof JsonNumber ? expiresIn.source : expiresIn
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text)) return undefined
  return Number(text)
}
