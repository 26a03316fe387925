/**
 * What the switch's answer does to a message and its binding: the same for who asked and for the
 * resolver. Each returns how the binding stands then, whoever settled it.
 */
import type { InquiryOutcome, KkiOutcome } from '../networks/kki-switch/contract.ts'
import { later } from '../primitives/clock.ts'
import { bindingProblems, type MessageOfBinding, mostOtpTries } from './binding.ts'
import { type BindingDeps, quietMs } from './deps.ts'
import { findMessages } from './stores/bindings.store.ts'
import {
  loseMessage,
  markReversing,
  settleAccepted,
  settleBound,
  settleFailed,
  settleRefused,
} from './stores/settle-binding.store.ts'
import { sealAccount } from './tokens.ts'

/** The switch's own codes that bindings go by (networks/kki-switch/response-codes.ts). */
const codes = { wrongOtp: '55', triesExceeded: '75', duplicateAccount: '94' } as const

/** What was never answered is refused with the code of a time-out, as payments are. */
export const noAnswerCode = 'TO'

/** The time that a cardholder has, where the switch does not say. */
const otpLifetimeMs = 15 * 60_000

/** Settles the message that began a binding. */
export async function settleByBind(
  deps: BindingDeps,
  asked: MessageOfBinding,
  outcome: KkiOutcome,
): Promise<MessageOfBinding> {
  const { database, clock, repeat } = deps
  const settle = { asked, settledAt: clock.now() }
  switch (outcome.kind) {
    case 'approved': {
      const expiresAt = outcome.otpExpiresAt ?? later(clock.now(), otpLifetimeMs)
      await repeat(() => settleAccepted(database, settle, expiresAt))
      break
    }
    case 'refused':
      await fail(deps, settle, outcome.responseCode)
      break
    default:
      await lose(deps, asked, outcome)
  }
  return current(deps, asked)
}

/** Settles a try of a one-time password. */
export async function settleByOtp(
  deps: BindingDeps,
  asked: MessageOfBinding,
  outcome: KkiOutcome,
): Promise<MessageOfBinding> {
  const settle = { asked, settledAt: deps.clock.now() }
  switch (outcome.kind) {
    case 'approved':
      await bind(deps, asked, outcome.account ?? '')
      break
    case 'refused':
      if (outcome.responseCode === codes.wrongOtp) await countWrong(deps, settle)
      else await fail(deps, settle, outcome.responseCode)
      break
    default:
      await lose(deps, asked, outcome)
  }
  return current(deps, asked)
}

/** A try that is known not to stand at the switch: it was wrong, or it was reversed. */
export async function countWrong(
  deps: BindingDeps,
  settle: { readonly asked: MessageOfBinding; readonly settledAt: Date },
  responseCode: string = codes.wrongOtp,
): Promise<void> {
  const { otpTries } = (await current(deps, settle.asked)).binding
  if (otpTries >= mostOtpTries) await fail(deps, settle, codes.triesExceeded)
  else await deps.repeat(() => settleRefused(deps.database, settle, responseCode))
}

async function fail(
  { database, repeat, announce, onChanged }: BindingDeps,
  settle: { readonly asked: MessageOfBinding; readonly settledAt: Date },
  responseCode: string,
): Promise<void> {
  await repeat(() => settleFailed(database, settle, { responseCode, announce }))
  onChanged()
}

/**
 * Binds, unless the binding moved meanwhile or the customer has bound the card otherwise: what the
 * switch bound then must not stand there, and the resolver takes it back.
 */
async function bind(deps: BindingDeps, asked: MessageOfBinding, account: string): Promise<void> {
  const { database, clock, keyRing, repeat, announce } = deps
  const settle = { asked, settledAt: clock.now() }
  const sealedAccount = sealAccount(keyRing, asked.binding, account)
  if (await repeat(() => settleBound(database, settle, { sealedAccount, announce }))) {
    return deps.onChanged()
  }
  const { merchantId } = asked.binding
  const key = { merchantId, messageId: asked.message.messageId }
  const responseCode = codes.duplicateAccount
  await repeat(() => markReversing(database, key, { responseCode, lookAt: clock.now() }))
}

async function lose(
  { database, clock, log, repeat }: BindingDeps,
  { binding: { merchantId }, message: { messageId } }: MessageOfBinding,
  outcome: Extract<InquiryOutcome, { kind: 'pending' | 'unknown' }>,
): Promise<void> {
  const isPending = outcome.kind === 'pending'
  if (!isPending) log.info({ messageId, reason: outcome.reason }, 'no answer of the KKI switch')
  const lookAt = isPending ? outcome.decidedBy : later(clock.now(), quietMs)
  await repeat(() => loseMessage(database, { merchantId, messageId }, lookAt))
}

async function current(
  { database }: BindingDeps,
  { binding: { merchantId }, message: { messageId } }: MessageOfBinding,
): Promise<MessageOfBinding> {
  const [found] = await findMessages(database, [{ merchantId, messageId }])
  if (!found) throw bindingProblems.binding_ended_by_reset()
  return found
}
