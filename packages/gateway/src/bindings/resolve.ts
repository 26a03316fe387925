/**
 * The resolver of bindings: finishes what nobody finished, because an answer was lost or a process
 * died between the phases, ends tokens with the switch, and fails bindings whose one-time password
 * nobody entered. An unbinding is sent again until it is decided; a one-time password that never
 * arrived is reversed before it counts as none (networks/kki-switch/contract.ts).
 */
import type { InquiryOutcome } from '../networks/kki-switch/contract.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import { type Look, lookingWork } from '../platform/looking/index.ts'
import { withDeadline } from '../primitives/clock.ts'
import type { BindingMessageId } from '../primitives/id.ts'
import type { Binding, MessageOfBinding } from './binding.ts'
import { type BindingDeps, messageOf } from './deps.ts'
import { countWrong, noAnswerCode, settleByBind, settleByOtp } from './settle-messages.ts'
import { findMessages, findSealed } from './stores/bindings.store.ts'
import {
  endPending,
  loseMessage,
  markReversing,
  settleFailed,
} from './stores/settle-binding.store.ts'
import { renewMessage, settleUnbound } from './stores/unbind.store.ts'
import { findExpired, findNextExpiry, openMessages } from './stores/unfinished-bindings.store.ts'
import { openAccount } from './tokens.ts'

/** An inquiry answers soon or not at all. */
const askMs = 5_000

const mostAtOnce = 20

/** No such account, or none any more: it has ended. */
const noCardRecord = '56'

/** Nobody entered the one-time password in time. */
const otpExpiredCode = 'T3'

/** What the switch left unanswered, what a crash left unfinished, and the tokens to be ended. */
export function bindingResolverWork(deps: BindingDeps): DueWork {
  return lookingWork<BindingMessageId, MessageOfBinding>(deps, {
    name: 'bindings',
    in: openMessages,
    find: (claimed) =>
      findMessages(
        deps.database,
        claimed.map(({ merchantId, id }) => ({ merchantId, messageId: id })),
      ),
    idOf: ({ message }) => message.messageId,
    look: (asked) => resolve(deps, asked),
  })
}

async function resolve(deps: BindingDeps, asked: MessageOfBinding): Promise<Look> {
  const merchant = await deps.merchants.find(asked.binding.merchantId)
  if (!merchant) return 'open'
  const { clientId } = merchant
  switch (asked.message.kind) {
    case 'bind':
      return resolveBind(deps, asked, clientId)
    case 'otp':
      return resolveOtp(deps, asked, clientId)
    case 'unbind':
      return endToken(deps, asked, clientId)
  }
}

async function resolveBind(
  deps: BindingDeps,
  asked: MessageOfBinding,
  clientId: string,
): Promise<Look> {
  const outcome = await inquire(deps, asked, clientId)
  switch (outcome.kind) {
    case 'unknown':
      return 'open'
    case 'pending':
      return outcome
    case 'not_found': {
      // A binding that was only begun does nothing: there is nothing to reverse.
      const { announce, clock } = deps
      const failure = { responseCode: noAnswerCode, announce }
      await settleFailed(deps.database, { asked, settledAt: clock.now() }, failure)
      deps.onChanged()
      return 'finished'
    }
    default:
      await settleByBind(deps, asked, outcome)
      return 'finished'
  }
}

async function resolveOtp(
  deps: BindingDeps,
  asked: MessageOfBinding,
  clientId: string,
): Promise<Look> {
  const isBeingReversed = asked.message.responseCode !== undefined
  const outcome: InquiryOutcome = isBeingReversed
    ? { kind: 'not_found' }
    : await inquire(deps, asked, clientId)
  switch (outcome.kind) {
    case 'unknown':
      return 'open'
    case 'pending':
      return outcome
    case 'not_found':
      return reverseOtp(deps, asked, clientId)
    default: {
      const { message } = await settleByOtp(deps, asked, outcome)
      return message.state === 'unknown' ? 'open' : 'finished'
    }
  }
}

/** Once the reversal is acknowledged, the one-time password counts as never entered rightly. */
async function reverseOtp(
  deps: BindingDeps,
  asked: MessageOfBinding,
  clientId: string,
): Promise<Look> {
  const { database, clock, kkiSwitch } = deps
  const { merchantId } = asked.binding
  const { messageId, references } = asked.message
  const reversing = { responseCode: noAnswerCode, lookAt: clock.now() }
  if (!(await markReversing(database, { merchantId, messageId }, reversing))) return 'finished'
  const command = {
    ...messageOf(asked, clientId),
    references: await deps.traceNumbers.next(asked.binding, clock.now()),
    original: { kind: 'otp', references, amount: undefined } as const,
  }
  const outcome = await withDeadline(clock, askMs, (deadline) =>
    kkiSwitch.reverse(command, deadline),
  )
  if (outcome.kind === 'unknown') return 'open'
  await countWrong(deps, { asked, settledAt: clock.now() }, noAnswerCode)
  return 'finished'
}

/**
 * Ends a token with the switch: sent again, as the same message, until it is decided. `asked` is one
 * that the switch has not taken yet, `unknown` one that it has taken: the account is out of use.
 */
async function endToken(
  deps: BindingDeps,
  asked: MessageOfBinding,
  clientId: string,
): Promise<Look> {
  const { database, clock, keyRing, kkiSwitch } = deps
  const { binding } = asked
  const sealed = await findSealed(database, binding.merchantId, binding.bindingId)
  if (!sealed) return 'open'
  const account = await openAccount(keyRing, binding, sealed.account)
  const command = { ...messageOf(asked, clientId), account }
  const outcome = await withDeadline(clock, askMs, (deadline) =>
    kkiSwitch.unbind(command, deadline),
  )
  switch (outcome.kind) {
    case 'unknown':
      return 'open'
    case 'pending': {
      const { merchantId } = binding
      const { messageId } = asked.message
      await loseMessage(database, { merchantId, messageId }, outcome.decidedBy)
      return outcome
    }
    case 'refused':
      if (outcome.responseCode === noCardRecord) break
      // A refusal is for ever the answer to these references.
      await renewMessage(database, asked, await deps.traceNumbers.next(binding, clock.now()))
      return 'open'
    case 'approved':
      break
  }
  await settleUnbound(database, asked, {
    at: clock.now(),
    responseCode: outcome.responseCode,
    announce: deps.announceUnbound,
  })
  deps.onChanged()
  return 'finished'
}

async function inquire(
  deps: BindingDeps,
  asked: MessageOfBinding,
  clientId: string,
): Promise<InquiryOutcome> {
  const { clock, kkiSwitch } = deps
  if (!kkiSwitch.capabilities.inquiry) return { kind: 'not_found' }
  const { kind, references } = asked.message
  const command = {
    ...messageOf(asked, clientId),
    references: await deps.traceNumbers.next(asked.binding, clock.now()),
    original: { kind, references, amount: undefined },
  }
  return withDeadline(clock, askMs, (deadline) => kkiSwitch.inquire(command, deadline))
}

/** Bindings whose one-time password nobody entered in time. */
export function bindingExpiryWork(deps: BindingDeps): DueWork {
  const { database } = deps
  return {
    name: 'one-time passwords',
    nextDueAt: () => findNextExpiry(database),
    runDue: async (now) => {
      for (const binding of await findExpired(database, now, mostAtOnce)) {
        const ended: Binding = { ...binding, state: 'failed' }
        const expired = { ...ended, responseCode: otpExpiredCode, settledAt: now }
        if (await endPending(database, expired, deps.announce)) deps.onChanged()
      }
    },
  }
}
