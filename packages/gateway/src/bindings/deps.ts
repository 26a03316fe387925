import type { Merchant } from '../merchants/index.ts'
import type { KkiOutcome, KkiSwitch, NetworkReferences } from '../networks/kki-switch/contract.ts'
import type { Database } from '../platform/database/index.ts'
import type { KeyRing } from '../platform/key-ring/index.ts'
import type { Log } from '../platform/log/index.ts'
import { type Clock, later, withDeadline } from '../primitives/clock.ts'
import type { Ids } from '../primitives/id.ts'
import type { Random } from '../primitives/random.ts'
import type { Binding, BindingMessage, MessageOfBinding } from './binding.ts'
import type { BindingMessageKind } from './machine.ts'
import type { BindingAnnouncement } from './stores/announcement.ts'

export type BindingDeps = {
  readonly database: Database
  readonly kkiSwitch: KkiSwitch
  readonly keyRing: KeyRing
  /** The numbers of the next message of a terminal. */
  readonly traceNumbers: {
    next(terminal: { acquirerId: string; tid: string }, at: Date): Promise<NetworkReferences>
  }
  readonly merchants: { find(merchantId: Binding['merchantId']): Promise<Merchant | undefined> }
  /** What is told of a binding that was bound or has failed. */
  readonly announce: BindingAnnouncement
  /** What is told of a card whose last token has ended. */
  readonly announceUnbound: BindingAnnouncement
  /** Something was written that background work takes up. */
  readonly onChanged: () => void
  readonly clock: Clock
  readonly log: Log
  readonly ids: Ids
  readonly random: Random
  /** Repeats a repeatable statement that lost against another, or lost its connection. */
  readonly repeat: <T>(work: () => Promise<T>) => Promise<T>
  readonly askDeadlineMs: number
  readonly requestLifetimeMs: number
}

/** How long after its deadline a lost answer is left alone: the switch may be about to answer. */
export const quietMs = 2_000

/** A message that is about to be asked, and when the resolver looks at it first. */
export async function newMessage(
  deps: BindingDeps,
  terminal: Pick<Binding, 'acquirerId' | 'tid'>,
  kind: BindingMessageKind,
): Promise<{ message: BindingMessage; lookAt: Date }> {
  const { clock, askDeadlineMs } = deps
  const now = clock.now()
  const message: BindingMessage = {
    messageId: deps.ids.next('bindingMessage'),
    kind,
    state: 'asked',
    references: await deps.traceNumbers.next(terminal, now),
    askUntil: later(clock.realNow(), askDeadlineMs),
    responseCode: undefined,
    createdAt: now,
  }
  return { message, lookAt: later(now, askDeadlineMs + quietMs) }
}

/** Asks until the message's deadline. Nobody sends after it: what overslept is for the resolver. */
export async function askInTime(
  { clock }: Pick<BindingDeps, 'clock'>,
  { askUntil }: BindingMessage,
  ask: (deadline: AbortSignal) => Promise<KkiOutcome>,
): Promise<KkiOutcome> {
  const timeLeft = askUntil.getTime() - clock.realNow().getTime()
  if (timeLeft <= 0) return { kind: 'unknown', reason: 'too late to ask' }
  return withDeadline(clock, timeLeft, ask)
}

/** What every message about a binding says; `subMerchantId` is the merchant's Client-Id. */
export function messageOf({ binding, message }: MessageOfBinding, subMerchantId: string) {
  return {
    references: message.references,
    mid: binding.mid,
    tid: binding.tid,
    subMerchantId,
    partnerReferenceNo: binding.partnerReferenceNo,
    custIdMerchant: binding.custIdMerchant,
  }
}
