import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { MerchantId } from '../primitives/id.ts'

export type RequestScope = 'three-d-secure' | 'transaction'

/** What is known of a request before its body is read. */
export type RequestClaim = {
  readonly merchantId: MerchantId
  readonly scope: RequestScope
  readonly requestId: string
  readonly route: string
  readonly bodyMac: Buffer
  readonly signatureMac: Buffer
  /** An expired holder of the same Request-Id, which this claim may replace. */
  readonly supersedes: ClaimedRequest | undefined
}

export type ClaimedRequest = {
  readonly route: string
  readonly bodyMac: Buffer
  readonly signatureMac: Buffer
  readonly operationId: string
  readonly invoiceNumber: string | null
  readonly expiresAt: Date
}

export async function findRequest(
  database: Database,
  key: { merchantId: MerchantId; scope: RequestScope; requestId: string },
): Promise<ClaimedRequest | undefined> {
  const [row] = await database<ClaimedRequest[]>`
    select
      route, body_mac as "bodyMac", signature_mac as "signatureMac",
      operation_id as "operationId", invoice_number as "invoiceNumber", expires_at as "expiresAt"
    from requests
    where merchant_id = ${key.merchantId} and scope = ${key.scope} and request_id = ${key.requestId}`
  return row
}

/**
 * The claim as a part of a begin statement: returns one row `operation_id`, the holder's, in every
 * race (`do nothing` and a read would return no row at all). It is ours if it carries our
 * operation. A holder that has expired is replaced by compare-and-set on its operation.
 */
export function claimRequest(
  database: Database,
  claim: RequestClaim,
  began: { operationId: string; invoiceNumber: string | null; expiresAt: Date },
): Fragment {
  const replaced = claim.supersedes?.operationId ?? ''
  const pick = (column: string) => database`
    ${database(column)} = case when requests.operation_id = ${replaced}
      then excluded.${database(column)} else requests.${database(column)} end`
  return database`
    insert into requests (
      merchant_id, scope, request_id, route, body_mac, signature_mac, operation_id,
      invoice_number, expires_at
    ) values (
      ${claim.merchantId}, ${claim.scope}, ${claim.requestId}, ${claim.route}, ${claim.bodyMac},
      ${claim.signatureMac}, ${began.operationId}, ${began.invoiceNumber}, ${began.expiresAt}
    )
    on conflict (merchant_id, scope, request_id) do update set
      ${pick('route')}, ${pick('body_mac')}, ${pick('signature_mac')}, ${pick('invoice_number')},
      ${pick('expires_at')}, ${pick('operation_id')}
    returning operation_id`
}
