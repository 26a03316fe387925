/**
 * Identifiers: a visible prefix, 12 hexadecimal digits of time and 20 of randomness. The time in
 * front keeps inserts at the right edge of an index; the caller makes them, so that a statement can
 * be repeated after a lost connection (design.md 2).
 */
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

const prefixes = {
  merchant: 'mer',
  card: 'card',
  payment: 'pay',
  operation: 'op',
  notification: 'ntf',
  batch: 'bat',
  binding: 'bnd',
  /** A message about a binding. */
  bindingMessage: 'bms',
  /** Our number of a KKI call, which merchants call referenceNo. */
  reference: 'ref',
  event: 'evt',
} as const

type Kind = keyof typeof prefixes
type Id<K extends Kind> = string & { readonly idOf: K }

export type MerchantId = Id<'merchant'>
export type CardId = Id<'card'>
export type PaymentId = Id<'payment'>
export type OperationId = Id<'operation'>
export type NotificationId = Id<'notification'>
export type BatchId = Id<'batch'>
export type BindingId = Id<'binding'>
export type BindingMessageId = Id<'bindingMessage'>
export type EventId = Id<'event'>

export type Ids = { next<K extends Kind>(kind: K): Id<K> }

export function createIds(clock: Clock, random: Random): Ids {
  return {
    next: <K extends Kind>(kind: K) => {
      return `${firstIdOf(kind, clock.realNow())}${random.bytes(10).toString('hex')}` as Id<K>
    },
  }
}

/** Below every id that is made at this real time or later, above all that were made before. */
export function firstIdOf<K extends Kind>(kind: K, instant: Date): Id<K> {
  const time = Math.max(0, instant.getTime()).toString(16).padStart(12, '0')
  return `${prefixes[kind]}_${time}` as Id<K>
}
