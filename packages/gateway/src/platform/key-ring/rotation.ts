/**
 * The rotation: another key seals, and everything that older keys sealed is sealed afresh while the
 * gateways serve. Where it stands is in the rows of the keys alone, so it can be killed anywhere and
 * started again, and several may run at once.
 *
 *   add     a newer key; every gateway learns of it within `ringAgeMs`
 *   close   the older ones: from then on no statement writes what they sealed (`sealedInTime`)
 *   wait    for the transactions that began before and may not have seen that
 *   reseal  what they sealed, until nothing is left
 *   erase   them; only now, because what they sealed could not be opened any more
 */
import { sleep } from '../../primitives/clock.ts'
import { type Database, retrying } from '../database/index.ts'
import { firstSealingKeyId, makeDataKey, unwrapDataKey } from './data-keys.ts'
import {
  addDataKey,
  closeKeysBefore,
  eraseKeys,
  findClosedKeys,
  findDataKeys,
  findOpenTransactions,
} from './key-ring.store.ts'
import {
  countToReseal,
  findSealedColumns,
  findToReseal,
  reseal,
  type SealedColumn,
  type SealedRecord,
} from './resealing.store.ts'
import { isSealedTooLate, type KeyRing, type KeyRingDeps, openKeyRing, ringAgeMs } from './ring.ts'

export type RotationEvent =
  /** `isResumed`: an earlier rotation was not finished, or another runs; no key was added. */
  | { readonly kind: 'started'; readonly keyId: number; readonly isResumed: boolean }
  /** Others must learn of the key, or end what they began before. */
  | { readonly kind: 'waiting'; readonly for: 'gateways' | 'transactions' }
  | {
      readonly kind: 'progress'
      readonly name: string
      readonly done: number
      readonly total: number
    }
  | { readonly kind: 'finished'; readonly erased: readonly number[] }

export type RotationDeps = KeyRingDeps & {
  /** Every column that holds sealed records; what only the sandbox has is passed over without it. */
  readonly columns: readonly SealedColumn[]
  readonly report: (event: RotationEvent) => void
  /** Between adding a key and closing the older ones. */
  readonly learningMs?: number
}

/**
 * A gateway knows of the key after one `ringAgeMs`; what it sealed before is written after the time
 * of one request, for which there are four more. Who takes longer is refused, and may ask again.
 */
const usualLearningMs = 5 * ringAgeMs
/** A batch is written within some 10 ms, for which its rows are locked. */
const batchSize = 200

export async function rotateKeys(deps: RotationDeps): Promise<void> {
  const { database, clock, report } = deps
  const columns = await columnsToReseal(deps)
  const keyId = await startRotation(deps)
  const olderKeys = await findOlderSealingKeys(database, keyId)
  if (olderKeys.some(({ isClosed }) => !isClosed)) {
    report({ kind: 'waiting', for: 'gateways' })
    await sleep(clock, deps.learningMs ?? usualLearningMs)
    await closeKeysBefore(database, keyId, clock.realNow())
  }
  const closed = await findClosedKeys(database)
  await othersEnd(deps)
  for (const column of columns) await resealColumn(deps, column)
  await eraseKeys(database, closed, clock.realNow())
  report({ kind: 'finished', erased: closed })
}

/** A column that nobody named would be lost with the key: then nothing is begun. */
async function columnsToReseal({ database, columns }: RotationDeps) {
  const placeOf = ({ table, column }: SealedColumn) => `${table}.${column}`
  const places = await findSealedColumns(database)
  const unnamed = places.filter((place) => !columns.some((column) => placeOf(column) === place))
  if (unnamed.length > 0) throw new Error(`nobody seals afresh ${unnamed.join(', ')}`)
  return columns.filter((column) => places.includes(placeOf(column)))
}

/** Adds the next key, unless a rotation is under way; the id of the newest. */
async function startRotation(deps: RotationDeps): Promise<number> {
  const { database, rootKey, random, clock, report } = deps
  const before = await sealingKeysOf(database)
  const isResumed = before.length > 1
  // Also where it is not needed: that the root key is the right one must be known before a key is
  // wrapped under it.
  for (const row of before) unwrapDataKey(rootKey, row)
  if (!isResumed) {
    const keyId = (before.at(-1)?.keyId ?? firstSealingKeyId) + 1
    const key = makeDataKey(rootKey, random, { keyId, purpose: 'sealing' })
    await addDataKey(database, { ...key, createdAt: clock.realNow() })
  }
  const newest = (await sealingKeysOf(database)).at(-1)
  if (!newest) throw new Error('the database has no sealing key')
  report({ kind: 'started', keyId: newest.keyId, isResumed })
  return newest.keyId
}

async function sealingKeysOf(database: Database) {
  const keys = await findDataKeys(database)
  return keys.filter(({ purpose }) => purpose === 'sealing')
}

async function findOlderSealingKeys(database: Database, keyId: number) {
  const closed = await findClosedKeys(database)
  const older = (await sealingKeysOf(database)).filter((key) => key.keyId < keyId)
  return older.map((key) => ({ keyId: key.keyId, isClosed: closed.includes(key.keyId) }))
}

/** Waits for the transactions that are open now; a later one sees that the keys are closed. */
async function othersEnd({ database, clock, report }: RotationDeps): Promise<void> {
  let open = await findOpenTransactions(database)
  for (let looks = 0; open.length > 0; looks++) {
    // Statements take milliseconds; a person is told of what does not end.
    if (looks === 50) report({ kind: 'waiting', for: 'transactions' })
    await sleep(clock, 20)
    const now = await findOpenTransactions(database)
    open = open.filter((transaction) => now.includes(transaction))
  }
}

/** Seals a column's records afresh until none is left of a closed key. */
async function resealColumn(deps: RotationDeps, column: SealedColumn): Promise<void> {
  const { database, report } = deps
  const { name } = column
  let done = 0
  for (;;) {
    // One that knows the newest key: its own, or of a later rotation that this process slept through.
    const keyRing = await openKeyRing(deps)
    const left = await countToReseal(database, column)
    const total = done + left
    report({ kind: 'progress', name, done, total })
    if (left === 0) return
    let after: readonly string[] | undefined
    for (;;) {
      const records = await findToReseal(database, column, { after, limit: batchSize })
      if (records.length === 0) break
      await resealBatch(deps, keyRing, column, records)
      after = records.at(-1)?.key
      done += records.length
      report({ kind: 'progress', name, done: Math.min(done, total), total })
    }
  }
}

async function resealBatch(
  { database, clock, random }: RotationDeps,
  keyRing: KeyRing,
  column: SealedColumn,
  records: readonly SealedRecord[],
): Promise<void> {
  const resealed: Parameters<typeof reseal>[2][number][] = []
  for (const record of records) {
    const context = column.contextOf(record.key)
    const plain = await keyRing.open(context, record.sealed)
    resealed.push({ ...record, resealed: keyRing.seal(context, plain) })
  }
  try {
    await retrying(() => reseal(database, column, resealed), {
      sleep: (milliseconds) => sleep(clock, milliseconds),
      random,
    })
  } catch (error) {
    // The next rotation has closed the key since. What was not written is found again.
    if (!isSealedTooLate(error)) throw error
  }
}
