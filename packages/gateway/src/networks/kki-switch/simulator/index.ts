/**
 * The simulated KKI switch and the issuers behind it: a durable book on a connection of its own, so
 * that it can be compared with the gateway's book after a crash. A message is in the book, with its
 * decision, before it is answered; the same message again gets the same answer.
 */
import type { SandboxClock } from '../../../platform/clock/sandbox-clock.ts'
import type { Database } from '../../../platform/database/index.ts'
import type { KeyRing } from '../../../platform/key-ring/index.ts'
import { inTime, silence } from '../../../platform/simulated-line.ts'
import { steeringIn } from '../../../platform/simulated-steering.store.ts'
import { type Clock, later, sleep } from '../../../primitives/clock.ts'
import { type Random, randomDigits } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import type { Decided, KkiOutcome, KkiSwitch, PayCommand } from '../contract.ts'
import { approves, codes } from '../response-codes.ts'
import {
  type Behaviour,
  behaviourFor,
  fixedToken,
  type Instruction,
  isIssued,
  isRightOtp,
  refusalOfCard,
  rightOtp,
} from './behaviour.ts'
import { isAccountOpen, writeOtp, writePresented, writeUnbinding } from './bindings.store.ts'
import { type BookEntry, type Decision, insertMessage, type Moment } from './book.store.ts'
import {
  aboutOf,
  cardOf,
  entryOf,
  fingerprintOfToken,
  type Message,
  refused,
  toOutcome,
} from './entries.ts'
import {
  type AppPayment,
  findAppPayment,
  findMessages,
  findPendingPayments,
  findStanding,
  type MessageFilter,
  type MessageRow,
  type Standing,
} from './looking.store.ts'
import { insertOtt } from './otts.store.ts'
import { writeConfirmation, writeRefund } from './payments.store.ts'
import { writeInquiry, writeReversal } from './reversals.store.ts'

export type { Instruction } from './behaviour.ts'
export type { AppPayment, MessageFilter } from './looking.store.ts'

export type KkiSimulator = {
  /** The connector. */
  readonly kkiSwitch: KkiSwitch
  /** The one-time password that binds any card. */
  readonly testOtp: string
  /**
   * The issuer's app gives a single-use OTT for a card; undefined where no issuer knows the card.
   */
  issueOtt(cpan: Secret<string>): Promise<{ ott: string; expiresAt: Date } | undefined>
  /** The cardholder decides in the issuer's app; his first decision stands. */
  confirm(
    referenceNo: string,
    approve: boolean,
  ): Promise<'confirmed' | 'not_found' | 'already_decided'>
  /** The payments that wait for their cardholder, newest first; no more than an app can show. */
  pendingPayments(): Promise<AppPayment[]>
  /** A payment by our number, whether it waits or not. */
  findPayment(referenceNo: string): Promise<AppPayment | undefined>
  /** What was received of a merchant, oldest first. */
  messages(subMerchantId: string, filter: MessageFilter): Promise<MessageRow[]>
  /** What stands of each payment with a merchant's number, oldest first. */
  standing(subMerchantId: string, partnerReferenceNo: string): Promise<Standing[]>
  /** Steers the next message of a merchant. */
  steerNext(subMerchantId: string, instruction: Instruction): Promise<void>
}

/** Tables emptied by a sandbox reset. */
export const kkiSimulatorTables = [
  'sandbox.kki_messages',
  'sandbox.kki_accounts',
  'sandbox.kki_otts',
  'sandbox.kki_steering',
] as const

/** sandbox.md: the cardholder has 5 minutes, an unbinding takes 1 s. */
const confirmationMs = 5 * 60_000
const unbindingMs = 1_000
/** As long as an authentication at a challenge page lives (sandbox.md), for that is where it is typed. */
const otpMs = 15 * 60_000
/** An app shows a new one every few minutes. */
const ottMs = 5 * 60_000

export function createKkiSimulator(deps: {
  readonly database: Database
  readonly clock: Clock & Pick<SandboxClock, 'offsetMs'>
  readonly random: Random
  readonly keyRing: Pick<KeyRing, 'fingerprint'>
}): KkiSimulator {
  const { database, clock, random, keyRing } = deps
  const steering = steeringIn<Instruction>(database, 'kki_steering')
  const listeners = new Set<(decided: Decided) => void | Promise<void>>()

  const moment = (): Moment => ({ now: clock.now(), offsetMs: clock.offsetMs() })
  const codeOfApproval = (responseCode: string) =>
    approves(responseCode) ? randomDigits(random, 6) : null
  const decided = (responseCode: string) => ({
    responseCode,
    approvalCode: codeOfApproval(responseCode),
  })
  const newAccount = () => random.bytes(16).toString('hex')

  /** Lets a message and its answer get lost or late, as it was steered. */
  const behaving = (
    command: Message & { amount?: PayCommand['amount'] },
    deadline: AbortSignal,
    work: (behaviour: Behaviour) => Promise<Decision>,
  ): Promise<KkiOutcome> =>
    inTime(deadline, async () => {
      const instruction = await steering.take(command.subMerchantId)
      const behaviour = behaviourFor(command.amount, instruction)
      // Nobody sends after the deadline; what is under way then is for the inquiry to find.
      if (behaviour.lose === 'request' || deadline.aborted) return silence(deadline)
      const outcome = toOutcome(await work(behaviour))
      if (behaviour.lose === 'answer') return silence(deadline)
      if (behaviour.delayMs !== undefined) await sleep(clock, behaviour.delayMs, deadline)
      return outcome
    })

  /** Presents a card, with a token that needs no looking up or one from the issuer's app. */
  const present = (
    entry: BookEntry,
    { cpan, ott }: { cpan: Secret<string>; ott: Secret<string> | undefined },
    at: Moment,
  ): Promise<Decision> => {
    const card = cardOf(keyRing, cpan)
    const fixed = ott && fixedToken(ott)
    const refusal = fixed?.refusal ?? refusalOfCard(cpan)
    const presented = refusal ? refused({ ...entry, card }, refusal) : { ...entry, card }
    const issued = ott && !fixed ? fingerprintOfToken(keyRing, cpan, ott) : undefined
    return writePresented(database, presented, at, { ott: issued, newAccount: newAccount() })
  }

  const kkiSwitch: KkiSwitch = {
    capabilities: { inquiry: true, partialRefund: true },
    bind: (command, deadline) =>
      behaving(command, deadline, ({ responseCode }) => {
        const at = moment()
        const entry = { ...entryOf('bind', command), ...decided(responseCode) }
        const otpExpiresAt = approves(responseCode) ? later(at.now, otpMs) : undefined
        return present(otpExpiresAt ? { ...entry, otpExpiresAt } : entry, command.card, at)
      }),
    verifyOtp: (command, deadline) =>
      behaving(command, deadline, ({ responseCode }) => {
        const { original } = command
        const entry = { ...entryOf('otp', command), ...decided(responseCode), original }
        const isRight = isRightOtp(command.otp)
        return writeOtp(database, entry, moment(), { isRight, newAccount: newAccount() })
      }),
    unbind: (command, deadline) =>
      behaving(command, deadline, ({ responseCode }) => {
        const at = moment()
        const { account } = command
        const entry = { ...entryOf('unbind', command), ...decided(responseCode), account }
        const decidedBy = later(at.now, unbindingMs)
        return writeUnbinding(
          database,
          approves(responseCode) ? { ...entry, decidedBy } : entry,
          at,
        )
      }),
    pay: (command, deadline) =>
      behaving(command, deadline, async ({ responseCode, waits }) => {
        const at = moment()
        const { source, referenceNo } = command
        const common = { ...entryOf('pay', command), referenceNo }
        const entry = waits
          ? {
              ...common,
              responseCode: codes.confirmation_expired,
              approvalCode: null,
              decidedBy: later(at.now, confirmationMs),
            }
          : { ...common, ...decided(responseCode) }
        if (source.kind === 'card') {
          return present({ ...entry, binds: source.binds }, source.card, at)
        }
        const { account } = source
        const byAccount = { ...entry, account }
        if (await isAccountOpen(database, byAccount)) return insertMessage(database, byAccount, at)
        return insertMessage(database, refused(byAccount, codes.no_card_record), at)
      }),
    refund: (command, deadline) =>
      behaving(command, deadline, ({ responseCode }) => {
        const { original } = command
        const entry = { ...entryOf('refund', command), ...decided(responseCode), original }
        return writeRefund(database, entry, moment())
      }),
    inquire: (command, deadline) =>
      inTime(deadline, async () => {
        const found = await writeInquiry(database, aboutOf('inquiry', command), moment())
        return found ? toOutcome(found) : { kind: 'not_found' }
      }),
    reverse: (command, deadline) =>
      inTime(deadline, async () => {
        await writeReversal(database, aboutOf('reversal', command), moment())
        return { kind: 'acknowledged' }
      }),
    onDecided: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }

  return {
    kkiSwitch,
    testOtp: rightOtp,
    issueOtt: async (cpan) => {
      if (!isIssued(cpan)) return undefined
      const expiresAt = later(clock.now(), ottMs)
      for (;;) {
        const ott = randomDigits(random, 8)
        const token = new Secret(ott)
        if (fixedToken(token)) continue
        const fingerprint = fingerprintOfToken(keyRing, cpan, token)
        if (await insertOtt(database, fingerprint, expiresAt)) return { ott, expiresAt }
      }
    },
    confirm: async (referenceNo, approve) => {
      const approvalCode = approve ? codeOfApproval(codes.approved) : null
      const decision = { approvalCode, newAccount: newAccount() }
      const outcome = await writeConfirmation(database, referenceNo, moment(), decision)
      if (typeof outcome === 'string') return outcome
      // A listener that fails has missed a hint: it inquires later.
      await Promise.allSettled([...listeners].map(async (listener) => listener(outcome)))
      return 'confirmed'
    },
    pendingPayments: () => findPendingPayments(database, moment()),
    findPayment: (referenceNo) => findAppPayment(database, referenceNo, moment()),
    messages: (subMerchantId, filter) => findMessages(database, subMerchantId, filter, moment()),
    standing: (subMerchantId, partnerReferenceNo) =>
      findStanding(database, subMerchantId, partnerReferenceNo, moment()),
    steerNext: steering.add,
  }
}
