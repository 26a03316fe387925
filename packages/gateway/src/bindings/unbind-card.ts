/**
 * Unbinding a card (wire.md 7.7): all its tokens at this merchant are out of use at once; the worker
 * (resolve.ts) ends them with the switch.
 */
import { later } from '../primitives/clock.ts'
import {
  type Binding,
  type BindingMessage,
  bindingProblems,
  type UnbindCardCommand,
  type UnbindCardResult,
} from './binding.ts'
import { type BindingDeps, newMessage } from './deps.ts'
import { findBinding } from './stores/bindings.store.ts'
import { beginUnbinding } from './stores/unbind.store.ts'
import { tokenFingerprint } from './tokens.ts'

/** @throws Problem bank_card_token_not_found */
export async function unbindCard(
  deps: BindingDeps,
  { merchant, claim, bankCardToken }: UnbindCardCommand,
): Promise<UnbindCardResult> {
  const { database, clock, ids, repeat } = deps
  const found = await findBinding(database, merchant.merchantId, {
    tokenFingerprint: tokenFingerprint(deps.keyRing, bankCardToken),
  })
  if (found?.binding.state !== 'bound') throw bindingProblems.bank_card_token_not_found()
  const { binding } = found
  const referenceNo = ids.next('reference')
  const begin = {
    claim,
    requestExpiresAt: later(clock.now(), deps.requestLifetimeMs),
    named: binding,
    referenceNo,
    lookAt: clock.now(),
  }
  // Before the transaction: in it, numbers of messages would wait for a connection beside its own.
  const messages = [await newUnbinding(deps, binding)]
  for (;;) {
    const begun = await repeat(() => beginUnbinding(database, { ...begin, messages }))
    if (begun === 'not_bound') throw bindingProblems.bank_card_token_not_found()
    if (begun === 'duplicate') return { kind: 'duplicate' }
    if (begun === 'begun') break
    while (messages.length < begun.tokens) messages.push(await newUnbinding(deps, binding))
  }
  deps.onChanged()
  return { kind: 'unbinding', referenceNo, custIdMerchant: binding.custIdMerchant }
}

/** Nobody asks it but the worker, which may begin at once. */
async function newUnbinding(deps: BindingDeps, binding: Binding): Promise<BindingMessage> {
  const { message } = await newMessage(deps, binding, 'unbind')
  return { ...message, askUntil: deps.clock.realNow() }
}
