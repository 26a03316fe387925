/** Everything of a charge that is decided before anything is written. */
import { createHash } from 'node:crypto'
import { checkAgreement, choosePlan, findAgreement } from '../agreements/index.ts'
import type { AcquirerAccount, Merchant, PaymentType } from '../merchants/index.ts'
import type { AuthenticationProof } from '../networks/card-acquirer/contract.ts'
import { isExpired } from '../primitives/card-expiry.ts'
import { later } from '../primitives/clock.ts'
import type { CardId } from '../primitives/id.ts'
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
import { type ThreeDSecure, threeDSecureProblems } from '../three-d-secure/index.ts'
import type { CardDetails, Vault } from '../vault/index.ts'
import { type AskDeps, askTimes } from './ask.ts'
import { newOperation, type Payment, paymentProblems } from './payment.ts'
import type { BeginCharge } from './stores/begin.store.ts'
import { isPaid } from './stores/payments.store.ts'

export type PlanDeps = AskDeps & {
  readonly threeDSecure: Pick<ThreeDSecure, 'find'>
  readonly vault: Vault
  readonly screening: Screening
  readonly random: Random
  readonly requestLifetimeMs: number
}

export type ChargeCommand = {
  readonly merchant: Merchant
  readonly claim: RequestClaim
  readonly type: PaymentType
  readonly terms: Payment['terms']
  readonly invoiceNumber: string
  readonly amount: Money
  readonly descriptor: string | undefined
  readonly customer: Readonly<Record<string, string>> | undefined
  readonly additionalInfo: unknown
  readonly authenticationId: string | undefined
  /** MPI: the merchant authenticated the cardholder by itself. */
  readonly ownAuthentication: AuthenticationProof | undefined
  readonly card: CardDetails | undefined
  /** A saved card, where no number is given. */
  readonly token: string | undefined
  readonly saveCard: boolean
  readonly cvv: Secret<string> | undefined
  /** Where this payment's end is told instead of at the merchant's configured URL. */
  readonly notificationUrl: string | undefined
}

/** A hold is the merchant's for 7 days (wire.md 4.5). */
const holdMs = 7 * 86_400_000

/** The card of a charge, wherever it comes from. */
type CardOfCharge = {
  readonly description: CardDescription
  /** Undefined where the card is the authentication's, and where it is not kept yet. */
  readonly cardId: CardId | undefined
  readonly fingerprint: Buffer
  /** By number or token, besides an authentication: then the two must be of one card. */
  readonly isNamed: boolean
}

/**
 * @throws Problem no_route, invoice_number_too_long, double_request, token_not_found, card_expired,
 * authentication_not_usable, and those of agreements
 */
export async function planCharge(deps: PlanDeps, command: ChargeCommand): Promise<BeginCharge> {
  const { merchant } = command
  const { merchantId, settings } = merchant
  const now = deps.clock.now()
  const card = await cardOf(deps, command, now)
  const account = routeCard(merchant, card.description, command.type)
  if (!account) throw paymentProblems.no_route()
  const maximum = longestInvoiceNumber(account.acquirerId)
  if (command.invoiceNumber.length > maximum) {
    throw threeDSecureProblems.invoice_number_too_long({ maximum })
  }
  if (
    settings.refusePaidInvoice &&
    (await isPaid(deps.database, merchantId, command.invoiceNumber))
  ) {
    throw paymentProblems.double_request()
  }

  const terms = await agreedTerms(deps, command, account)
  const { askUntil, lookAt } = askTimes(deps)
  const isAuthenticated = command.authenticationId !== undefined
  const needsAuthentication =
    settings.threeDSecure &&
    command.ownAuthentication === undefined &&
    terms?.kind !== 'moto' &&
    terms?.kind !== 'recurring'
  const newCard =
    command.card && !isAuthenticated ? deps.vault.seal(merchantId, command.card) : undefined
  const isHold = command.type === 'AUTHORIZE'
  const operation = newOperation({
    operationId: deps.ids.next('operation'),
    kind: isHold ? 'authorize' : 'sale',
    amount: command.amount,
    references: await deps.traceNumbers.next(account, now),
    askUntil,
    requestId: command.claim.requestId,
    createdAt: now,
  })
  const payment: Payment = {
    merchantId,
    paymentId: deps.ids.next('payment'),
    state: 'pending',
    channel: 'CREDIT_CARD',
    type: command.type,
    requestId: command.claim.requestId,
    invoiceNumber: command.invoiceNumber,
    referenceNo: undefined,
    amount: command.amount,
    authorized: nothing,
    captured: nothing,
    refunded: nothing,
    reserved: nothing,
    descriptor: command.descriptor,
    customer: command.customer,
    additionalInfo: command.additionalInfo,
    // Of an authentication the statement that begins knows the card.
    cardId: newCard?.cardId ?? card.cardId ?? ('' as CardId),
    card: card.description,
    bindingId: undefined,
    bindsCard: false,
    acquirerId: account.acquirerId,
    mid: account.mid,
    tid: account.tid,
    authenticationId: command.authenticationId,
    eci: command.ownAuthentication?.eci ?? '',
    terms,
    billingTransactionId: undefined,
    cardToken: command.token,
    newToken: command.saveCard ? deps.vault.newToken() : undefined,
    verification: await deps.screening.verify(merchant, {
      operationId: operation.operationId,
      email: command.customer?.['email'],
      amount: command.amount,
      hashedCardNumber: deps.vault.hashedCardNumber(merchantId, card.fingerprint),
      country: card.description.country,
      at: now,
    }),
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
    notificationUrl: command.notificationUrl ?? settings.notificationUrl ?? undefined,
    createdAt: now,
    settledAt: undefined,
  }
  return {
    claim: command.claim,
    requestExpiresAt: later(now, deps.requestLifetimeMs),
    payment,
    operation,
    lookAt,
    authenticationNeeded: needsAuthentication || isAuthenticated,
    invoiceExclusive: settings.refusePaidInvoice,
    cardFingerprint: card.isNamed ? card.fingerprint : undefined,
    newCard,
    ownAuthenticationKey: keyOf(command.ownAuthentication),
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

/** The card that the charge names by number or token, else the one of its authentication. */
async function cardOf(deps: PlanDeps, command: ChargeCommand, now: Date): Promise<CardOfCharge> {
  const { card, token, authenticationId, merchant } = command
  if (card) {
    const description = card.number.reveal(describeCard)
    if (!description) throw paymentProblems.no_route()
    const fingerprint = deps.vault.fingerprint(card.number)
    return { description, cardId: undefined, fingerprint, isNamed: true }
  }
  if (token !== undefined) return savedCardOf(deps, command, token, now)
  const authentication =
    authenticationId && (await deps.threeDSecure.find(merchant.merchantId, authenticationId))
  if (!authentication) throw threeDSecureProblems.authentication_not_usable()
  const { card: description, cardFingerprint: fingerprint } = authentication
  return { description, cardId: undefined, fingerprint, isNamed: false }
}

async function savedCardOf(
  deps: PlanDeps,
  { merchant: { merchantId }, customer }: ChargeCommand,
  token: string,
  now: Date,
): Promise<CardOfCharge> {
  const found = await deps.vault.findToken<CardDescription>(merchantId, token, customer?.['id'])
  const card = found && (await deps.vault.open(merchantId, found.cardId))
  if (!card) throw paymentProblems.token_not_found()
  if (isExpired(card.expiry, now)) throw paymentProblems.card_expired()
  const fingerprint = deps.vault.fingerprint(card.number)
  return { description: found.description, cardId: found.cardId, fingerprint, isNamed: true }
}

/** The terms with the acquirer's plan, or as far as the agreement allows them. */
async function agreedTerms(
  deps: PlanDeps,
  { merchant: { merchantId }, amount, terms }: ChargeCommand,
  account: AcquirerAccount,
): Promise<Payment['terms']> {
  if (terms?.kind === 'installment') return { ...terms, ...choosePlan(account, terms) }
  if (terms?.kind === 'recurring') {
    const agreement = await findAgreement(deps.database, merchantId, terms.billingNumber)
    checkAgreement(agreement, terms, amount)
  }
  return terms
}

/** What makes an authentication of the merchant's own the same one again. */
function keyOf(proof: AuthenticationProof | undefined): string | undefined {
  if (proof?.cryptogram === undefined) return undefined
  const { directoryServerTransactionId, cryptogram } = proof
  const parts = JSON.stringify([directoryServerTransactionId ?? null, cryptogram])
  return createHash('sha256').update(parts).digest('hex')
}
