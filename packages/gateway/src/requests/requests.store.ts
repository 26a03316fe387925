import type { Fragment } from 'postgres'
import { bytea, type Database, type Transaction } from '../platform/database/index.ts'
import type { MerchantId } from '../primitives/id.ts'

export type RequestScope = 'three-d-secure' | 'transaction' | 'snap'

/** What is known of a request before its body is read. */
export type RequestClaim = {
  readonly merchantId: MerchantId
  readonly scope: RequestScope
  readonly requestId: string
  readonly route: string
  readonly bodyMac: Buffer
  readonly signatureMac: Buffer
  /** An expired holder of the same Request-Id, which this claim may replace. */
  readonly supersedes: Pick<ClaimedRequest, 'operationId' | 'invoiceNumber'> | undefined
}

export type ClaimedRequest = {
  readonly route: string
  readonly bodyMac: Buffer
  readonly signatureMac: Buffer
  readonly operationId: string
  readonly invoiceNumber: string | null
  readonly expiresAt: Date
}

export type RequestKey = Pick<RequestClaim, 'merchantId' | 'scope' | 'requestId'>

/** The holders of many Request-Ids, in the order of the keys. */
export async function findRequests(
  database: Database,
  keys: readonly RequestKey[],
): Promise<(ClaimedRequest | undefined)[]> {
  const rows = await database<(RequestKey & ClaimedRequest)[]>`
    select
      key."merchantId", key.scope, key."requestId", route, body_mac as "bodyMac", signature_mac as "signatureMac",
      operation_id as "operationId", invoice_number as "invoiceNumber", expires_at as "expiresAt"
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb)
      as key("merchantId" text, scope text, "requestId" text)
    join requests r
      on r.merchant_id = key."merchantId" and r.scope = key.scope and r.request_id = key."requestId"`
  const found = new Map(rows.map((row) => [keyText(row), row]))
  return keys.map((key) => found.get(keyText(key)))
}

/** The same text for the same row. */
export function keyText({ merchantId, scope, requestId }: RequestKey): string {
  return JSON.stringify([merchantId, scope, requestId])
}

export type NewClaim = RequestClaim & {
  readonly operationId: string
  readonly invoiceNumber: string | undefined
  readonly expiresAt: Date
}

/**
 * Claims as the first CTEs of a begin statement. `mine` has a row `operation_id` for each claim that
 * is ours: in every race the row of the winner is returned (`do nothing` and a read would return no
 * row at all), and it is ours if it carries our operation. A holder that has expired is replaced by
 * compare-and-set on its operation.
 */
export function claimRequests(
  database: Database | Transaction,
  claims: readonly NewClaim[],
): Fragment {
  const rows = claims.map(({ bodyMac, signatureMac, supersedes, ...claim }) => ({
    ...claim,
    bodyMac: bytea(bodyMac),
    signatureMac: bytea(signatureMac),
    supersedes: supersedes?.operationId,
  }))
  const pick = (column: string) => database`
    case when held.is_ours_to_replace then excluded.${database(column)}
      else requests.${database(column)} end`
  return database`
    claims as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as claim(
        "merchantId" text, scope text, "requestId" text, route text, "bodyMac" bytea,
        "signatureMac" bytea, "operationId" text, "invoiceNumber" text, "expiresAt" timestamptz,
        supersedes text)
    ),
    claimed as (
      insert into requests (
        merchant_id, scope, request_id, route, body_mac, signature_mac, operation_id,
        invoice_number, expires_at
      )
      select "merchantId", scope, "requestId", route, "bodyMac", "signatureMac", "operationId",
        "invoiceNumber", "expiresAt"
      from claims
      -- One order everywhere, so that two batches do not wait for each other.
      order by "merchantId", scope, "requestId"
      on conflict (merchant_id, scope, request_id) do update set
        (route, body_mac, signature_mac, invoice_number, expires_at, operation_id) = (
          select ${pick('route')}, ${pick('body_mac')}, ${pick('signature_mac')},
            ${pick('invoice_number')}, ${pick('expires_at')}, ${pick('operation_id')}
          from (
            select exists (
              select 1 from claims
              where "operationId" = excluded.operation_id and supersedes = requests.operation_id
            ) as is_ours_to_replace
          ) as held
        )
      returning operation_id
    ),
    mine as (
      select operation_id from claimed join claims on "operationId" = operation_id
    )`
}
