/**
 * Sealing afresh what a closed key has sealed, for whichever table holds it. Nothing is locked
 * between reading and writing: a record that changed meanwhile is left to who changed it, so that
 * any number of rotations may run, and be killed, at once.
 */
import type { Fragment } from 'postgres'
import { bytea, type Database } from '../database/index.ts'
import { isSealedWithClosedKey, sealedInTime } from './key-ring.store.ts'

/** A column of sealed records, as its owner describes it. */
export type SealedColumn = {
  /** What a person calls the records: `stored cards`. */
  readonly name: string
  readonly table: string
  readonly column: string
  /** The columns of the primary key, all of them text. */
  readonly key: readonly string[]
  /** The context in which the owner seals the record of a key. */
  readonly contextOf: (key: readonly string[]) => string
}

/** Every column of the database that is named as one of sealed records: `[schema.]table.column`. */
export async function findSealedColumns(database: Database): Promise<string[]> {
  const rows = await database<{ place: string }[]>`
    select case when table_schema = 'public' then '' else table_schema || '.' end
      || table_name || '.' || column_name as place
    from information_schema.columns
    where column_name like 'sealed\\_%'
    order by place`
  return rows.map(({ place }) => place)
}

export type SealedRecord = { readonly key: readonly string[]; readonly sealed: Buffer }

/** How many records a closed key has sealed. */
export async function countToReseal(database: Database, place: SealedColumn): Promise<number> {
  const [row] = await database<{ count: bigint }[]>`
    select count(*) as count
    from ${database(place.table)}
    where ${isSealedWithClosedKey(database, database`${database(place.column)}`)}`
  return Number(row?.count)
}

/** The next records that a closed key has sealed, in the order of their keys. */
export async function findToReseal(
  database: Database,
  place: SealedColumn,
  options: { after: readonly string[] | undefined; limit: number },
): Promise<SealedRecord[]> {
  const { after, limit } = options
  const columns = list(
    database,
    place.key.map((name) => database`${database(name)}`),
  )
  const values = after?.map((value) => database`${value}`)
  const beyond = values ? database`(${columns}) > (${list(database, values)}) and` : database``
  return database<SealedRecord[]>`
    select array[${columns}] as key, ${database(place.column)} as sealed
    from ${database(place.table)}
    where ${beyond} ${isSealedWithClosedKey(database, database`${database(place.column)}`)}
    order by ${columns}
    limit ${limit}`
}

/** Writes records that were sealed afresh over those that they were made from. */
export async function reseal(
  database: Database,
  place: SealedColumn,
  records: readonly (SealedRecord & { readonly resealed: Buffer })[],
): Promise<void> {
  const rows = records.map(({ key, sealed, resealed }) => ({
    key,
    sealed: bytea(sealed),
    resealed: bytea(resealed),
  }))
  const isSameRow = place.key.map(
    (name, i) => database`t.${database(name)} = record.key[${i + 1}::integer] and`,
  )
  await database`
    update ${database(place.table)} t
    set ${database(place.column)} = ${sealedInTime(database, database`record.resealed`)}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
      as record(key text[], sealed bytea, resealed bytea)
    where ${isSameRow} t.${database(place.column)} = record.sealed`
}

function list(database: Database, fragments: readonly Fragment[]): Fragment {
  const parts = fragments.flatMap((one, i) => (i === 0 ? [one] : [database`,`, one]))
  return database`${parts}`
}
