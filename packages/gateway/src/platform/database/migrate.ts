/**
 * Brings a database to the schema of this code: numbered SQL files (`0001-name.sql`), forward only,
 * each in a transaction of its own together with its record. Any number of processes may call it at
 * once; one works, the others wait and then find nothing to do. A file that has been applied never
 * changes.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReservedSql } from 'postgres'
import type { Database } from './connect.ts'

export type MigrateOptions = {
  /** The table that records applied files; each directory needs its own. */
  readonly appliedTable?: string
}

export class MigrationError extends Error {}

type Migration = { number: number; name: string; text: string; checksum: string }
type Connection = ReservedSql<{ bigint: bigint }>

/** Any number that nobody else locks: the bytes of `gerbang`. */
const LOCK = 0x67_65_72_62_61_6e_67n

/** Returns the names of the files it applied. */
export async function migrate(
  database: Database,
  directory: string,
  { appliedTable = 'migrations' }: MigrateOptions = {},
): Promise<readonly string[]> {
  const migrations = readMigrations(directory)
  // The lock belongs to a session, so everything happens on this one connection.
  const connection = await database.reserve()
  try {
    await connection`select pg_advisory_lock(${LOCK}::bigint)`
    try {
      await makeAppliedTable(connection, appliedTable)
      const pending = await findPending(connection, appliedTable, migrations)
      for (const migration of pending) await apply(connection, appliedTable, migration)
      return pending.map((migration) => migration.name)
    } finally {
      // A connection that is lost has lost its lock too; the first error is the one to tell.
      await connection`select pg_advisory_unlock(${LOCK}::bigint)`.catch(() => {})
    }
  } finally {
    connection.release()
  }
}

function readMigrations(directory: string): readonly Migration[] {
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter((name) => name.endsWith('.sql'))
  const migrations = names.sort().map((name) => {
    const [, number] = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name) ?? []
    if (number === undefined) {
      throw new MigrationError(`${join(directory, name)} is not named like 0001-what-it-does.sql.`)
    }
    // Git may check out other line ends on another machine; that is no change.
    const text = readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n')
    const checksum = createHash('sha256').update(text).digest('hex')
    return { number: Number(number), name, text, checksum }
  })
  for (const [index, migration] of migrations.entries()) {
    const previous = migrations[index - 1]
    if (previous?.number === migration.number) {
      throw new MigrationError(`${previous.name} and ${migration.name} have the same number.`)
    }
  }
  return migrations
}

async function makeAppliedTable(connection: Connection, table: string) {
  const [found] = await connection`select to_regclass(${table}) is not null as exists`
  if (found?.['exists']) return
  await connection`
    create table if not exists ${connection(table)} (
      number integer primary key,
      name text not null,
      checksum text not null
    )`
}

async function findPending(connection: Connection, table: string, known: readonly Migration[]) {
  const applied = await connection<{ number: number; name: string; checksum: string }[]>`
    select number, name, checksum
    from ${connection(table)}
    order by number`
  for (const { number, name, checksum } of applied) {
    const file = known.find((migration) => migration.number === number)
    if (file === undefined) {
      throw new MigrationError(
        `The database has migration ${name}, which this version of the gateway does not ` +
          'know. Start the newer version.',
      )
    }
    if (file.checksum !== checksum) {
      throw new MigrationError(
        `${file.name} was changed after it was applied. Restore it and put the change into a ` +
          'new file.',
      )
    }
  }
  const last = applied.at(-1)?.number ?? 0
  const pending = known.filter(({ number }) => !applied.some((row) => row.number === number))
  const late = pending.find(({ number }) => number < last)
  if (late !== undefined) {
    throw new MigrationError(
      `${late.name} is new, but a later migration is already applied. Give it a number above ` +
        `${last}.`,
    )
  }
  return pending
}

async function apply(connection: Connection, table: string, migration: Migration) {
  const { number, name, text, checksum } = migration
  await connection`begin`
  try {
    // Without parameters, so that one file may hold several statements.
    await connection.unsafe(text)
    await connection`
      insert into ${connection(table)} (number, name, checksum)
      values (${number}, ${name}, ${checksum})`
    await connection`commit`
  } catch (error) {
    await connection`rollback`.catch(() => {})
    const message = error instanceof Error ? error.message : String(error)
    throw new MigrationError(`${name} failed and was rolled back: ${message}`, { cause: error })
  }
}
