/**
 * The key ring: seals what must not be readable at rest, and makes keyed fingerprints for look-ups.
 * Two levels: data keys are rows, wrapped under one root key that comes from outside the database
 * (environment or file in live mode, data folder in the sandbox). Every sealed record names its
 * key, so several sealing keys can be alive at once; the newest seals. The look-up key is never
 * rotated: fingerprints must stay comparable.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Clock } from '../../primitives/clock.ts'
import type { Random } from '../../primitives/random.ts'
import type { Secret } from '../../primitives/secret.ts'
import type { Database } from '../database/index.ts'
import { addDataKey, type DataKeyRow, findDataKeys, type KeyPurpose } from './key-ring.store.ts'
import { keyIdOf, openWith, sealWith } from './sealing.ts'

export type KeyRing = {
  /** Seals bytes for one context (table, owner, row); opens only with the same context. */
  seal(context: string, plain: Buffer): Buffer
  /** Opens a record. Another process may have added its key: then the ring is read again. */
  open(context: string, sealed: Buffer): Promise<Buffer>
  /** Keyed 32-byte fingerprint of a value for one purpose. */
  fingerprint(purpose: string, value: string | Uint8Array): Buffer
}

/** The root key is not the one that wrapped the keys of this database. */
export class RootKeyError extends Error {
  constructor() {
    super('the root key does not open the keys in the database: it is the key of another database')
    this.name = 'RootKeyError'
  }
}

/** Ids below 100 are the look-up key's; sealing keys count from 100 up. */
const lookupKeyId = 1
const firstSealingKeyId = 100
const wrapContext = (keyId: number, purpose: KeyPurpose) => `data_keys:${keyId}:${purpose}`

/**
 * Reads the ring, making the first keys where there are none.
 * @throws RootKeyError where the root key does not open the stored keys
 */
export async function openKeyRing(deps: {
  database: Database
  rootKey: Secret<Buffer>
  clock: Clock
  random: Random
}): Promise<KeyRing> {
  const { database, rootKey, clock, random } = deps
  const wrap = (keyId: number, purpose: KeyPurpose) => ({
    keyId,
    purpose,
    wrappedKey: rootKey.reveal((root) =>
      sealWith(root, 0, wrapContext(keyId, purpose), random.bytes(32), random),
    ),
    createdAt: clock.realNow(),
  })
  const unwrap = (row: DataKeyRow) => {
    try {
      return rootKey.reveal((root) =>
        createSecretKey(openWith(root, wrapContext(row.keyId, row.purpose), row.wrappedKey)),
      )
    } catch {
      throw new RootKeyError()
    }
  }
  // Key objects: a key that is bytes is imported again at every use (8.6 against 1.7 µs an HMAC).
  let keys = new Map<number, KeyObject>()
  const read = async () => {
    const rows = await findDataKeys(database)
    keys = new Map(rows.map((row) => [row.keyId, unwrap(row)]))
  }

  await read()
  // Each is added unless it is there: another process, or a start that died, may be between them.
  if (!keys.has(lookupKeyId) || !keys.has(firstSealingKeyId)) {
    await addDataKey(database, wrap(lookupKeyId, 'lookup'))
    await addDataKey(database, wrap(firstSealingKeyId, 'sealing'))
    await read()
  }
  const keyOf = (keyId: number) => {
    const key = keys.get(keyId)
    if (!key) throw new Error(`no data key ${keyId}`)
    return key
  }

  return {
    seal: (context, plain) => {
      const newest = Math.max(...keys.keys())
      return sealWith(keyOf(newest), newest, context, plain, random)
    },
    open: async (context, sealed) => {
      const keyId = keyIdOf(sealed)
      if (!keys.has(keyId)) await read()
      return openWith(keyOf(keyId), context, sealed)
    },
    fingerprint: (purpose, value) =>
      createHmac('sha256', keyOf(lookupKeyId)).update(`${purpose}\0`).update(value).digest(),
  }
}
