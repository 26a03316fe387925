/** Between the contract's messages and the book's entries. Pure. */
import type { KeyRing } from '../../../platform/key-ring/index.ts'
import { maskCardNumber } from '../../../primitives/card-number.ts'
import type { Money } from '../../../primitives/money.ts'
import type { Secret } from '../../../primitives/secret.ts'
import type { InquireCommand, KkiOutcome, MessageKind } from '../contract.ts'
import { codes } from '../response-codes.ts'
import type { BookEntry, Decision } from './book.store.ts'

export type Message = Omit<InquireCommand, 'original'>

type Undecided = Omit<BookEntry, 'responseCode' | 'approvalCode'>

/** What every message writes down of itself; its decision is still to come. */
export function entryOf(
  kind: MessageKind | 'inquiry' | 'reversal',
  message: Message & { readonly amount?: Money | undefined },
): Undecided {
  const { references, mid, tid, subMerchantId, partnerReferenceNo, custIdMerchant } = message
  return {
    mid,
    tid,
    subMerchantId,
    kind,
    partnerReferenceNo,
    custIdMerchant,
    amountMinor: message.amount?.minor,
    stan: references.stan,
    rrn: references.rrn,
  }
}

/** An inquiry or a reversal: taken, whatever it is about. */
export function aboutOf(kind: 'inquiry' | 'reversal', command: InquireCommand) {
  const { original } = command
  const entry = entryOf(kind, { ...command, amount: original.amount })
  return { ...entry, original, responseCode: codes.approved, approvalCode: null }
}

/** An entry that is refused, whatever it was to be; nothing is waited for. */
export function refused<T extends BookEntry>(entry: T, responseCode: string): T {
  const { decidedBy: _, otpExpiresAt: __, ...rest } = entry
  return { ...rest, responseCode, approvalCode: null } as T
}

/** How the book knows a card: by its mask, and for comparison by a keyed fingerprint. */
export function cardOf(keyRing: Pick<KeyRing, 'fingerprint'>, cpan: Secret<string>) {
  return cpan.reveal((digits) => ({
    mask: maskCardNumber(digits),
    fingerprint: keyRing.fingerprint('kki-simulator-card', digits),
  }))
}

/** How the book knows a one-time token: it is good for one card. */
export function fingerprintOfToken(
  keyRing: Pick<KeyRing, 'fingerprint'>,
  cpan: Secret<string>,
  ott: Secret<string>,
): Buffer {
  const together = cpan.reveal((card) => ott.reveal((token) => `${card} ${token}`))
  return keyRing.fingerprint('kki-simulator-ott', together)
}

export function toOutcome(decision: Decision): Exclude<KkiOutcome, { kind: 'unknown' }> {
  const { responseCode, approvalCode, decidedBy } = decision
  if (responseCode === null) {
    if (!decidedBy) throw new Error('an entry is pending for ever')
    return { kind: 'pending', decidedBy }
  }
  if (approvalCode === null) return { kind: 'refused', responseCode }
  const otpExpiresAt = decision.otpExpiresAt ?? undefined
  const account = decision.account ?? undefined
  return { kind: 'approved', responseCode, approvalCode, otpExpiresAt, account }
}
