import type { ThreeDSecureServer } from '../networks/three-d-secure-server/contract.ts'
import type { Database } from '../platform/database/index.ts'
import { type Clock, withDeadline } from '../primitives/clock.ts'
import type { Secret } from '../primitives/secret.ts'
import { type Authentication, mostPasswordTries } from './authentication.ts'
import {
  countPasswordTry,
  findAuthenticationOfPage,
  moveAuthentication,
} from './authentications.store.ts'

export type ChallengeDeps = {
  readonly database: Database
  readonly server: ThreeDSecureServer
  readonly clock: Clock
  readonly deadlineMs: number
}

/** What the cardholder's browser is to see. */
export type Challenge =
  | { readonly kind: 'not_found' }
  | {
      readonly kind: 'open'
      readonly authentication: Authentication
      readonly triesLeft: number
      /** What became of the password that was just entered. */
      readonly notice?: 'wrong_password' | 'unreachable'
    }
  | { readonly kind: 'finished'; readonly redirectTo: string }

/** How the challenge of a page stands. */
export async function openChallenge(deps: ChallengeDeps, pageId: string): Promise<Challenge> {
  const authentication = await findOpened(deps, pageId)
  return authentication ? present(deps, authentication) : { kind: 'not_found' }
}

/** Enters a one-time password. The third wrong one fails the authentication. */
export async function enterPassword(
  deps: ChallengeDeps,
  pageId: string,
  password: Secret<string>,
): Promise<Challenge> {
  const { database, server, clock, deadlineMs } = deps
  const found = await findOpened(deps, pageId)
  const counted = found && (await countPasswordTry(database, found, clock.now()))
  if (!counted) return openChallenge(deps, pageId)

  const outcome = await withDeadline(clock, deadlineMs, (deadline) =>
    server.answerChallenge(counted.authenticationId, password, deadline),
  )
  if (outcome.kind === 'authenticated') {
    await moveAuthentication(database, counted, 'authenticate', 'authenticated', outcome)
  } else if (counted.passwordTries >= mostPasswordTries) {
    await moveAuthentication(database, counted, 'fail', 'failed', { failure: outcome.kind })
  }
  const challenge = await openChallenge(deps, pageId)
  if (challenge.kind !== 'open' || outcome.kind === 'authenticated') return challenge
  return { ...challenge, notice: outcome.kind }
}

/** The cardholder gives up. */
export async function cancelChallenge(deps: ChallengeDeps, pageId: string): Promise<Challenge> {
  const authentication = await findOpened(deps, pageId)
  if (authentication?.state === 'challenging') {
    await moveAuthentication(deps.database, authentication, 'fail', 'failed', {
      failure: 'cancelled',
    })
  }
  return openChallenge(deps, pageId)
}

/** What is no page id, such as a text that PostgreSQL refuses to read, is not looked for. */
async function findOpened(
  deps: ChallengeDeps,
  pageId: string,
): Promise<Authentication | undefined> {
  return /^[0-9a-f]{32}$/.test(pageId) ? findAuthenticationOfPage(deps.database, pageId) : undefined
}

function present(deps: ChallengeDeps, authentication: Authentication): Challenge {
  switch (authentication.state) {
    case 'asked':
      return { kind: 'not_found' }
    case 'challenging':
      if (authentication.expiresAt <= deps.clock.now()) {
        return { kind: 'finished', redirectTo: authentication.callbackUrlFailed }
      }
      return {
        kind: 'open',
        authentication,
        triesLeft: mostPasswordTries - authentication.passwordTries,
      }
    case 'failed':
      return { kind: 'finished', redirectTo: authentication.callbackUrlFailed }
    case 'authenticated':
    case 'attempted':
    case 'not_enrolled':
    case 'used':
      return { kind: 'finished', redirectTo: authentication.callbackUrlSuccess }
  }
}
