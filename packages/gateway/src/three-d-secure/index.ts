/**
 * 3-D Secure: authenticates a cardholder before a charge. An authentication is begun by
 * check-three-d-secure, finished by the 3-D Secure server or the challenge page, and used up by the
 * one charge that names it; amount, card and merchant must then be the same. Next: check.ts,
 * challenge.ts; the machine is in machine.ts.
 */
import type { MerchantId } from '../primitives/id.ts'
import type { Secret } from '../primitives/secret.ts'
import type { Authentication } from './authentication.ts'
import { findAuthentication } from './authentications.store.ts'
import { type Challenge, cancelChallenge, enterPassword, openChallenge } from './challenge.ts'
import { type CheckCommand, type CheckDeps, type CheckResult, checkThreeDSecure } from './check.ts'

export {
  type Authentication,
  threeDSecureProblems,
  type UsedAuthentication,
} from './authentication.ts'
export { useAuthentications } from './authentications.store.ts'
export type { Challenge } from './challenge.ts'
export type { CheckCommand, CheckResult } from './check.ts'
export { type AuthenticationState, authenticationMoves } from './machine.ts'

export type ThreeDSecure = {
  /** Raises three_d_secure_not_configured, three_d_secure_unreachable, invoice_number_too_long. */
  check(command: CheckCommand): Promise<CheckResult>
  find(merchantId: MerchantId, authenticationId: string): Promise<Authentication | undefined>
  /** How the challenge of a page stands. */
  openChallenge(pageId: string): Promise<Challenge>
  /** Enters a one-time password; the third wrong one fails the authentication. */
  enterPassword(pageId: string, password: Secret<string>): Promise<Challenge>
  /** The cardholder gives up. */
  cancelChallenge(pageId: string): Promise<Challenge>
}

/** Tables emptied by a sandbox reset, in the order in which every statement locks them. */
export const threeDSecureTables = ['challenge_pages', 'authentications'] as const

export function createThreeDSecure(deps: CheckDeps): ThreeDSecure {
  return {
    check: (command) => checkThreeDSecure(deps, command),
    find: (merchantId, id) => findAuthentication(deps.database, merchantId, id),
    openChallenge: (pageId) => openChallenge(deps, pageId),
    enterPassword: (pageId, password) => enterPassword(deps, pageId, password),
    cancelChallenge: (pageId) => cancelChallenge(deps, pageId),
  }
}
