/**
 * One-time passwords of a binding: the merchant passes them on (wire.md 7.6), or the cardholder
 * enters them on our page. A try is counted before it is asked; the third wrong one fails the binding.
 */
import { later } from '../primitives/clock.ts'
import type { Secret } from '../primitives/secret.ts'
import {
  type Binding,
  type BindingName,
  bindingProblems,
  type MessageOfBinding,
  mostOtpTries,
  type VerifyOtpCommand,
  type VerifyOtpResult,
} from './binding.ts'
import { askInTime, type BindingDeps, messageOf, newMessage } from './deps.ts'
import { settleByOtp } from './settle-messages.ts'
import {
  type BindingKey,
  type FoundBinding,
  findBinding,
  findFirstMessage,
  findSealed,
} from './stores/bindings.store.ts'
import { type BeginTry, beginTry } from './stores/one-time-password.store.ts'
import { authCodeFingerprint, openToken, tokenFingerprint } from './tokens.ts'

/** @throws Problem binding_not_found, otp_not_open, otp_not_sent, otp_tries_used, otp_expired */
export async function verifyOtp(
  deps: BindingDeps,
  command: VerifyOtpCommand,
): Promise<VerifyOtpResult> {
  const { merchant, claim, name, otp } = command
  const { merchantId } = merchant
  const found = await findBinding(deps.database, merchantId, keyOf(deps, name))
  if (!found) throw bindingProblems.binding_not_found()
  checkOpen(found, deps.clock.now())
  const requestExpiresAt = later(deps.clock.now(), deps.requestLifetimeMs)
  const tried = await tryOtp(deps, found.binding, otp, { claim, requestExpiresAt })
  if (tried === 'duplicate') return { kind: 'duplicate' }
  if (tried === 'closed') {
    const current = await findBinding(deps.database, merchantId, keyOf(deps, name))
    if (!current) throw bindingProblems.binding_ended_by_reset()
    checkOpen(current, deps.clock.now())
    return { kind: 'in_progress', binding: current.binding }
  }
  return resultOf(deps, tried)
}

async function resultOf(
  deps: BindingDeps,
  { binding, message }: MessageOfBinding,
): Promise<VerifyOtpResult> {
  if (message.state === 'approved') {
    const bankCardToken = await tokenOf(deps, binding)
    if (bankCardToken === undefined) throw bindingProblems.binding_ended_by_reset()
    return { kind: 'bound', binding, bankCardToken }
  }
  if (message.state !== 'refused') return { kind: 'in_progress', binding }
  const responseCode = binding.responseCode ?? message.responseCode ?? ''
  return { kind: 'refused', binding, responseCode }
}

/** The bankCardToken of a binding that is or was bound: of another nobody is told. */
export async function tokenOf(
  { database, keyRing }: Pick<BindingDeps, 'database' | 'keyRing'>,
  key: Pick<Binding, 'merchantId' | 'bindingId'>,
): Promise<string | undefined> {
  const sealed = await findSealed(database, key.merchantId, key.bindingId)
  if (!sealed || sealed.state === 'pending' || sealed.state === 'failed') return undefined
  return openToken(keyRing, key, sealed.token)
}

function keyOf({ keyRing }: BindingDeps, { by, value }: BindingName): BindingKey {
  switch (by) {
    case 'authCode':
      return { authCodeFingerprint: authCodeFingerprint(keyRing, value) }
    case 'bankCardToken':
      return { tokenFingerprint: tokenFingerprint(keyRing, value) }
    case 'referenceNo':
      return { referenceNo: value }
    case 'partnerReferenceNo':
      return { partnerReferenceNo: value }
  }
}

/** Says why a binding takes no one-time password; beginTry's statement checks the same against the race. */
function checkOpen({ binding }: FoundBinding, now: Date): void {
  const { state, otpTries, otpExpiresAt, responseCode } = binding
  // The switch's codes: three wrong ones, and too late.
  if (state === 'failed' && responseCode === '75') throw bindingProblems.otp_tries_used()
  if (state === 'failed' && responseCode === 'T3') throw bindingProblems.otp_expired()
  if (state !== 'pending' || binding.byPayment) throw bindingProblems.otp_not_open()
  if (!otpExpiresAt) throw bindingProblems.otp_not_sent()
  if (otpExpiresAt <= now) throw bindingProblems.otp_expired()
  if (otpTries >= mostOtpTries) throw bindingProblems.otp_tries_used()
}

/** Counts and asks one try; how message and binding stand then. */
export async function tryOtp(
  deps: BindingDeps,
  binding: Binding,
  otp: Secret<string>,
  claim: BeginTry['claim'],
): Promise<MessageOfBinding | 'duplicate' | 'closed'> {
  const { database } = deps
  const merchant = await deps.merchants.find(binding.merchantId)
  const first = await findFirstMessage(database, binding)
  if (!merchant || !first) throw bindingProblems.binding_ended_by_reset()
  const { message, lookAt } = await newMessage(deps, binding, 'otp')
  const begun = await deps.repeat(() => beginTry(database, { claim, binding, message, lookAt }))
  if (begun !== 'begun') return begun
  const asked = { binding, message }
  const original = { kind: 'bind', references: first, amount: undefined } as const
  const command = { ...messageOf(asked, merchant.clientId), otp, original }
  const outcome = await askInTime(deps, message, (deadline) =>
    deps.kkiSwitch.verifyOtp(command, deadline),
  )
  return settleByOtp(deps, asked, outcome)
}
