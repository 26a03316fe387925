/** What every dialect's delivery is handed. */
import type { MerchantTokens } from '../access-tokens/index.ts'
import type { Merchant } from '../merchants/index.ts'
import type { OutboundHttp } from '../platform/outbound-http/index.ts'
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

/** A merchant has 10 seconds to answer (design.md 6), his token call included. */
export const timeoutMs = 10_000
