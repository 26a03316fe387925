/**
 * The simulated card acquirer: one durable book for all acquirers of the sandbox, on a connection
 * of its own, so that it can be compared with the gateway's book after a crash. A message is in the
 * book, with its decision, before it is answered; the same message again gets the same answer.
 */
import type { Database } from '../../../platform/database/index.ts'
import { maskCardNumber } from '../../../primitives/card-number.ts'
import { type Clock, sleep } from '../../../primitives/clock.ts'
import { type Random, randomDigits } from '../../../primitives/random.ts'
import type { AcquirerOutcome, CardAcquirer, SaleCommand } from '../contract.ts'
import { approves } from '../response-codes.ts'
import {
  addInstruction,
  type BookEntry,
  type Decision,
  findMessages,
  findSteered,
  type MessageRow,
  takeInstruction,
  writeEntries,
} from './book.store.ts'
import { groupCommit } from './group-commit.ts'
import { type Behaviour, behaviourFor, type Instruction } from './steering.ts'

export type { Instruction } from './steering.ts'

export type AcquirerSimulator = {
  /** The connector of one acquirer; all of them write into the same book. */
  acquirer(acquirerId: string): CardAcquirer
  /** What was received for an invoice, oldest first. */
  messages(subMerchantId: string, invoiceNumber: string): Promise<MessageRow[]>
  /** Steers the next message of a merchant. */
  steerNext(subMerchantId: string, instruction: Instruction): Promise<void>
}

/** Tables emptied by a sandbox reset. */
export const acquirerSimulatorTables = [
  'sandbox.acquirer_messages',
  'sandbox.acquirer_steering',
] as const

export function createAcquirerSimulator(deps: {
  database: Database
  clock: Clock
  random: Random
}): AcquirerSimulator {
  const { database, clock, random } = deps
  const write = groupCommit<BookEntry, Decision>(async (entries) => {
    const decisions = await writeEntries(database, entries)
    const byMessage = new Map(decisions.map((decision) => [messageKey(decision), decision]))
    return entries.map((entry) => byMessage.get(messageKey(entry)) as Decision)
  })
  const isSteered = groupCommit<string, boolean>(async (subMerchantIds) => {
    const steered = new Set(await findSteered(database, [...new Set(subMerchantIds)]))
    return subMerchantIds.map((id) => steered.has(id))
  })

  const decide = async (command: SaleCommand): Promise<Behaviour> => {
    const instruction = (await isSteered(command.subMerchantId))
      ? await takeInstruction(database, command.subMerchantId)
      : undefined
    const cardNumber = command.card.number
    return behaviourFor({ amount: command.amount, cardNumber }, instruction)
  }

  const sale = async (
    acquirerId: string,
    command: SaleCommand,
    deadline: AbortSignal,
  ): Promise<AcquirerOutcome> => {
    if (deadline.aborted) return unknown('the deadline was over before the message was sent')
    const behaviour = await decide(command)
    if (behaviour.lose === 'request') return lost(deadline, 'no answer in time')
    const decision = await write(toEntry(acquirerId, command, behaviour.responseCode))
    if (behaviour.lose === 'answer') return lost(deadline, 'no answer in time')
    if (behaviour.delayMs !== undefined) {
      const isLate = await sleep(clock, behaviour.delayMs, deadline).then(
        () => false,
        () => true,
      )
      if (isLate) return unknown('no answer in time')
    }
    return toOutcome(decision)
  }

  const toEntry = (acquirerId: string, command: SaleCommand, responseCode: string): BookEntry => ({
    acquirerId,
    mid: command.mid,
    tid: command.tid,
    subMerchantId: command.subMerchantId,
    kind: 'sale',
    invoiceNumber: command.invoiceNumber,
    amountMinor: String(command.amount.minor),
    maskedCardNumber: command.card.number.reveal(maskCardNumber),
    stan: command.references.stan,
    rrn: command.references.rrn,
    responseCode,
    approvalCode: approves(responseCode) ? randomDigits(random, 6) : null,
    receivedAt: clock.now(),
  })

  return {
    acquirer: (acquirerId) => ({
      acquirerId,
      sale: (command, deadline) => sale(acquirerId, command, deadline),
    }),
    messages: (subMerchantId, invoiceNumber) =>
      findMessages(database, subMerchantId, invoiceNumber),
    steerNext: (subMerchantId, instruction) => addInstruction(database, subMerchantId, instruction),
  }
}

function messageKey(message: Decision): string {
  return [message.acquirerId, message.mid, message.rrn, message.kind].join('|')
}

function toOutcome({ responseCode, approvalCode }: Decision): AcquirerOutcome {
  return approvalCode === null
    ? { kind: 'refused', responseCode }
    : { kind: 'approved', responseCode, approvalCode }
}

function unknown(reason: string): AcquirerOutcome {
  return { kind: 'unknown', reason }
}

/** What a lost message looks like from outside: silence until the deadline. */
function lost(deadline: AbortSignal, reason: string): Promise<AcquirerOutcome> {
  return new Promise((resolve) => {
    if (deadline.aborted) return resolve(unknown(reason))
    deadline.addEventListener('abort', () => resolve(unknown(reason)), { once: true })
  })
}
