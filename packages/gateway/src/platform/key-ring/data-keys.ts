/** Data keys wrapped and unwrapped under the root key, which comes from outside of the database. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Random } from '../../primitives/random.ts'
import type { Secret } from '../../primitives/secret.ts'
import type { DataKeyRow, KeyPurpose } from './key-ring.store.ts'
import { openWith, sealWith } from './sealing.ts'

/** Ids below 100 are the look-up key's; sealing keys count from 100 up. */
export const lookupKeyId = 1
export const firstSealingKeyId = 100

/** The root key is not the one that wrapped the keys of this database. */
export class RootKeyError extends Error {
  constructor() {
    super('the root key does not open the keys in the database: it is the key of another database')
    this.name = 'RootKeyError'
  }
}

/** A new key, wrapped. */
export function makeDataKey(
  rootKey: Secret<Buffer>,
  random: Random,
  { keyId, purpose }: Pick<DataKeyRow, 'keyId' | 'purpose'>,
): DataKeyRow {
  const wrappedKey = rootKey.reveal((root) =>
    sealWith(root, 0, wrapContext(keyId, purpose), random.bytes(32), random),
  )
  return { keyId, purpose, wrappedKey }
}

/** Key objects: a key that is bytes is imported again at every use (8.6 against 1.7 µs an HMAC). */
export function unwrapDataKey(rootKey: Secret<Buffer>, row: DataKeyRow): KeyObject {
  try {
    return rootKey.reveal((root) =>
      createSecretKey(openWith(root, wrapContext(row.keyId, row.purpose), row.wrappedKey)),
    )
  } catch {
    throw new RootKeyError()
  }
}

const wrapContext = (keyId: number, purpose: KeyPurpose) => `data_keys:${keyId}:${purpose}`
