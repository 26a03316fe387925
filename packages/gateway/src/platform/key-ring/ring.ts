/**
 * The key ring: seals what must not be readable at rest, and makes keyed fingerprints for look-ups.
 * Two levels: data keys are rows, wrapped under one root key that comes from outside the database
 * (environment or file in live mode, data folder in the sandbox). Every sealed record names its
 * key, so several sealing keys can be alive at once; the newest seals, and a rotation (rotation.ts)
 * replaces it. The look-up key is never rotated: fingerprints must stay comparable.
 */
import { createHmac, type KeyObject } from 'node:crypto'
import type { Clock } from '../../primitives/clock.ts'
import type { Random } from '../../primitives/random.ts'
import type { Secret } from '../../primitives/secret.ts'
import type { Database } from '../database/index.ts'
import { firstSealingKeyId, lookupKeyId, makeDataKey, unwrapDataKey } from './data-keys.ts'
import { addDataKey, findDataKeys } from './key-ring.store.ts'
import { keyIdOf, openWith, sealWith } from './sealing.ts'

export type KeyRing = {
  /**
   * Seals bytes for one context (table, owner, row); opens only with the same context. Who writes the
   * record puts it through `sealedInTime`.
   */
  seal(context: string, plain: Buffer): Buffer
  /** Opens a record; from time to time it looks whether there is a new key. */
  open(context: string, sealed: Buffer): Promise<Buffer>
  /** Keyed 32-byte fingerprint of a value for one purpose. */
  fingerprint(purpose: string, value: string | Uint8Array): Buffer
}

export type KeyRingDeps = {
  readonly database: Database
  readonly rootKey: Secret<Buffer>
  readonly clock: Clock
  readonly random: Random
}

/**
 * How long a process believes that its newest key is the newest of all. Every request opens its
 * merchant's secret before anything is sealed, so what is sealed is sealed by a ring of this age.
 */
export const ringAgeMs = 1_000

/**
 * Reads the ring, making the first keys where there are none.
 * @throws RootKeyError where the root key does not open the stored keys
 */
export async function openKeyRing(deps: KeyRingDeps): Promise<KeyRing> {
  const { database, rootKey, clock, random } = deps
  const keys = new Map<number, KeyObject>()
  let newest = 0
  let readAt = 0
  let reading: Promise<void> | undefined

  const readRows = async () => {
    const startedAt = clock.realNow().getTime()
    // A key that was erased is kept here: its last records may have been read before, to be opened
    // now.
    for (const row of await findDataKeys(database)) {
      if (!keys.has(row.keyId)) keys.set(row.keyId, unwrapDataKey(rootKey, row))
      newest = Math.max(newest, row.keyId)
    }
    readAt = startedAt
  }
  /** Together with whoever reads already. */
  const read = () => {
    reading ??= readRows().finally(() => {
      reading = undefined
    })
    return reading
  }
  const isOld = () => Math.abs(clock.realNow().getTime() - readAt) > ringAgeMs

  await read()
  // Each is added unless it is there: another process, or a start that died, may be between them.
  if (newest < firstSealingKeyId) {
    for (const key of [
      { keyId: lookupKeyId, purpose: 'lookup' },
      { keyId: firstSealingKeyId, purpose: 'sealing' },
    ] as const) {
      const row = makeDataKey(rootKey, random, key)
      await addDataKey(database, { ...row, createdAt: clock.realNow() })
    }
    await readRows()
  }
  const keyOf = (keyId: number) => {
    const key = keys.get(keyId)
    if (!key) throw new Error(`no data key ${keyId}`)
    return key
  }

  return {
    seal: (context, plain) => sealWith(keyOf(newest), newest, context, plain, random),
    open: async (context, sealed) => {
      const keyId = keyIdOf(sealed)
      if (isOld()) await read()
      // A reading that was under way may have begun before the key was there.
      if (!keys.has(keyId)) await readRows()
      return openWith(keyOf(keyId), context, sealed)
    },
    fingerprint: (purpose, value) =>
      createHmac('sha256', keyOf(lookupKeyId)).update(`${purpose}\0`).update(value).digest(),
  }
}

/**
 * Whether a statement was aborted because what it would keep was sealed with a closed key: its
 * process slept for seconds, or had no connection. Nothing was done.
 */
export function isSealedTooLate(error: unknown): boolean {
  const { code, column_name: column } = error as { code?: string; column_name?: string }
  return code === notNullViolation && column !== undefined && column.startsWith('sealed_')
}

const notNullViolation = '23502'
