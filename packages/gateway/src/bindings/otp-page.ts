/** The page of a one-time password, as its cardholder sees it. */
import type { Secret } from '../primitives/secret.ts'
import { type Binding, mostOtpTries, type OtpPage } from './binding.ts'
import type { BindingDeps } from './deps.ts'
import { type FoundBinding, findBindingOfPage } from './stores/bindings.store.ts'
import { endPending } from './stores/settle-binding.store.ts'
import { tryOtp } from './verify-otp.ts'

/** Customer cancellation (networks/kki-switch/response-codes.ts). */
const cancelledCode = '17'

/** How the page stands. */
export async function openPage(deps: BindingDeps, pageId: string): Promise<OtpPage> {
  const found = await findOpened(deps, pageId)
  return found ? present(deps, found) : { kind: 'not_found' }
}

/** Enters a one-time password; the third wrong one fails the binding. */
export async function enterOtp(
  deps: BindingDeps,
  pageId: string,
  otp: Secret<string>,
): Promise<OtpPage> {
  const found = await findOpened(deps, pageId)
  if (!found || present(deps, found).kind !== 'open') return openPage(deps, pageId)
  const tried = await tryOtp(deps, found.binding, otp, undefined)
  const page = await openPage(deps, pageId)
  const isWrong = typeof tried === 'object' && tried.message.state === 'refused'
  return page.kind === 'open' && isWrong ? { ...page, notice: 'wrong_otp' } : page
}

/** The cardholder gives up. */
export async function cancelPage(deps: BindingDeps, pageId: string): Promise<OtpPage> {
  const { database, clock, repeat, announce, onChanged } = deps
  const found = await findOpened(deps, pageId)
  if (found && present(deps, found).kind === 'open') {
    const ended = { ...found.binding, responseCode: cancelledCode, settledAt: clock.now() }
    await repeat(() => endPending(database, ended, announce))
    onChanged()
  }
  return openPage(deps, pageId)
}

/** What is no page id, such as a text that PostgreSQL refuses to read, is not looked for. */
async function findOpened(deps: BindingDeps, pageId: string): Promise<FoundBinding | undefined> {
  return /^[0-9a-f]{32}$/.test(pageId) ? findBindingOfPage(deps.database, pageId) : undefined
}

function present({ clock }: BindingDeps, { binding, isAsking }: FoundBinding): OtpPage {
  if (binding.state === 'failed') return finished(binding, false)
  if (binding.state !== 'pending') return finished(binding, true)
  if (isAsking || !binding.otpExpiresAt) return { kind: 'waiting', binding }
  if (binding.otpExpiresAt <= clock.now()) return finished(binding, false)
  return { kind: 'open', binding, triesLeft: mostOtpTries - binding.otpTries }
}

function finished(binding: Binding, isBound: boolean): OtpPage {
  const url = isBound ? binding.successUrl : binding.failedUrl
  const status = isBound ? 'SUCCESS' : 'FAILED'
  const redirectTo = url && withParameters(url, { referenceNo: binding.referenceNo, status })
  return { kind: 'finished', binding, isBound, redirectTo }
}

/** The merchant's URL as it was given, with parameters after its own, before its fragment. */
function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  const [address = '', ...fragment] = url.split('#')
  const query = new URLSearchParams(parameters).toString()
  const separator = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&'
  return [`${address}${separator}${query}`, ...fragment].join('#')
}
