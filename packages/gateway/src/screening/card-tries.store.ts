/**
 * Tries of cards. A try is written and committed before it is counted: of tries that come at once
 * the n-th that commits sees the n-1 before it, so that never more of them pass than the rule says,
 * in how many processes ever. The price: of tries that come at the very same time some may see later
 * ones too, and be too many although they were not; never fewer.
 */
import type { Database } from '../platform/database/index.ts'
import type { MerchantId, OperationId } from '../primitives/id.ts'

export type CardTry = {
  readonly merchantId: MerchantId
  readonly operationId: OperationId
  readonly hashedCardNumber: string
  readonly at: Date
  /** Counted no further than one above it. */
  readonly most: number
}

const windowMs = 3_600_000

/** For each try that is written some that are too old go: more than come, and few enough to wait for. */
const forgottenForOne = 5

/** Writes tries; repeatable. */
export async function keepTries(database: Database, tries: readonly CardTry[]): Promise<void> {
  const newest = Math.max(...tries.map(({ at }) => at.getTime()))
  await database`
    with forgotten as (
      delete from card_tries old
      using (
        select merchant_id, operation_id
        from card_tries
        where tried_at <= ${new Date(newest - windowMs)}
        order by tried_at
        limit ${tries.length * forgottenForOne}
        -- What another statement forgets already is not waited for.
        for update skip locked
      ) as too_old
      where old.merchant_id = too_old.merchant_id and old.operation_id = too_old.operation_id
    )
    insert into card_tries (merchant_id, operation_id, hashed_card_number, tried_at)
    select "merchantId", "operationId", "hashedCardNumber", at
    from ${given(database, tries)}
    order by "merchantId", "operationId"
    on conflict (merchant_id, operation_id) do nothing`
}

/** How often each card was tried by its merchant within the hour, these tries too. */
export async function countTries(database: Database, tries: readonly CardTry[]): Promise<number[]> {
  const rows = await database<{ operationId: OperationId; count: bigint }[]>`
    select given."operationId", tried.count
    from ${given(database, tries)}
    cross join lateral (
      select count(*) as count
      from (
        select 1
        from card_tries
        where hashed_card_number = given."hashedCardNumber" and merchant_id = given."merchantId"
          and tried_at > given.at - interval '1 hour'
        limit given.most + 1
      ) as counted
    ) as tried`
  const counts = new Map(rows.map((row) => [row.operationId, Number(row.count)]))
  return tries.map(({ operationId }) => counts.get(operationId) ?? 0)
}

function given(database: Database, tries: readonly CardTry[]) {
  return database`
    jsonb_to_recordset(${JSON.stringify(tries)}::text::jsonb) as given(
      "merchantId" text, "operationId" text, "hashedCardNumber" text, at timestamptz, most integer)`
}
