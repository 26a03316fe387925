import { type Database, inTransaction } from '../../../platform/database/index.ts'
import { sealedInTime } from '../../../platform/key-ring/index.ts'

export type ExplanationRow = {
  readonly requestId: string
  readonly cause: string
  readonly refusedAt: Date
  readonly sealedExplanation: Buffer
}

/** What a reset empties. */
export const explanationTables = ['sandbox.explanations']

/**
 * Keeps an explanation in the place of an earlier one of the same Request-Id, and of the others the
 * newest, so that there are no more than `mostKept`.
 */
export async function keepExplanation(
  database: Database,
  row: ExplanationRow,
  mostKept: number,
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    // A lock on the table, or a slow disk, must not keep the connection from those who pay.
    await transaction`
      select set_config('lock_timeout', '500ms', true), set_config('statement_timeout', '1s', true)`
    const sealed = sealedInTime(database, database`${row.sealedExplanation}::bytea`)
    await transaction`
      with forgotten as (
        delete from sandbox.explanations
        where request_id <> ${row.requestId}
          and explanation_number <= (
            select explanation_number
            from sandbox.explanations
            order by explanation_number desc
            offset ${mostKept - 1} limit 1)
      )
      insert into sandbox.explanations (request_id, cause, refused_at, sealed_explanation)
      values (${row.requestId}, ${row.cause}, ${row.refusedAt}, ${sealed})
      on conflict (request_id) do update
      set explanation_number = default, cause = excluded.cause, refused_at = excluded.refused_at,
        sealed_explanation = excluded.sealed_explanation`
  })
}

export async function findSealedExplanation(
  database: Database,
  requestId: string,
): Promise<Buffer | undefined> {
  const [row] = await database<{ sealedExplanation: Buffer }[]>`
    select sealed_explanation as "sealedExplanation"
    from sandbox.explanations
    where request_id = ${requestId}`
  return row?.sealedExplanation
}

/** The last refusals, newest first. */
export async function findLatestCauses(
  database: Database,
  limit: number,
): Promise<Omit<ExplanationRow, 'sealedExplanation'>[]> {
  return database<Omit<ExplanationRow, 'sealedExplanation'>[]>`
    select request_id as "requestId", cause, refused_at as "refusedAt"
    from sandbox.explanations
    order by explanation_number desc
    limit ${limit}`
}
