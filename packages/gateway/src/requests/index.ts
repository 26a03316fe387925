/**
 * Requests: a Request-Id (X-EXTERNAL-ID) has exactly one answer (design.md 5). The row is claimed
 * by the statement that begins the work; whoever finds it claimed learns here what that means.
 */
import type { Database } from '../platform/database/index.ts'
import type { MerchantId } from '../primitives/id.ts'
import {
  type ClaimedRequest,
  findRequest,
  type RequestClaim,
  type RequestScope,
} from './requests.store.ts'

export {
  type ClaimedRequest,
  claimRequest,
  type RequestClaim,
  type RequestScope,
} from './requests.store.ts'

export type Requests = {
  find(key: {
    merchantId: MerchantId
    scope: RequestScope
    requestId: string
  }): Promise<ClaimedRequest | undefined>
}

export function createRequests(deps: { database: Database }): Requests {
  return { find: (key) => findRequest(deps.database, key) }
}

/** Table emptied by a sandbox reset. */
export const requestTables = ['requests'] as const

/** What a live holder means for a new request with its Request-Id; the first match wins. */
export type Duplicate = 'signature_used' | 'other_route' | 'other_body' | 'same'

export function compareWithHolder(
  holder: ClaimedRequest,
  request: Pick<RequestClaim, 'route' | 'bodyMac' | 'signatureMac'>,
): Duplicate {
  if (holder.signatureMac.equals(request.signatureMac)) return 'signature_used'
  if (holder.route !== request.route) return 'other_route'
  return holder.bodyMac.equals(request.bodyMac) ? 'same' : 'other_body'
}
