/**
 * Bindings: the cards of Kartu Kredit Indonesia that customers bind at a merchant, and the tokens
 * (bankCardToken) that stand for them. A binding is begun by its card, ended by a one-time password
 * or by a payment that binds, and unbound by a worker with the switch. No CPAN, OTT or OTP is kept;
 * a token and what the switch calls the card are kept sealed. Next: bind-card.ts, verify-otp.ts,
 * unbind-card.ts, resolve.ts; the machines are in machine.ts.
 */
import type { DueWork } from '../platform/jobs/index.ts'
import type { MerchantId } from '../primitives/id.ts'
import type { Secret } from '../primitives/secret.ts'
import { bindCard } from './bind-card.ts'
import type {
  BindCardCommand,
  BindCardResult,
  Binding,
  BoundCard,
  OtpPage,
  UnbindCardCommand,
  UnbindCardResult,
  VerifyOtpCommand,
  VerifyOtpResult,
} from './binding.ts'
import type { BindingDeps } from './deps.ts'
import { cancelPage, enterOtp, openPage } from './otp-page.ts'
import { findActive, type PaidBindingCommand, planPaidBinding } from './paid-binding.ts'
import { bindingExpiryWork, bindingResolverWork } from './resolve.ts'
import type { NewBinding } from './stores/begin-binding.store.ts'
import { findBinding, findBound, findBoundOf } from './stores/bindings.store.ts'
import { authCodeFingerprint, cpanFingerprint, openToken, sealAccount } from './tokens.ts'
import { unbindCard } from './unbind-card.ts'
import { tokenOf, verifyOtp } from './verify-otp.ts'

export type * from './binding.ts'
export { bindingProblems } from './binding.ts'
export type { BindingDeps } from './deps.ts'
export { bindingMessageMoves, bindingMoves } from './machine.ts'
export type { BindingAnnouncement } from './stores/announcement.ts'
export { insertBinding, lockBound, type NewBinding } from './stores/begin-binding.store.ts'
export { finishPaidBindings, type PaidBinding } from './stores/settle-binding.store.ts'
export { sealedBindings } from './tokens.ts'

export type Bindings = {
  /** Raises channel_not_activated, partner_reference_used, already_bound. */
  bind(command: BindCardCommand): Promise<BindCardResult>
  /** Raises binding_not_found, otp_not_open, otp_not_sent, otp_tries_used, otp_expired. */
  verifyOtp(command: VerifyOtpCommand): Promise<VerifyOtpResult>
  /** Ends all tokens of the card at this merchant. Raises bank_card_token_not_found. */
  unbind(command: UnbindCardCommand): Promise<UnbindCardResult>
  /** A customer's active tokens, the oldest first. */
  listTokens(merchantId: MerchantId, custIdMerchant: string): Promise<BoundCard[]>
  /** The bankCardToken of a binding that is or was bound; undefined of any other. */
  tokenOf(merchantId: MerchantId, bindingId: string): Promise<string | undefined>
  /**
   * A binding that a payment makes (`insertBinding`), and its bankCardToken to be. Raises
   * channel_not_activated.
   */
  planPaid(command: PaidBindingCommand): { newBinding: NewBinding; bankCardToken: string }
  /** The binding of an active token, and what the switch calls the card. */
  findActive(
    merchantId: MerchantId,
    bankCardToken: string,
  ): Promise<{ binding: Binding; account: string } | undefined>
  /** The card that a customer has bound. */
  findBound(
    merchantId: MerchantId,
    custIdMerchant: string,
    cpan: Secret<string>,
  ): Promise<Binding | undefined>
  /** Seals what the switch calls a card, for the binding's row. */
  sealAccount(key: Pick<Binding, 'merchantId' | 'bindingId'>, account: string): Buffer
  /** The merchant's customer of a finished binding, by its authCode. */
  redeemAuthCode(merchantId: MerchantId, authCode: string): Promise<string | undefined>
  /** How the page of a one-time password stands. */
  openPage(pageId: string): Promise<OtpPage>
  /** Enters a one-time password; the third wrong one fails the binding. */
  enterOtp(pageId: string, otp: Secret<string>): Promise<OtpPage>
  /** The cardholder gives up. */
  cancel(pageId: string): Promise<OtpPage>
  /** What finishes lost answers and unbindings by itself. */
  readonly works: readonly DueWork[]
}

/** Tables emptied by a sandbox reset, in the order in which every statement locks them. */
export const bindingTables = ['otp_pages', 'bindings', 'binding_messages', 'kki_cards'] as const

export function createBindings(deps: BindingDeps): Bindings {
  const { database, keyRing } = deps
  return {
    bind: (command) => bindCard(deps, command),
    verifyOtp: (command) => verifyOtp(deps, command),
    unbind: (command) => unbindCard(deps, command),
    listTokens: async (merchantId, custIdMerchant) => {
      const found = await findBoundOf(database, merchantId, custIdMerchant)
      return Promise.all(
        found.map(async ({ binding, sealedToken }) => ({
          bankCardToken: await openToken(keyRing, binding, sealedToken),
          custIdMerchant,
          maskedCpan: binding.maskedCpan,
          issuer: binding.issuer,
          boundAt: binding.settledAt ?? binding.createdAt,
        })),
      )
    },
    tokenOf: (merchantId, bindingId) =>
      tokenOf(deps, { merchantId, bindingId: bindingId as Binding['bindingId'] }),
    planPaid: (command) => planPaidBinding(deps, command),
    findActive: (merchantId, bankCardToken) => findActive(deps, merchantId, bankCardToken),
    findBound: (merchantId, custIdMerchant, cpan) =>
      findBound(database, {
        merchantId,
        custIdMerchant,
        cardFingerprint: cpanFingerprint(keyRing, cpan),
      }),
    sealAccount: (key, account) => sealAccount(keyRing, key, account),
    redeemAuthCode: async (merchantId, authCode) => {
      const key = { authCodeFingerprint: authCodeFingerprint(keyRing, authCode) }
      const found = await findBinding(database, merchantId, key)
      return found?.binding.state === 'bound' ? found.binding.custIdMerchant : undefined
    },
    openPage: (pageId) => openPage(deps, pageId),
    enterOtp: (pageId, otp) => enterOtp(deps, pageId, otp),
    cancel: (pageId) => cancelPage(deps, pageId),
    works: [bindingResolverWork(deps), bindingExpiryWork(deps)],
  }
}
