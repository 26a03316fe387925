/** Bound cards and payments: a payment that binds its card, and a bound card that pays. */
import type { MerchantId } from '../primitives/id.ts'
import type { Secret } from '../primitives/secret.ts'
import { newBindingOf, planned } from './bind-card.ts'
import type { BindCardCommand, Binding } from './binding.ts'
import type { BindingDeps } from './deps.ts'
import type { NewBinding } from './stores/begin-binding.store.ts'
import { findBinding, findSealed } from './stores/bindings.store.ts'
import { newToken, openAccount, tokenFingerprint } from './tokens.ts'

export type PaidBindingCommand = Pick<
  BindCardCommand,
  'merchant' | 'externalId' | 'custIdMerchant'
> & {
  readonly cpan: Secret<string>
  readonly partnerReferenceNo: string
  /** Ours, of the payment. */
  readonly referenceNo: string
}

/** @throws Problem channel_not_activated */
export function planPaidBinding(
  deps: BindingDeps,
  { cpan, partnerReferenceNo, referenceNo, ...command }: PaidBindingCommand,
): { newBinding: NewBinding; bankCardToken: string } {
  const bankCardToken = newToken(deps.random)
  const newBinding = newBindingOf(deps, {
    ...planned(deps, { ...command, card: { cpan } }),
    partnerReferenceNo,
    referenceNo,
    byPayment: true,
    pageId: undefined,
    successUrl: undefined,
    failedUrl: undefined,
    authCodeFingerprint: undefined,
    token: bankCardToken,
  })
  return { newBinding, bankCardToken }
}

/** The binding of an active token, and what the switch calls the card. */
export async function findActive(
  { database, keyRing }: BindingDeps,
  merchantId: MerchantId,
  bankCardToken: string,
): Promise<{ binding: Binding; account: string } | undefined> {
  const key = { tokenFingerprint: tokenFingerprint(keyRing, bankCardToken) }
  const found = await findBinding(database, merchantId, key)
  if (found?.binding.state !== 'bound') return undefined
  const { binding } = found
  const sealed = await findSealed(database, merchantId, binding.bindingId)
  if (!sealed) return undefined
  return { binding, account: await openAccount(keyRing, binding, sealed.account) }
}
