/** The key ring (ring.ts) and the rotation of its keys (rotation.ts). */
export { RootKeyError } from './data-keys.ts'
export { sealedInTime } from './key-ring.store.ts'
export type { SealedColumn } from './resealing.store.ts'
export { isSealedTooLate, type KeyRing, type KeyRingDeps, openKeyRing } from './ring.ts'
export { type RotationEvent, rotateKeys } from './rotation.ts'
