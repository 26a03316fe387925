/** What every dialect's delivery is handed. */
import type { MerchantTokens } from '../access-tokens/index.ts'
import type { Merchant } from '../merchants/index.ts'
import type { OutboundAnswer, OutboundHttp } from '../platform/outbound-http/index.ts'
import type { Clock } from '../primitives/clock.ts'

export type OutgoingDeps = {
  readonly outboundHttp: OutboundHttp
  readonly merchantTokens: MerchantTokens
  readonly clock: Clock
}

export type Outgoing = {
  readonly merchant: Merchant
  readonly url: string
  /** Request-Id, or X-EXTERNAL-ID. */
  readonly requestId: string
  readonly body: string
}

/** What became of a delivery; `secrets` were sent with it, and must not be kept where he repeats them. */
export type Posted = { readonly answer: OutboundAnswer; readonly secrets: readonly string[] }

/** A merchant has 10 seconds to answer (design.md 6), his token call included. */
export const timeoutMs = 10_000
