/** What a connector's test hands to the suite, and the words in which the suite's cases are told. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type Money, money } from '../../../primitives/money.ts'
import type { Secret } from '../../../primitives/secret.ts'
import type {
  BindCommand,
  InquiryOutcome,
  KkiOutcome,
  KkiSwitch,
  MessageKind,
  NetworkReferences,
  OtpCommand,
  PayCommand,
  RefundCommand,
  UnbindCommand,
} from '../contract.ts'

/** Why a link cannot be brought into a situation; the cases that need it are skipped with it. */
type Cannot = { readonly cannot: string }

/** Makes something happen to the next message that is no inquiry and no reversal. */
export type Provocation = (() => Promise<void>) | Cannot

export type KkiWorld = {
  readonly kkiSwitch: KkiSwitch
  /** The binding of a card for a customer who has none: approved if nothing is provoked. */
  newBinding(): BindCommand
  /** A payment by card that is approved if nothing is provoked: new references and numbers. */
  newPayment(amount?: Money): PayCommand
  /** References of the same account that no message had. */
  nextReferences(): NetworkReferences
  readonly rightOtp: Secret<string>
  readonly wrongOtp: Secret<string>
  /** Within this an answer comes. */
  readonly answerMs: number
  /** So long the suite waits for an answer that does not come; `lateAnswer` comes after it. */
  readonly patienceMs: number
  readonly provoke: {
    readonly refusal: Provocation
    /** The switch never receives the message. */
    readonly lostRequest: Provocation
    /** The switch takes it, and nobody hears of it. */
    readonly lostAnswer: Provocation
    /** The switch takes it, later than the suite waits, and within `answerMs`. */
    readonly lateAnswer: Provocation
    /** The switch waits for the cardholder, if it is a payment. */
    readonly waiting: Provocation
  }
  /** The cardholder decides in the issuer's app; whether the app let him. */
  readonly decide: ((payment: PayCommand, approve: boolean) => Promise<boolean>) | Cannot
  /** Lets business time pass up to an instant. */
  readonly passTimeTo: ((instant: Date) => Promise<void>) | Cannot
  /** How many messages of a kind the switch holds for a customer, where one can look. */
  readonly countMessages: ((customer: string, kind: MessageKind) => Promise<number>) | Cannot
}

export const messageKinds = ['bind', 'otp', 'unbind', 'pay', 'refund'] as const

/** Each kind in the names of tests. */
export const named = {
  bind: 'a binding',
  otp: 'a one-time password',
  unbind: 'an unbinding',
  pay: 'a payment',
  refund: 'a refund',
} as const satisfies Record<MessageKind, string>

type Command = BindCommand | OtpCommand | UnbindCommand | PayCommand | RefundCommand

/** A message of any kind, ready to be sent, as often as one likes. */
export type Prepared<C extends Command = Command> = {
  readonly kind: MessageKind
  readonly command: C
  send(deadline?: AbortSignal): Promise<KkiOutcome>
}

export type Bound = {
  readonly customer: BindCommand
  readonly otp: Prepared
  readonly account: string
}

export const whole = money(9_000_000n, 'IDR')

/** So many hundredths of `whole`. */
export const percent = (hundredths: bigint): Money => money(90_000n * hundredths, 'IDR')

/** Sends messages in the way of a cashier: each builds on the answer to the one before. */
export function createDesk(world: KkiWorld) {
  const { kkiSwitch } = world
  const inTime = () => AbortSignal.timeout(world.answerMs)

  const bind = (wish: Partial<BindCommand> = {}): Prepared<BindCommand> => {
    const command = { ...world.newBinding(), ...wish }
    return { kind: 'bind', command, send: (late) => kkiSwitch.bind(command, late ?? inTime()) }
  }
  const tryOtp = (binding: Prepared, otp = world.rightOtp): Prepared<OtpCommand> => {
    const original = { kind: 'bind', references: binding.command.references } as const
    const command = { ...from(binding.command), otp, original: { ...original, amount: undefined } }
    return { kind: 'otp', command, send: (late) => kkiSwitch.verifyOtp(command, late ?? inTime()) }
  }
  const unbind = (customer: Command, account: string): Prepared<UnbindCommand> => {
    const command = { ...from(customer), account }
    return { kind: 'unbind', command, send: (late) => kkiSwitch.unbind(command, late ?? inTime()) }
  }
  const pay = (wish: Partial<PayCommand> = {}, amount: Money = whole): Prepared<PayCommand> => {
    const command = { ...world.newPayment(amount), ...wish }
    return { kind: 'pay', command, send: (late) => kkiSwitch.pay(command, late ?? inTime()) }
  }
  const refund = (payment: Prepared<PayCommand>, amount = payment.command.amount) => {
    const { references } = payment.command
    const original = { kind: 'pay', references, amount: payment.command.amount } as const
    const command = { ...from(payment.command), amount, original }
    const send = (late?: AbortSignal) => kkiSwitch.refund(command, late ?? inTime())
    return { kind: 'refund', command, send } satisfies Prepared<RefundCommand>
  }

  /** What every message says of the same account, merchant and customer. */
  const from = ({ mid, tid, subMerchantId, partnerReferenceNo, custIdMerchant }: Command) => ({
    references: world.nextReferences(),
    mid,
    tid,
    subMerchantId,
    partnerReferenceNo,
    custIdMerchant,
  })
  const about = <K extends MessageKind>({ kind, command }: Prepared & { kind: K }) => {
    const amount = 'amount' in command ? command.amount : undefined
    return { ...from(command), original: { kind, references: command.references, amount } }
  }

  const bound = async (wish: Partial<BindCommand> = {}): Promise<Bound> => {
    const binding = bind(wish)
    await taken(binding)
    const otp = tryOtp(binding)
    const outcome = await otp.send()
    assert.ok(outcome.kind === 'approved' && outcome.account, describe(outcome))
    return { customer: binding.command, otp, account: outcome.account }
  }

  return {
    bind,
    tryOtp,
    unbind,
    pay,
    refund,
    bound,
    /** A payment by a bound account. */
    payBy: ({ customer, account }: Bound, amount?: Money) =>
      pay(
        {
          custIdMerchant: customer.custIdMerchant,
          source: { kind: 'account', account, device: undefined },
        },
        amount,
      ),
    /** A message of this kind, about what it can be about; nothing of it is sent but its original. */
    prepare: async (kind: MessageKind): Promise<Prepared> => {
      if (kind === 'bind') return bind()
      if (kind === 'pay') return pay()
      if (kind === 'refund') return refund(await taken(pay()))
      if (kind === 'otp') return tryOtp(await taken(bind()))
      const { customer, account } = await bound()
      return unbind(customer, account)
    },
    /** The same as a new message. */
    again: ({ kind, command }: Prepared): Prepared => {
      const fresh = { ...command, references: world.nextReferences() }
      const verb = kind === 'otp' ? 'verifyOtp' : kind
      const send = kkiSwitch[verb] as (command: Command, late: AbortSignal) => Promise<KkiOutcome>
      return { kind, command: fresh, send: (late) => send(fresh, late ?? inTime()) }
    },
    inquire: (original: Prepared, late = inTime()) => kkiSwitch.inquire(about(original), late),
    reverse: (original: Prepared, late = inTime()) =>
      kkiSwitch.reverse(reversing(about(original)), late),
    /** A reversal that can be sent again as the same message. */
    reversalOf: (original: Prepared) => {
      const command = reversing(about(original))
      return () => kkiSwitch.reverse(command, inTime())
    },
  }
}

type Reversing = Parameters<KkiSwitch['reverse']>[0]

function reversing(command: Parameters<KkiSwitch['inquire']>[0]): Reversing {
  const { kind } = command.original
  assert.ok(kind !== 'bind' && kind !== 'unbind')
  return { ...command, original: { ...command.original, kind } }
}

/** Sends what is approved, or taken and pending. */
export async function taken<P extends Prepared>(prepared: P): Promise<P> {
  const outcome = await prepared.send()
  assert.ok(isTaken(outcome), `${prepared.kind}: ${describe(outcome)}`)
  return prepared
}

/** Approved, or pending: not refused and not unknown. */
export function isTaken({ kind }: { readonly kind: string }): boolean {
  return kind === 'approved' || kind === 'pending'
}

export async function assertRefused(prepared: Prepared): Promise<string> {
  const outcome = await prepared.send()
  assert.ok(outcome.kind === 'refused', `${prepared.kind}: ${describe(outcome)}`)
  return outcome.responseCode
}

/** `approved 00`, `refused 51`, `pending` or `unknown (why)`. */
export function describe(outcome: InquiryOutcome): string {
  if (outcome.kind === 'unknown') return `unknown (${outcome.reason})`
  return 'responseCode' in outcome ? `${outcome.kind} ${outcome.responseCode}` : outcome.kind
}

/** What the world can do; undefined, and a skip, where it cannot. */
export function able<T extends (...given: never[]) => unknown>(
  t: TestContext,
  ability: T | Cannot,
): T | undefined {
  if (typeof ability === 'function') return ability
  t.skip(ability.cannot)
  return undefined
}

/** How many messages were received; a diagnostic where one cannot look. */
export async function assertReceived(
  t: TestContext,
  world: KkiWorld,
  { kind, command }: Prepared,
  expected: number,
): Promise<void> {
  if (typeof world.countMessages !== 'function') return t.diagnostic(world.countMessages.cannot)
  assert.equal(await world.countMessages(command.custIdMerchant ?? '', kind), expected)
}
