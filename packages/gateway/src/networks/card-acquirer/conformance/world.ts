/** What a connector's test hands to the suite, and the words in which the suite's cases are told. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type Money, money } from '../../../primitives/money.ts'
import type {
  AcquirerOutcome,
  CardAcquirer,
  FollowUpCommand,
  MessageKind,
  NetworkReferences,
  SaleCommand,
} from '../contract.ts'

/**
 * Makes something happen to the next message that is no inquiry and no reversal; or says why this
 * link cannot make it happen, and the cases that need it are skipped with that reason.
 */
export type Provocation = (() => Promise<void>) | { readonly cannot: string }

export type AcquirerWorld = {
  readonly acquirer: CardAcquirer
  /** A sale or authorization that is approved if nothing is provoked: new references and invoice. */
  newSale(amount?: Money): SaleCommand
  /** References of the same account that no message had. */
  nextReferences(): NetworkReferences
  /** Within this an answer comes. */
  readonly answerMs: number
  /** So long the suite waits for an answer that does not come; `lateAnswer` comes after it. */
  readonly patienceMs: number
  readonly provoke: {
    /** The acquirer refuses the message. */
    readonly refusal: Provocation
    /** The acquirer never receives it. */
    readonly lostRequest: Provocation
    /** The acquirer approves it, and nobody hears of it. */
    readonly lostAnswer: Provocation
    /** The acquirer approves it, later than the suite waits, and within `answerMs`. */
    readonly lateAnswer: Provocation
  }
  /** How many messages of a kind the acquirer holds for an invoice, where one can look. */
  readonly countMessages:
    | ((invoiceNumber: string, kind: MessageKind) => Promise<number>)
    | { readonly cannot: string }
}

export const messageKinds = ['sale', 'authorize', 'capture', 'void', 'refund'] as const

/** Each kind in the names of tests. */
export const named = {
  sale: 'a sale',
  authorize: 'an authorization',
  capture: 'a capture',
  void: 'a void',
  refund: 'a refund',
} as const satisfies Record<MessageKind, string>

type FollowUpKind = 'capture' | 'void' | 'refund'

/** A message of any kind that carries money, ready to be sent, as often as one likes. */
export type Prepared = {
  readonly kind: MessageKind
  readonly command: SaleCommand | FollowUpCommand
  send(deadline?: AbortSignal): Promise<AcquirerOutcome>
}

/** A message and the approval that it got. */
export type Approved = Prepared & { readonly approvalCode: string | undefined }

export const whole = money(9_000_000n, 'IDR')

/** So many hundredths of `whole`. */
export const percent = (hundredths: bigint): Money => money(90_000n * hundredths, 'IDR')

/** Sends messages in the way of a cashier: each builds on the answer to the one before. */
export function createDesk(world: AcquirerWorld) {
  const { acquirer } = world
  const inTime = () => AbortSignal.timeout(world.answerMs)

  const first = (
    kind: 'sale' | 'authorize',
    amount: Money = whole,
    wish: Partial<SaleCommand> = {},
  ): Prepared => {
    const command = { ...world.newSale(amount), ...wish }
    return { kind, command, send: (deadline) => acquirer[kind](command, deadline ?? inTime()) }
  }

  /** What every message about another one says. */
  const about = (original: Prepared & { approvalCode?: string | undefined }, amount: Money) => {
    const { mid, tid, subMerchantId, invoiceNumber } = original.command
    return {
      references: world.nextReferences(),
      mid,
      tid,
      subMerchantId,
      invoiceNumber,
      amount,
      original: {
        kind: original.kind,
        references: original.command.references,
        approvalCode: original.approvalCode,
        amount: original.command.amount,
      },
    }
  }

  const follow = (
    kind: FollowUpKind,
    original: Prepared & { approvalCode?: string | undefined },
    amount: Money = original.command.amount,
  ): Prepared => {
    const command = about(original, amount)
    return { kind, command, send: (deadline) => acquirer[kind](command, deadline ?? inTime()) }
  }

  const approved = async (prepared: Prepared): Promise<Approved> => {
    const outcome = await prepared.send()
    assert.ok(outcome.kind === 'approved', `${prepared.kind}: ${describe(outcome)}`)
    return { ...prepared, approvalCode: outcome.approvalCode }
  }

  return {
    first,
    follow,
    approved,
    /** A message of this kind, about what it can be about; nothing of it is sent but its original. */
    prepare: async (kind: MessageKind): Promise<Prepared> => {
      if (kind === 'sale' || kind === 'authorize') return first(kind)
      return follow(kind, await approved(first(kind === 'capture' ? 'authorize' : 'sale')))
    },
    inquire: (original: Prepared, deadline = inTime()) =>
      acquirer.inquire(about(original, original.command.amount), deadline),
    reverse: (original: Prepared, amount = original.command.amount, deadline = inTime()) =>
      acquirer.reverse(about(original, amount), deadline),
    /** A reversal that can be sent again as the same message. */
    reversalOf: (original: Prepared) => {
      const command = about(original, original.command.amount)
      return () => acquirer.reverse(command, inTime())
    },
    closeBatch: async (account: Prepared, batchId: string) => {
      const { mid, tid } = account.command
      const closed = await acquirer.closeBatch({ mid, tid, batchId }, inTime())
      assert.equal(closed.kind, 'closed')
    },
  }
}

/** `approved 00`, `refused 51` or `unknown (why)`. */
export function describe(outcome: AcquirerOutcome): string {
  return outcome.kind === 'unknown'
    ? `unknown (${outcome.reason})`
    : `${outcome.kind} ${outcome.responseCode}`
}

export async function assertRefused(prepared: Prepared): Promise<void> {
  const outcome = await prepared.send()
  assert.equal(outcome.kind, 'refused', `${prepared.kind}: ${describe(outcome)}`)
}

/** The messages that this acquirer claims to do. */
export function kindsOf({ capabilities }: CardAcquirer): MessageKind[] {
  return messageKinds.filter((kind) => kind !== 'refund' || capabilities.onlineRefund)
}

/** Whether this acquirer does such messages at all; the skip says why not. */
export function canSend(t: TestContext, { capabilities }: CardAcquirer, kind: MessageKind) {
  const cannot =
    (kind === 'refund' && !capabilities.onlineRefund) || (kind === 'void' && !capabilities.void)
  if (cannot) t.skip(`the acquirer does not claim to do ${named[kind]}`)
  return !cannot
}

export function canInquire(t: TestContext, { capabilities }: CardAcquirer): boolean {
  if (!capabilities.inquiry) t.skip('the acquirer claims no inquiry')
  return capabilities.inquiry
}

/** Provokes what is to happen to the next message; undefined, and a skip, where one cannot. */
export function provoking(
  t: TestContext,
  provocation: Provocation,
): (() => Promise<void>) | undefined {
  if (typeof provocation === 'function') return provocation
  t.skip(provocation.cannot)
  return undefined
}

/** How many messages were received; a diagnostic and undefined where one cannot look. */
export async function assertReceived(
  t: TestContext,
  world: AcquirerWorld,
  { kind, command }: Prepared,
  expected: number,
): Promise<void> {
  if (typeof world.countMessages !== 'function') return t.diagnostic(world.countMessages.cannot)
  assert.equal(await world.countMessages(command.invoiceNumber, kind), expected)
}
