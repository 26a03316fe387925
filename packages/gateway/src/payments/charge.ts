/** A charge: begun, asked, settled (design.md 2), for every type of payment. */
import type { Merchant } from '../merchants/index.ts'
import type { AcquirerOutcome } from '../networks/card-acquirer/contract.ts'
import { later } from '../primitives/clock.ts'
import { type Money, rupiah } from '../primitives/money.ts'
import { type Random, randomDigits } from '../primitives/random.ts'
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
import { type AskDeps, askInTime, askTimes, messageOf, settleBy } from './ask.ts'
import {
  type Operation,
  type OperationOfPayment,
  type Payment,
  type PaymentType,
  paymentProblems,
} from './payment.ts'
import type { BeginCharge, Begun } from './stores/begin.store.ts'
import { isPaid } from './stores/payments.store.ts'

export type ChargeDeps = AskDeps & {
  readonly threeDSecure: Pick<ThreeDSecure, 'find'>
  readonly vault: Vault
  readonly screening: Screening
  readonly random: Random
  readonly begin: (begin: BeginCharge) => Promise<Begun>
  readonly requestLifetimeMs: number
}

export type ChargeCommand = {
  readonly merchant: Merchant
  readonly claim: RequestClaim
  readonly type: PaymentType
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

/** A hold is the merchant's for 7 days (wire.md 4.5). */
const holdMs = 7 * 86_400_000

/** Begins a charge, asks the acquirer, settles. */
export async function charge(deps: ChargeDeps, command: ChargeCommand): Promise<ChargeResult> {
  const plan = await planCharge(deps, command)
  const begun = await deps.begin(plan)
  if (begun.kind === 'duplicate') return begun

  const asked = {
    payment: { ...plan.payment, eci: begun.used?.eci ?? '' },
    operation: plan.operation,
  }
  const outcome = await ask(deps, command, asked, begun.used)
  const { payment } = await settleBy(deps, asked, outcome)
  return { kind: 'charged', payment }
}

/** Everything that is decided before anything is written. */
async function planCharge(deps: ChargeDeps, command: ChargeCommand): Promise<BeginCharge> {
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
  const { askUntil, lookAt } = askTimes(deps)
  const authenticationNeeded = settings.threeDSecure || command.authenticationId !== undefined
  const keepsNewCard = !authenticationNeeded && command.card !== undefined
  const newCard = keepsNewCard ? deps.vault.seal(merchantId, command.card) : undefined
  const isHold = command.type === 'AUTHORIZE'
  const operation: Operation = {
    operationId: deps.ids.next('operation'),
    kind: isHold ? 'authorize' : 'sale',
    state: 'asked',
    amount: command.amount,
    references: await deps.traceNumbers.next(account, now),
    askUntil,
    originalOperationId: undefined,
    requestId: command.claim.requestId,
    refundType: undefined,
    responseCode: undefined,
    approvalCode: undefined,
    createdAt: now,
    settledAt: undefined,
  }
  const payment: Payment = {
    merchantId,
    paymentId: deps.ids.next('payment'),
    state: 'pending',
    type: command.type,
    requestId: command.claim.requestId,
    invoiceNumber: command.invoiceNumber,
    amount: command.amount,
    authorized: nothing,
    captured: nothing,
    refunded: nothing,
    reserved: nothing,
    descriptor: command.descriptor,
    customer: command.customer,
    additionalInfo: command.additionalInfo,
    // Of an authentication the statement that begins knows the card.
    cardId: newCard?.cardId ?? ('' as Payment['cardId']),
    card,
    acquirerId: account.acquirerId,
    mid: account.mid,
    tid: account.tid,
    authenticationId: command.authenticationId,
    eci: '',
    verification: deps.screening.screen({ email: command.customer?.['email'] }),
    responseCode: undefined,
    approvalCode: undefined,
    authorizeId: isHold ? randomDigits(deps.random, 17) : undefined,
    captureUntil: isHold ? later(now, holdMs) : undefined,
    chargeOperationId: operation.operationId,
    captureOperationId: undefined,
    openOperationId: undefined,
    settlementHeld: holdsSettlement(command.additionalInfo),
    batchId: undefined,
    voidClosed: false,
    notificationUrl: settings.notificationUrl ?? undefined,
    createdAt: now,
    settledAt: undefined,
  }
  return {
    claim: command.claim,
    requestExpiresAt: later(now, deps.requestLifetimeMs),
    payment,
    operation,
    lookAt,
    authenticationNeeded,
    invoiceExclusive: settings.refusePaidInvoice,
    cardFingerprint: command.card && deps.vault.fingerprint(command.card.number),
    newCard,
  }
}

const nothing = rupiah(0n)

/** `additional_info.hold_settlement` keeps a payment out of the settlement until it is released. */
function holdsSettlement(additionalInfo: unknown): boolean {
  return (
    typeof additionalInfo === 'object' &&
    additionalInfo !== null &&
    Reflect.get(additionalInfo, 'hold_settlement') === true
  )
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
  asked: OperationOfPayment,
  used: UsedAuthentication | undefined,
): Promise<AcquirerOutcome> {
  const { payment } = asked
  if (payment.verification.status === 'REJECT') return { kind: 'refused', responseCode: 'RJ' }
  const card = command.card ?? (used && (await deps.vault.open(payment.merchantId, used.cardId)))
  if (!card) return { kind: 'unknown', reason: 'the card is gone' }
  const message = {
    ...messageOf(asked, command.merchant.clientId),
    descriptor: payment.descriptor,
    card: { ...card, cvv: command.cvv },
    authentication: used,
  }
  return askInTime(deps, asked, (acquirer, deadline) =>
    asked.operation.kind === 'authorize'
      ? acquirer.authorize(message, deadline)
      : acquirer.sale(message, deadline),
  )
}
