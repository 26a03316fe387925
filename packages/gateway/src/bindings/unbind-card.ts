/**
 * Unbinding a card (wire.md 7.7): all its tokens at this merchant are out of use at once; the worker
 * (resolve.ts) ends them with the switch.
 */
import { later } from '../primitives/clock.ts'
import { bindingProblems, type UnbindCardCommand, type UnbindCardResult } from './binding.ts'
import { type BindingDeps, newMessage } from './deps.ts'
import { findBinding } from './stores/bindings.store.ts'
import { beginUnbinding } from './stores/unbind.store.ts'
import { tokenFingerprint } from './tokens.ts'

/** @throws Problem bank_card_token_not_found */
export async function unbindCard(
  deps: BindingDeps,
  { merchant, claim, bankCardToken }: UnbindCardCommand,
): Promise<UnbindCardResult> {
  const { database, clock, ids } = deps
  const found = await findBinding(database, merchant.merchantId, {
    tokenFingerprint: tokenFingerprint(deps.keyRing, bankCardToken),
  })
  if (found?.binding.state !== 'bound') throw bindingProblems.bank_card_token_not_found()
  const { binding } = found
  const referenceNo = ids.next('reference')
  const begun = await beginUnbinding(database, {
    claim,
    requestExpiresAt: later(clock.now(), deps.requestLifetimeMs),
    named: binding,
    referenceNo,
    lookAt: clock.now(),
    messageFor: async () => ({
      ...(await newMessage(deps, binding, 'unbind')).message,
      // Nobody asks but the worker, which may begin at once.
      askUntil: clock.realNow(),
    }),
  })
  if (begun === 'not_bound') throw bindingProblems.bank_card_token_not_found()
  if (begun === 'duplicate') return { kind: 'duplicate' }
  deps.onChanged()
  return { kind: 'unbinding', referenceNo, custIdMerchant: binding.custIdMerchant }
}
