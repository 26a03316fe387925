/** Binding a card (wire.md 7.4): begun by its CPAN; the switch checks it and sends a one-time password. */
import { later } from '../primitives/clock.ts'
import { describeCpan, kkiAccountOf } from '../routing/index.ts'
import {
  type BindCardCommand,
  type BindCardResult,
  type Binding,
  bindingProblems,
} from './binding.ts'
import { askInTime, type BindingDeps, messageOf, newMessage } from './deps.ts'
import { settleByBind } from './settle-messages.ts'
import { beginBinding, type NewBinding } from './stores/begin-binding.store.ts'
import { findBound } from './stores/bindings.store.ts'
import {
  authCodeFingerprint,
  cpanFingerprint,
  newToken,
  sealToken,
  tokenFingerprint,
} from './tokens.ts'

/**
 * Begins a binding, asks the switch, settles.
 * @throws Problem channel_not_activated, already_bound, partner_reference_used: then nothing was begun
 */
export async function bindCard(
  deps: BindingDeps,
  command: BindCardCommand,
): Promise<BindCardResult> {
  const { database, clock, repeat } = deps
  const { merchant, claim, card } = command
  const authCode = newToken(deps.random)
  const newBinding = planBinding(deps, command, authCode)
  const { binding } = newBinding
  if (await findBound(database, binding)) throw bindingProblems.already_bound()
  const { message, lookAt } = await newMessage(deps, binding, 'bind')
  const requestExpiresAt = later(clock.now(), deps.requestLifetimeMs)
  const isMine = await repeat(() =>
    beginBinding(database, { claim, requestExpiresAt, newBinding, message, lookAt }),
  )
  if (!isMine) return { kind: 'duplicate' }

  const asked = { binding, message }
  const { phoneNumber } = command
  const bind = { ...messageOf(asked, merchant.clientId), card, phoneNumber }
  const outcome = await askInTime(deps, message, (deadline) => deps.kkiSwitch.bind(bind, deadline))
  const settled = await settleByBind(deps, asked, outcome)
  const { state, responseCode, otpExpiresAt } = settled.binding
  if (state === 'failed') {
    return { kind: 'refused', binding: settled.binding, responseCode: responseCode ?? '' }
  }
  return { kind: 'begun', binding: settled.binding, isAsked: otpExpiresAt !== undefined, authCode }
}

function planBinding(deps: BindingDeps, command: BindCardCommand, authCode: string): NewBinding {
  const { ids, random, keyRing } = deps
  const pageId = command.hosted ? random.bytes(16).toString('hex') : undefined
  return newBindingOf(deps, {
    ...planned(deps, command),
    partnerReferenceNo: command.partnerReferenceNo,
    referenceNo: ids.next('reference'),
    byPayment: false,
    pageId,
    successUrl: command.successUrl,
    failedUrl: command.failedUrl,
    authCodeFingerprint: authCodeFingerprint(keyRing, authCode),
    token: newToken(random),
  })
}

type Planned = Pick<
  Binding,
  | 'merchantId'
  | 'externalId'
  | 'custIdMerchant'
  | 'cardFingerprint'
  | 'maskedCpan'
  | 'issuer'
  | 'acquirerId'
  | 'mid'
  | 'tid'
  | 'notificationUrl'
>

/** What a binding knows of its merchant, customer and card. */
export function planned(
  deps: Pick<BindingDeps, 'keyRing'>,
  {
    merchant,
    externalId,
    custIdMerchant,
    card,
  }: Pick<BindCardCommand, 'merchant' | 'externalId' | 'custIdMerchant'> & {
    readonly card: Pick<BindCardCommand['card'], 'cpan'>
  },
): Planned {
  const account = kkiAccountOf(merchant)
  if (!account) throw bindingProblems.channel_not_activated()
  const { masked, issuer } = card.cpan.reveal(describeCpan)
  return {
    merchantId: merchant.merchantId,
    externalId,
    custIdMerchant,
    cardFingerprint: cpanFingerprint(deps.keyRing, card.cpan),
    maskedCpan: masked,
    issuer,
    acquirerId: account.acquirerId,
    mid: account.mid,
    tid: account.tid,
    notificationUrl: merchant.settings.snapNotificationUrl ?? undefined,
  }
}

type Plan = Planned &
  Pick<
    Binding,
    'partnerReferenceNo' | 'referenceNo' | 'byPayment' | 'pageId' | 'successUrl' | 'failedUrl'
  > & { readonly authCodeFingerprint: Buffer | undefined; readonly token: string }

/** A binding that is about to begin, with its token to be. */
export function newBindingOf(
  { ids, clock, keyRing }: Pick<BindingDeps, 'ids' | 'clock' | 'keyRing'>,
  { token, authCodeFingerprint: authCode, ...plan }: Plan,
): NewBinding {
  const binding: Binding = {
    ...plan,
    bindingId: ids.next('binding'),
    state: 'pending',
    otpTries: 0,
    otpExpiresAt: undefined,
    responseCode: undefined,
    createdAt: clock.now(),
    settledAt: undefined,
  }
  return {
    binding,
    tokenFingerprint: tokenFingerprint(keyRing, token),
    sealedToken: sealToken(keyRing, binding, token),
    authCodeFingerprint: authCode,
  }
}
