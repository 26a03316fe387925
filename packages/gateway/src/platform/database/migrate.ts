/**
 * Brings a database to the schema of this code: numbered SQL files (`0001-name.sql`), forward only,
 * each in a transaction of its own together with its record. Any number of processes may call it at
 * once: they wait for each other, and each file is applied by one of them. A file that has been
 * applied never changes.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database, Transaction } from './connect.ts'
import { inTransaction } from './transaction.ts'

export type MigrateOptions = {
  /** The table that records applied files; each directory needs its own. */
  readonly appliedTable?: string
}

export class MigrationError extends Error {}

type Migration = { number: number; name: string; text: string; checksum: string }

/** Any number that nobody else locks: the bytes of `gerbang`. */
const LOCK = 0x67_65_72_62_61_6e_67n

/** Returns the names of the files that this call applied, when all are applied. */
export async function migrate(
  database: Database,
  directory: string,
  { appliedTable = 'migrations' }: MigrateOptions = {},
): Promise<readonly string[]> {
  const migrations = readMigrations(directory)
  const applied: string[] = []
  let next: string | undefined
  do {
    next = await inTransaction(database, async (transaction) => {
      await transaction`select pg_advisory_xact_lock(${LOCK}::bigint)`
      await makeAppliedTable(transaction, appliedTable)
      const [pending] = await findPending(transaction, appliedTable, migrations)
      if (pending) await apply(transaction, appliedTable, pending)
      return pending?.name
    })
    if (next !== undefined) applied.push(next)
  } while (next !== undefined)
  return applied
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

async function makeAppliedTable(transaction: Transaction, table: string) {
  const [found] = await transaction`select to_regclass(${table}) is not null as exists`
  if (found?.['exists']) return
  await transaction`
    create table if not exists ${transaction(table)} (
      number integer primary key,
      name text not null,
      checksum text not null
    )`
}

async function findPending(transaction: Transaction, table: string, known: readonly Migration[]) {
  const applied = await transaction<{ number: number; name: string; checksum: string }[]>`
    select number, name, checksum
    from ${transaction(table)}
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

async function apply(transaction: Transaction, table: string, migration: Migration) {
  const { number, name, text, checksum } = migration
  try {
    // Without parameters, so that one file may hold several statements.
    await transaction.unsafe(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new MigrationError(`${name} failed and was rolled back: ${message}`, { cause: error })
  }
  await transaction`
    insert into ${transaction(table)} (number, name, checksum)
    values (${number}, ${name}, ${checksum})`
}
