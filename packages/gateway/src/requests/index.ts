/**
 * Requests: a Request-Id (X-EXTERNAL-ID) has exactly one answer (design.md 5). The row is claimed
 * by the statement that begins the work; whoever finds it claimed learns here what that means.
 */
import { batching, type Database } from '../platform/database/index.ts'
import type { MerchantId } from '../primitives/id.ts'
import {
  type ClaimedRequest,
  findRequests,
  type RequestClaim,
  type RequestKey,
} from './requests.store.ts'

export {
  type ClaimedRequest,
  claimRequests,
  keyText as requestKeyText,
  type RequestClaim,
  type RequestScope,
} from './requests.store.ts'

export type Requests = {
  /** Who holds a Request-Id. */
  find(key: RequestKey): Promise<ClaimedRequest | undefined>
}

export function createRequests({ database }: { database: Database }): Requests {
  const find = batching<RequestKey, ClaimedRequest | undefined>({
    run: (keys) => findRequests(database, keys),
  })
  return {
    // Only the members of the key: a caller's object may hold more than a parameter should.
    find: ({ merchantId, scope, requestId }) => find({ merchantId, scope, requestId }),
  }
}

/**
 * The key of an X-EXTERNAL-ID: unique per client, endpoint and day, so that the Request-Id of the
 * row is all three.
 * @param day of Jakarta, such as 2026-09-21
 */
export function externalIdKey(id: {
  readonly merchantId: MerchantId
  readonly day: string
  readonly route: string
  readonly externalId: string
}): RequestKey {
  const requestId = `${id.day} ${id.route} ${id.externalId}`
  return { merchantId: id.merchantId, scope: 'snap', requestId }
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
