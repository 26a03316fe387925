import type { Merchant } from '../merchants/index.ts'
import type { AcquirerOutcome, CardAcquirer } from '../networks/card-acquirer/contract.ts'
import type { Database } from '../platform/database/index.ts'
import { type Clock, later, withDeadline } from '../primitives/clock.ts'
import type { Ids } from '../primitives/id.ts'
import type { Money } from '../primitives/money.ts'
import type { Secret } from '../primitives/secret.ts'
import type { RequestClaim } from '../requests/index.ts'
import {
  type CardDescription,
  describeCard,
  longestInvoiceNumber,
  routeCard,
} from '../routing/index.ts'
import type { Screening } from '../screening/index.ts'
import {
  type ThreeDSecure,
  threeDSecureProblems,
  type UsedAuthentication,
} from '../three-d-secure/index.ts'
import type { CardDetails, Vault } from '../vault/index.ts'
import type { BeginCharge, Begun } from './begin.store.ts'
import { type Payment, paymentProblems } from './payment.ts'
import { findByOperation, isPaid } from './payments.store.ts'
import { loseOperation, type Settlement } from './settle.store.ts'
import type { TraceNumbers } from './trace-numbers.ts'

export type ChargeDeps = {
  readonly database: Database
  readonly acquirers: (acquirerId: string) => CardAcquirer
  readonly threeDSecure: Pick<ThreeDSecure, 'find'>
  readonly vault: Vault
  readonly screening: Screening
  readonly traceNumbers: TraceNumbers
  readonly begin: (begin: BeginCharge) => Promise<Begun>
  /** Whether this settlement was the one. */
  readonly settle: (settlement: Settlement) => Promise<boolean>
  readonly clock: Clock
  readonly ids: Ids
  /** Repeats a repeatable statement that lost against another, or lost its connection. */
  readonly repeat: <T>(work: () => Promise<T>) => Promise<T>
  readonly askDeadlineMs: number
  readonly requestLifetimeMs: number
}

export type ChargeCommand = {
  readonly merchant: Merchant
  readonly claim: RequestClaim
  readonly type: 'SALE'
  readonly invoiceNumber: string
  readonly amount: Money
  readonly descriptor: string | undefined
  readonly customer: Readonly<Record<string, string>> | undefined
  readonly additionalInfo: unknown
  readonly authenticationId: string | undefined
  readonly card: CardDetails | undefined
  readonly cvv: Secret<string> | undefined
}

export type ChargeResult =
  | { readonly kind: 'charged'; readonly payment: Payment }
  /** Another request holds the Request-Id. */
  | { readonly kind: 'duplicate' }

/** Begins a charge, asks the acquirer, settles (design.md 2). */
export async function charge(deps: ChargeDeps, command: ChargeCommand): Promise<ChargeResult> {
  const plan = await planCharge(deps, command)
  const begun = await deps.begin(plan.begin)
  if (begun.kind === 'duplicate') return begun

  const payment = { ...plan.begin.payment, eci: begun.used?.eci ?? '' }
  const outcome = await ask(deps, command, { ...plan.begin, payment }, begun.used)
  return { kind: 'charged', payment: await settle(deps, { ...plan.begin, payment }, outcome) }
}

/** Everything that is decided before anything is written. */
async function planCharge(deps: ChargeDeps, command: ChargeCommand) {
  const { merchant } = command
  const card = await cardOf(deps, command)
  const account = routeCard(merchant, card)
  if (!account) throw paymentProblems.no_route()
  const maximum = longestInvoiceNumber(account.acquirerId)
  if (command.invoiceNumber.length > maximum) {
    throw threeDSecureProblems.invoice_number_too_long({ maximum })
  }
  const { merchantId, settings } = merchant
  if (
    settings.refusePaidInvoice &&
    (await isPaid(deps.database, merchantId, command.invoiceNumber))
  ) {
    throw paymentProblems.double_request()
  }

  const now = deps.clock.now()
  const authenticationNeeded = settings.threeDSecure || command.authenticationId !== undefined
  const keepsNewCard = !authenticationNeeded && command.card !== undefined
  const payment: Payment = {
    merchantId,
    paymentId: deps.ids.next('payment'),
    state: 'pending',
    type: command.type,
    requestId: command.claim.requestId,
    invoiceNumber: command.invoiceNumber,
    amount: command.amount,
    descriptor: command.descriptor,
    customer: command.customer,
    additionalInfo: command.additionalInfo,
    card,
    acquirerId: account.acquirerId,
    mid: account.mid,
    tid: account.tid,
    authenticationId: command.authenticationId,
    eci: '',
    verification: deps.screening.screen({ email: command.customer?.['email'] }),
    responseCode: undefined,
    approvalCode: undefined,
    notificationUrl: settings.notificationUrl ?? undefined,
    createdAt: now,
    settledAt: undefined,
  }
  const begin: BeginCharge = {
    claim: command.claim,
    requestExpiresAt: later(now, deps.requestLifetimeMs),
    payment,
    operationId: deps.ids.next('operation'),
    references: await deps.traceNumbers.next(account, now),
    askUntil: later(deps.clock.realNow(), deps.askDeadlineMs),
    authenticationNeeded,
    invoiceExclusive: settings.refusePaidInvoice,
    cardFingerprint: command.card && deps.vault.fingerprint(command.card.number),
    newCard: keepsNewCard ? deps.vault.seal(merchantId, command.card) : undefined,
  }
  return { begin }
}

/** The card that the charge names, else the one of its authentication. */
async function cardOf(deps: ChargeDeps, command: ChargeCommand): Promise<CardDescription> {
  if (command.card) {
    const described = command.card.number.reveal(describeCard)
    if (!described) throw paymentProblems.no_route()
    return described
  }
  const { authenticationId, merchant } = command
  const authentication =
    authenticationId && (await deps.threeDSecure.find(merchant.merchantId, authenticationId))
  if (!authentication) throw threeDSecureProblems.authentication_not_usable()
  return authentication.card
}

/** What is known after the asking; a screening that rejected asks nobody. */
async function ask(
  deps: ChargeDeps,
  command: ChargeCommand,
  begin: BeginCharge,
  used: UsedAuthentication | undefined,
): Promise<AcquirerOutcome> {
  const { payment } = begin
  if (payment.verification.status === 'REJECT') return { kind: 'refused', responseCode: 'RJ' }
  const card = command.card ?? (used && (await deps.vault.open(payment.merchantId, used.cardId)))
  if (!card) return { kind: 'unknown', reason: 'the card is gone' }
  // Nobody sends after ask_until: a process that slept through it must leave it to the resolver.
  const timeLeft = begin.askUntil.getTime() - deps.clock.realNow().getTime()
  if (timeLeft <= 0) return { kind: 'unknown', reason: 'too late to ask' }
  const sale = {
    references: begin.references,
    mid: payment.mid,
    tid: payment.tid,
    subMerchantId: command.merchant.clientId,
    invoiceNumber: payment.invoiceNumber,
    descriptor: payment.descriptor,
    amount: payment.amount,
    card: { ...card, cvv: command.cvv },
    authentication: used,
  }
  return withDeadline(deps.clock, timeLeft, (deadline) =>
    deps.acquirers(payment.acquirerId).sale(sale, deadline),
  )
}

/** The payment as it stands after the outcome, whoever settled it. */
async function settle(
  deps: ChargeDeps,
  begin: BeginCharge,
  outcome: AcquirerOutcome,
): Promise<Payment> {
  const { database, repeat } = deps
  const { payment, operationId } = begin
  if (outcome.kind === 'unknown') {
    await repeat(() => loseOperation(database, payment.merchantId, operationId))
  } else {
    const settled: Payment = {
      ...payment,
      state: outcome.kind === 'approved' ? 'captured' : 'refused',
      responseCode: outcome.responseCode,
      approvalCode: outcome.kind === 'approved' ? outcome.approvalCode : undefined,
      settledAt: deps.clock.now(),
    }
    const move = outcome.kind === 'approved' ? 'approve' : 'refuse'
    if (await deps.settle({ payment: settled, operationId, move })) return settled
  }
  const found = await findByOperation(database, payment.merchantId, operationId)
  if (!found) throw paymentProblems.payment_ended_by_reset()
  return found.payment
}
