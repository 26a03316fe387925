/**
 * The simulated card acquirer: one durable book for all acquirers of the sandbox, on a connection
 * of its own, so that it can be compared with the gateway's book after a crash. A message is in the
 * book, with its decision, before it is answered; the same message again gets the same answer.
 */
import { batching, type Database } from '../../../platform/database/index.ts'
import { inTime, silence } from '../../../platform/simulated-line.ts'
import { steeringIn } from '../../../platform/simulated-steering.store.ts'
import { maskCardNumber } from '../../../primitives/card-number.ts'
import { type Clock, sleep } from '../../../primitives/clock.ts'
import { type Random, randomDigits } from '../../../primitives/random.ts'
import type {
  AboutCommand,
  AcquirerCapabilities,
  AcquirerOutcome,
  CardAcquirer,
  FollowUpCommand,
  InquiryOutcome,
  MessageKind,
  ReversalOutcome,
  SaleCommand,
} from '../contract.ts'
import { approves, refusalCodes } from '../response-codes.ts'
import {
  type BookEntry,
  type Decision,
  findMessages,
  findStanding,
  type MessageRow,
  type Standing,
  writeEntries,
} from './book.store.ts'
import { writeBatch, writeFollowUp } from './follow-ups.store.ts'
import type { BookDecision } from './messages.store.ts'
import { writeInquiry, writeReversal } from './reversals.store.ts'
import { type Behaviour, behaviourFor, type Instruction } from './steering.ts'

export type { Instruction } from './steering.ts'

export type AcquirerSimulator = {
  /** The connector of one acquirer; all of them write into the same book. */
  acquirer(acquirerId: string): CardAcquirer
  /** What was received for an invoice, oldest first. */
  messages(subMerchantId: string, invoiceNumber: string): Promise<MessageRow[]>
  /** What stands in the book of each sale and authorization of an invoice, oldest first. */
  standing(subMerchantId: string, invoiceNumber: string): Promise<Standing[]>
  /**
   * What people at the bank do for a refund that it takes no message for; written into the book like
   * one. Their first decision stands.
   */
  decideRefund(
    acquirerId: string,
    refund: FollowUpCommand,
    approve: boolean,
  ): Promise<ReturnType<typeof toOutcome>>
  /** Steers the next message of a merchant. */
  steerNext(subMerchantId: string, instruction: Instruction): Promise<void>
}

/** Tables emptied by a sandbox reset. */
export const acquirerSimulatorTables = [
  'sandbox.acquirer_messages',
  'sandbox.acquirer_steering',
] as const

/** The sandbox's acquirers (sandbox.md): CIMB takes no refund messages. */
const capabilitiesOf = (acquirerId: string): AcquirerCapabilities => ({
  inquiry: true,
  void: true,
  partialReversal: true,
  onlineRefund: acquirerId !== 'BANK_CIMB',
})

export function createAcquirerSimulator(deps: {
  database: Database
  clock: Clock
  random: Random
}): AcquirerSimulator {
  const { database, clock, random } = deps
  const steering = steeringIn<Instruction>(database, 'acquirer_steering')

  const write = batching<BookEntry, Decision>({
    run: async (entries) => {
      const decisions = await writeEntries(database, entries)
      const byMessage = new Map(decisions.map((decision) => [messageKey(decision), decision]))
      return entries.map((entry) => byMessage.get(messageKey(entry)) as Decision)
    },
  })

  const isSteered = batching<string, boolean>({
    run: async (subMerchantIds) => {
      const steered = new Set(await steering.waiting([...new Set(subMerchantIds)]))
      return subMerchantIds.map((id) => steered.has(id))
    },
  })

  const decide = async (
    message: Parameters<typeof behaviourFor>[0] & { subMerchantId: string },
  ): Promise<Behaviour> => {
    const { subMerchantId } = message
    const instruction = (await isSteered(subMerchantId))
      ? await steering.take(subMerchantId)
      : undefined
    return behaviourFor(message, instruction)
  }

  /** Lets a message and its answer get lost or late, as it was steered. */
  const behaving = async (
    message: Parameters<typeof decide>[0],
    deadline: AbortSignal,
    work: (responseCode: string) => Promise<AcquirerOutcome>,
  ): Promise<AcquirerOutcome> => {
    const behaviour = await decide(message)
    // Nobody sends after the deadline; what is under way then is for the inquiry to find.
    if (behaviour.lose === 'request' || deadline.aborted) return silence(deadline)
    const outcome = await work(behaviour.responseCode)
    if (behaviour.lose === 'answer') return silence(deadline)
    if (behaviour.delayMs !== undefined) await sleep(clock, behaviour.delayMs, deadline)
    return outcome
  }

  const first =
    (acquirerId: string, kind: 'sale' | 'authorize') =>
    (command: SaleCommand, deadline: AbortSignal): Promise<AcquirerOutcome> =>
      inTime(deadline, () =>
        behaving({ ...command, cardNumber: command.card.number }, deadline, async (responseCode) =>
          toOutcome(kind, await write(toEntry(acquirerId, kind, command, responseCode))),
        ),
      )

  const followUp =
    (acquirerId: string, kind: 'capture' | 'void' | 'refund') =>
    (command: FollowUpCommand, deadline: AbortSignal): Promise<AcquirerOutcome> =>
      inTime(deadline, () =>
        behaving(command, deadline, async (responseCode) => {
          const message = { acquirerId, kind, command, receivedAt: clock.now() }
          const isDenied = kind === 'refund' && !capabilitiesOf(acquirerId).onlineRefund
          const code =
            isDenied && approves(responseCode) ? refusalCodes.not_permitted : responseCode
          return toOutcome(kind, await writeFollowUp(database, message, decisionOf(code)))
        }),
      )

  const inquire =
    (acquirerId: string) =>
    (command: AboutCommand, deadline: AbortSignal): Promise<InquiryOutcome> =>
      inTime(deadline, async () => {
        const message = { acquirerId, kind: 'inquiry', command, receivedAt: clock.now() } as const
        const found = await writeInquiry(database, message)
        return found ? toOutcome(command.original.kind, found) : { kind: 'not_found' }
      })

  const reverse =
    (acquirerId: string) =>
    (command: AboutCommand, deadline: AbortSignal): Promise<ReversalOutcome> =>
      inTime(deadline, async () => {
        const receivedAt = clock.now()
        await writeReversal(database, { acquirerId, kind: 'reversal', command, receivedAt })
        return { kind: 'acknowledged' }
      })

  const decisionOf = (responseCode: string): BookDecision => ({
    responseCode,
    approvalCode: approves(responseCode) ? randomDigits(random, 6) : null,
  })

  const toEntry = (
    acquirerId: string,
    kind: string,
    command: SaleCommand,
    responseCode: string,
  ): BookEntry => {
    const decision = decisionOf(responseCode)
    const hasBillingId = decision.approvalCode !== null && isFirstRecurring(acquirerId, command)
    return {
      acquirerId,
      mid: command.mid,
      tid: command.tid,
      subMerchantId: command.subMerchantId,
      kind,
      invoiceNumber: command.invoiceNumber,
      amountMinor: String(command.amount.minor),
      maskedCardNumber: command.card.number.reveal(maskCardNumber),
      stan: command.references.stan,
      rrn: command.references.rrn,
      ...decision,
      billingTransactionId: hasBillingId ? randomDigits(random, 22) : null,
      receivedAt: clock.now(),
    }
  }

  return {
    acquirer: (acquirerId) => ({
      acquirerId,
      capabilities: capabilitiesOf(acquirerId),
      sale: first(acquirerId, 'sale'),
      authorize: first(acquirerId, 'authorize'),
      capture: followUp(acquirerId, 'capture'),
      void: followUp(acquirerId, 'void'),
      refund: followUp(acquirerId, 'refund'),
      inquire: inquire(acquirerId),
      reverse: reverse(acquirerId),
      closeBatch: (batch, deadline) =>
        inTime(deadline, async () => {
          await writeBatch(database, { acquirerId, ...batch, receivedAt: clock.now() })
          return { kind: 'closed' } as const
        }),
    }),
    messages: (subMerchantId, invoiceNumber) =>
      findMessages(database, subMerchantId, invoiceNumber),
    standing: (subMerchantId, invoiceNumber) =>
      findStanding(database, subMerchantId, invoiceNumber),
    decideRefund: async (acquirerId, command, approve) => {
      const wished = decisionOf(approve ? '00' : refusalCodes.do_not_honour)
      const follower = { acquirerId, kind: 'refund', command, receivedAt: clock.now() } as const
      return toOutcome('refund', await writeFollowUp(database, follower, wished))
    },
    steerNext: steering.add,
  }
}

/** Bank Mandiri answers the first payment of a recurring agreement with an id (wire.md 4.4). */
function isFirstRecurring(acquirerId: string, { terms }: SaleCommand): boolean {
  return acquirerId === 'BANK_MANDIRI' && terms?.kind === 'recurring' && terms.ordinal === 1
}

function messageKey(message: Decision): string {
  return [message.acquirerId, message.mid, message.rrn, message.kind].join('|')
}

function toOutcome(
  kind: MessageKind,
  decision: BookDecision & { billingTransactionId?: string | null },
): Exclude<AcquirerOutcome, { kind: 'unknown' }> {
  const { responseCode, approvalCode } = decision
  if (approvalCode !== null) {
    const billingTransactionId = decision.billingTransactionId ?? undefined
    return { kind: 'approved', responseCode, approvalCode, billingTransactionId }
  }
  const batchClosed = kind === 'void' && responseCode === refusalCodes.batch_closed
  return { kind: 'refused', responseCode, batchClosed }
}
