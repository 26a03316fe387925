import type { Fragment } from 'postgres'
import type { Database } from './connect.ts'

/** Statements of others as further CTEs of a statement, each behind a comma. */
export function asFurtherCtes(database: Database, statements: readonly Fragment[]): Fragment {
  const ctes = statements.map(
    (statement, i) => database`, ${database(`further_${i + 1}`)} as (${statement})`,
  )
  // An empty list is a parameter to the driver, and no fragment.
  return ctes.length > 0 ? database`${ctes}` : database``
}
