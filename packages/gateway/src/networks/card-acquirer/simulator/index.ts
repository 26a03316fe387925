/**
 * The simulated card acquirer: one durable book for all acquirers of the sandbox, on a connection
 * of its own, so that it can be compared with the gateway's book after a crash. A message is in the
 * book, with its decision, before it is answered; the same message again gets the same answer.
 */
import { batching, type Database } from '../../../platform/database/index.ts'
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
  SaleCommand,
} from '../contract.ts'
import { approves, refusalCodes } from '../response-codes.ts'
import {
  type BookEntry,
  type Decision,
  findMessages,
  findStanding,
  type MessageRow,
  writeEntries,
} from './book.store.ts'
import {
  type BookDecision,
  writeBatch,
  writeFollowUp,
  writeInquiry,
  writeReversal,
} from './follow-ups.store.ts'
import { addInstruction, findSteered, takeInstruction } from './steering.store.ts'
import { type Behaviour, behaviourFor, type Instruction } from './steering.ts'

export type { Instruction } from './steering.ts'

export type AcquirerSimulator = {
  /** The connector of one acquirer; all of them write into the same book. */
  acquirer(acquirerId: string): CardAcquirer
  /** What was received for an invoice, oldest first. */
  messages(subMerchantId: string, invoiceNumber: string): Promise<MessageRow[]>
  /** What stands in the book for an invoice, in minor units. */
  standing(
    subMerchantId: string,
    invoiceNumber: string,
  ): Promise<{ authorized: bigint; captured: bigint; refunded: bigint }>
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

  const write = batching<BookEntry, Decision>({
    run: async (entries) => {
      const decisions = await writeEntries(database, entries)
      const byMessage = new Map(decisions.map((decision) => [messageKey(decision), decision]))
      return entries.map((entry) => byMessage.get(messageKey(entry)) as Decision)
    },
  })

  const isSteered = batching<string, boolean>({
    run: async (subMerchantIds) => {
      const steered = new Set(await findSteered(database, [...new Set(subMerchantIds)]))
      return subMerchantIds.map((id) => steered.has(id))
    },
  })

  const decide = async (
    message: Parameters<typeof behaviourFor>[0] & { subMerchantId: string },
  ): Promise<Behaviour> => {
    const { subMerchantId } = message
    const instruction = (await isSteered(subMerchantId))
      ? await takeInstruction(database, subMerchantId)
      : undefined
    return behaviourFor(message, instruction)
  }

  /** Lets a message and its answer get lost or late, as it was steered. */
  const behaving = async (
    behaviour: Behaviour,
    deadline: AbortSignal,
    work: () => Promise<AcquirerOutcome>,
  ): Promise<AcquirerOutcome> => {
    if (behaviour.lose === 'request') return lost(deadline)
    const outcome = await work()
    if (behaviour.lose === 'answer') return lost(deadline)
    if (behaviour.delayMs !== undefined) {
      const isLate = await sleep(clock, behaviour.delayMs, deadline).then(
        () => false,
        () => true,
      )
      if (isLate) return unknown('no answer in time')
    }
    return outcome
  }

  const first =
    (acquirerId: string, kind: 'sale' | 'authorize') =>
    async (command: SaleCommand, deadline: AbortSignal): Promise<AcquirerOutcome> => {
      if (deadline.aborted) return unknown(sentTooLate)
      const behaviour = await decide({ ...command, cardNumber: command.card.number })
      return behaving(behaviour, deadline, async () =>
        toOutcome(await write(toEntry(acquirerId, kind, command, behaviour.responseCode))),
      )
    }

  const followUp =
    (acquirerId: string, kind: 'capture' | 'void' | 'refund') =>
    async (command: FollowUpCommand, deadline: AbortSignal): Promise<AcquirerOutcome> => {
      if (deadline.aborted) return unknown(sentTooLate)
      const behaviour = await decide(command)
      const wished = decisionOf(behaviour.responseCode)
      const receivedAt = clock.now()
      return behaving(behaviour, deadline, async () =>
        toOutcome(await writeFollowUp(database, { acquirerId, kind, command, receivedAt }, wished)),
      )
    }

  const inquire =
    (acquirerId: string) =>
    async (command: AboutCommand, deadline: AbortSignal): Promise<InquiryOutcome> => {
      if (deadline.aborted) return unknown(sentTooLate)
      const receivedAt = clock.now()
      const found = await writeInquiry(database, {
        acquirerId,
        kind: 'inquiry',
        command,
        receivedAt,
      })
      return found ? toOutcome(found) : { kind: 'not_found' }
    }

  const decisionOf = (responseCode: string): BookDecision => ({
    responseCode,
    approvalCode: approves(responseCode) ? randomDigits(random, 6) : null,
  })

  const toEntry = (
    acquirerId: string,
    kind: string,
    command: SaleCommand,
    responseCode: string,
  ): BookEntry => ({
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
    ...decisionOf(responseCode),
    billingTransactionId: isFirstRecurring(acquirerId, command) ? randomDigits(random, 22) : null,
    receivedAt: clock.now(),
  })

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
      reverse: async (command, deadline) => {
        if (deadline.aborted) return unknown(sentTooLate)
        const receivedAt = clock.now()
        await writeReversal(database, { acquirerId, kind: 'reversal', command, receivedAt })
        return { kind: 'acknowledged' }
      },
      closeBatch: async (batch, deadline) => {
        if (deadline.aborted) return unknown(sentTooLate)
        await writeBatch(database, { acquirerId, ...batch })
        return { kind: 'closed' }
      },
    }),
    messages: (subMerchantId, invoiceNumber) =>
      findMessages(database, subMerchantId, invoiceNumber),
    standing: (subMerchantId, invoiceNumber) =>
      findStanding(database, subMerchantId, invoiceNumber),
    decideRefund: async (acquirerId, command, approve) => {
      const wished = decisionOf(approve ? '00' : refusalCodes.do_not_honour)
      const follower = { acquirerId, kind: 'refund', command, receivedAt: clock.now() } as const
      return toOutcome(await writeFollowUp(database, follower, wished))
    },
    steerNext: (subMerchantId, instruction) => addInstruction(database, subMerchantId, instruction),
  }
}

/** Bank Mandiri's recurring payments have an id from the first of them on (wire.md 4.4). */
function isFirstRecurring(acquirerId: string, { terms }: SaleCommand): boolean {
  return acquirerId === 'BANK_MANDIRI' && terms?.kind === 'recurring' && terms.ordinal === 1
}

function messageKey(message: Decision): string {
  return [message.acquirerId, message.mid, message.rrn, message.kind].join('|')
}

function toOutcome(
  decision: BookDecision & { billingTransactionId?: string | null },
): Exclude<AcquirerOutcome, { kind: 'unknown' }> {
  const { responseCode, approvalCode } = decision
  if (approvalCode !== null) {
    const billingTransactionId = decision.billingTransactionId ?? undefined
    return { kind: 'approved', responseCode, approvalCode, billingTransactionId }
  }
  return {
    kind: 'refused',
    responseCode,
    batchClosed: responseCode === refusalCodes.batch_closed,
  }
}

const sentTooLate = 'the deadline was over before the message was sent'

function unknown(reason: string) {
  return { kind: 'unknown', reason } as const
}

/** What a lost message looks like from outside: silence until the deadline. */
function lost(deadline: AbortSignal): Promise<AcquirerOutcome> {
  const silence = unknown('no answer in time')
  return new Promise((resolve) => {
    if (deadline.aborted) return resolve(silence)
    deadline.addEventListener('abort', () => resolve(silence), { once: true })
  })
}
