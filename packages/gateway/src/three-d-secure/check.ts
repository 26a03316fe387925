import type { Merchant } from '../merchants/index.ts'
import type {
  AuthenticationOutcome,
  ThreeDSecureServer,
} from '../networks/three-d-secure-server/contract.ts'
import type { Database } from '../platform/database/index.ts'
import { isExpired } from '../primitives/card-expiry.ts'
import { type Clock, later, withDeadline } from '../primitives/clock.ts'
import type { Money } from '../primitives/money.ts'
import type { Random } from '../primitives/random.ts'
import type { RequestClaim } from '../requests/index.ts'
import { describeCard, longestInvoiceNumber, routeCard } from '../routing/index.ts'
import type { CardDetails, Vault } from '../vault/index.ts'
import {
  type Authentication,
  authenticationLifetimeMs,
  threeDSecureProblems,
} from './authentication.ts'
import { beginCheck, findAuthentication, moveAuthentication } from './authentications.store.ts'
import { type AuthenticationState, authenticationMoves } from './machine.ts'

export type CheckDeps = {
  readonly database: Database
  readonly server: ThreeDSecureServer
  readonly vault: Vault
  readonly clock: Clock
  readonly random: Random
  /** Repeats a repeatable statement that lost against another, or lost its connection. */
  readonly repeat: <T>(work: () => Promise<T>) => Promise<T>
  readonly deadlineMs: number
  readonly requestLifetimeMs: number
}

export type CheckCommand = {
  readonly merchant: Merchant
  readonly claim: RequestClaim
  readonly amount: Money
  readonly invoiceNumber: string | undefined
  readonly card: CardDetails | undefined
  /** A saved card, where no number is given. */
  readonly token: string | undefined
  readonly callbackUrlSuccess: string
  readonly callbackUrlFailed: string
}

export type CheckResult =
  | { readonly kind: 'checked'; readonly authentication: Authentication }
  /** Nobody answered; the Request-Id is claimed and the authentication has failed. */
  | { readonly kind: 'unreachable' }
  /** Another request holds the Request-Id. */
  | { readonly kind: 'duplicate' }

/** Begins an authentication, asks the 3-D Secure server, settles (design.md 2). */
export async function checkThreeDSecure(
  deps: CheckDeps,
  command: CheckCommand,
): Promise<CheckResult> {
  const { database, clock, random, repeat } = deps
  const { merchant } = command
  if (!merchant.settings.threeDSecure) throw threeDSecureProblems.three_d_secure_not_configured()
  const card = await cardOf(deps, command)
  const description = card.number.reveal(describeCard)
  if (!description) throw threeDSecureProblems.three_d_secure_unreachable()
  const maximum = longestInvoiceNumber(routeCard(merchant, description)?.acquirerId)
  if ((command.invoiceNumber?.length ?? 0) > maximum) {
    throw threeDSecureProblems.invoice_number_too_long({ maximum })
  }

  const key = {
    merchantId: merchant.merchantId,
    authenticationId: random.bytes(32).toString('hex'),
  }
  const begin = {
    ...key,
    claim: command.claim,
    amount: command.amount,
    invoiceNumber: command.invoiceNumber,
    card: deps.vault.seal(merchant.merchantId, card),
    description,
    callbackUrlSuccess: command.callbackUrlSuccess,
    callbackUrlFailed: command.callbackUrlFailed,
    pageId: random.bytes(16).toString('hex'),
    askUntil: later(clock.realNow(), deps.deadlineMs),
    expiresAt: later(clock.now(), authenticationLifetimeMs),
    requestExpiresAt: later(clock.now(), deps.requestLifetimeMs),
  }
  if (!(await repeat(() => beginCheck(database, begin)))) return { kind: 'duplicate' }

  const question = {
    reference: key.authenticationId,
    card: { ...card, brand: description.brand },
    order: { amount: command.amount, invoiceNumber: command.invoiceNumber },
    merchantName: merchant.name,
    browser: undefined,
  }
  const outcome = await withDeadline(clock, deps.deadlineMs, (deadline) =>
    deps.server.authenticate(question, deadline),
  )

  const settled = await repeat(() => settleCheck(database, key, outcome))
  if (!settled) throw threeDSecureProblems.ended_by_reset()
  if (settled.failure === 'unreachable') return { kind: 'unreachable' }
  return { kind: 'checked', authentication: settled }
}

/** An authentication keeps a card of its own: the token's may be deleted before the charge. */
async function cardOf(deps: CheckDeps, { merchant, card, token }: CheckCommand) {
  if (card) return card
  const { merchantId } = merchant
  const found = token === undefined ? undefined : await deps.vault.findToken(merchantId, token)
  const saved = found && (await deps.vault.open(merchantId, found.cardId))
  if (!saved) throw threeDSecureProblems.token_not_found()
  if (isExpired(saved.expiry, deps.clock.now())) throw threeDSecureProblems.card_expired()
  return saved
}

const moveOf: Record<AuthenticationOutcome['kind'], string> = {
  authenticated: 'authenticate',
  attempted: 'attempt',
  not_enrolled: 'skip',
  challenge: 'challenge',
  failed: 'fail',
  unreachable: 'fail',
}

/** Undefined where the authentication is gone; one already settled (a repeat) stays as it is. */
async function settleCheck(
  database: Database,
  key: Pick<Authentication, 'merchantId' | 'authenticationId'>,
  outcome: AuthenticationOutcome,
): Promise<Authentication | undefined> {
  const move = moveOf[outcome.kind]
  const to = authenticationMoves.next('asked', move) as AuthenticationState
  const change = {
    ...outcome,
    failure:
      outcome.kind === 'failed'
        ? outcome.status
        : outcome.kind === 'unreachable'
          ? 'unreachable'
          : undefined,
  }
  const moved = await moveAuthentication(database, key, move, to, change)
  return moved ?? findAuthentication(database, key.merchantId, key.authenticationId)
}
