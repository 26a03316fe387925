/** Reads every row of every test database, and every log file, as text. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  connectDatabase,
  type Database,
} from '../../../packages/gateway/src/platform/database/index.ts'
import { TEST_DATABASE_PREFIX, testServer } from '../database.ts'
import { findLeaks, type Secrets } from './leak-patterns.ts'

export const notesFile = 'sensitive.jsonl'

export type Leak = { readonly where: string; readonly what: string }

export async function testDatabases(): Promise<string[]> {
  const admin = connectDatabase({ server: testServer(), max: 1 })
  try {
    const rows = await admin<{ datname: string }[]>`
      select datname
      from pg_database
      where starts_with(datname, ${TEST_DATABASE_PREFIX})
      order by datname`
    return rows.map(({ datname }) => datname)
  } finally {
    await admin.end({ timeout: 5 })
  }
}

/** The leaks of one database, and how many rows were read. */
export async function scanDatabase(
  name: string,
  secrets: Secrets,
): Promise<{ leaks: Leak[]; rows: number }> {
  const database = connectDatabase({ server: { ...testServer(), database: name }, max: 1 })
  try {
    const leaks: Leak[] = []
    let rows = 0
    for (const table of await tablesOf(database)) {
      for (const text of await rowsOf(database, table)) {
        rows += 1
        const where = `${name} ${table.schema}.${table.table}`
        leaks.push(...findLeaks(text, secrets).map((what) => ({ where, what })))
      }
    }
    return { leaks, rows }
  } finally {
    await database.end({ timeout: 5 })
  }
}

type Table = { schema: string; table: string; byteaColumns: string[] }

async function tablesOf(database: Database): Promise<Table[]> {
  return database<Table[]>`
    select table_schema as schema, table_name as table,
      coalesce(array_agg(column_name::text) filter (where data_type = 'bytea'), '{}')
        as "byteaColumns"
    from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
    group by 1, 2
    order by 1, 2`
}

/** Each row as JSON, with what stands in its binary columns as text behind it. */
async function rowsOf(database: Database, { schema, table, byteaColumns }: Table) {
  const name = database`${database(schema)}.${database(table)}`
  const binary = byteaColumns.reduce(
    (columns, column) => database`${columns}, t.${database(column)}`,
    database``,
  )
  const rows = await database<Record<string, string | Buffer | null>[]>`
    select to_jsonb(t)::text as json_of_row ${binary} from ${name} t`
  return rows.map((row) =>
    Object.values(row)
      .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : (value ?? '')))
      .join('\n'),
  )
}

/** The leaks of the log files of a folder, and which files were read. */
export function scanLogs(folder: string, secrets: Secrets): { leaks: Leak[]; files: string[] } {
  const files = readdirSync(folder).filter((file) => file !== notesFile)
  const leaks = files.flatMap((file) =>
    readFileSync(join(folder, file), 'latin1')
      .split('\n')
      .flatMap((line, index) =>
        findLeaks(line, secrets).map((what) => ({ where: `${file}:${index + 1}`, what })),
      ),
  )
  return { leaks, files }
}
