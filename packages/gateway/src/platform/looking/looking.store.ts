/** What is looked at until it is decided, in one of the tables that keep such things. */
import type { MerchantId } from '../../primitives/id.ts'
import type { Database } from '../database/index.ts'

/**
 * A table of what is looked at, and the column that names a row beside its `merchant_id`. A row is open
 * while its `state` is `asked` or `unknown`; it has `look_at` (business time), `ask_until` and
 * `leased_until` (real time: what several processes must agree on) and `looks`.
 */
export type LookedAtTable = { readonly table: string; readonly idColumn: string }

/** A row that was claimed. */
export type Claimed<Id extends string> = {
  merchantId: MerchantId
  id: Id
  /** How often it was looked at before. */
  looks: number
}

/**
 * Takes open rows that nobody asks any more and nobody else looks at, and holds them until the lease
 * ends. `ask_until` keeps who asks and who looks apart.
 */
export async function claimOpen<Id extends string>(
  database: Database,
  { table, idColumn }: LookedAtTable,
  options: { now: Date; realNow: Date; leaseUntil: Date; limit: number },
): Promise<Claimed<Id>[]> {
  const id = database(idColumn)
  return database<Claimed<Id>[]>`
    update ${database(table)} one
    set leased_until = ${options.leaseUntil}
    from (
      select merchant_id, ${id} as id
      from ${database(table)}
      where state in ('asked', 'unknown') and look_at <= ${options.now}
        and ask_until <= ${options.realNow}
        and (leased_until is null or leased_until <= ${options.realNow})
      order by look_at, ${id}
      limit ${options.limit}
      for update skip locked
    ) as due
    where one.merchant_id = due.merchant_id and one.${id} = due.id
    returning one.merchant_id as "merchantId", one.${id} as id, one.looks`
}

/** When there is something to look at; what is still being asked does not count. */
export async function findNextLook(
  database: Database,
  { table }: LookedAtTable,
  realNow: Date,
): Promise<Date | undefined> {
  const [row] = await database<{ lookAt: Date | null }[]>`
    select min(look_at) as "lookAt"
    from ${database(table)}
    where state in ('asked', 'unknown') and ask_until <= ${realNow}`
  return row?.lookAt ?? undefined
}

/** The states of what is undecided. */
const openStates = ['asked', 'unknown']

/**
 * Looks again later, and lets the row go. The states are a parameter: were they written out, the planner
 * of an empty table would read all that is open by its partial index.
 */
export async function putOff(
  database: Database,
  { table, idColumn }: LookedAtTable,
  { merchantId, id }: { merchantId: MerchantId; id: string },
  lookAt: Date,
): Promise<void> {
  await database`
    update ${database(table)}
    set looks = least(looks + 1, 1000), look_at = ${lookAt}, leased_until = null
    where merchant_id = ${merchantId} and ${database(idColumn)} = ${id}
      and state = any(${openStates})`
}
