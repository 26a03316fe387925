/**
 * A payment by Kartu Kredit Indonesia (wire.md 7.3), in all four variants: begun, asked, settled
 * (design.md 2). Where the cardholder must confirm it in the issuer's app it stays pending, and the
 * resolver finds the decision.
 */
import type { Bindings, NewBinding } from '../../bindings/index.ts'
import type { KkiSwitch, PayCommand } from '../../networks/kki-switch/contract.ts'
import { later } from '../../primitives/clock.ts'
import { rupiah } from '../../primitives/money.ts'
import { describeCpan, kkiAccountOf } from '../../routing/index.ts'
import { type AskDeps, askInTime, askTimes, settleBy } from '../ask.ts'
import { newOperation, type OperationOfPayment, type Payment } from '../payment.ts'
import { beginKkiPayment } from '../stores/begin-kki.store.ts'
import { toOutcome } from './kki-network.ts'
import { kkiProblems, type PayByKkiCommand, type PayByKkiResult } from './kki-payment.ts'

export type PayByKkiDeps = AskDeps & {
  readonly bindings: Pick<
    Bindings,
    'planPaid' | 'findActive' | 'findBound' | 'tokenOf' | 'sealAccount'
  >
  readonly kkiSwitch: KkiSwitch
  readonly requestLifetimeMs: number
}

/**
 * Begins a payment, asks the switch, settles.
 * @throws Problem channel_not_activated, partner_reference_used, bank_card_token_not_found,
 * already_bound: then nothing was begun
 */
export async function payByKki(
  deps: PayByKkiDeps,
  command: PayByKkiCommand,
): Promise<PayByKkiResult> {
  const card = await cardOf(deps, command)
  const asked = await plan(deps, command, card)
  const now = asked.payment.createdAt
  const begun = await deps.repeat(() =>
    beginKkiPayment(deps.database, {
      claim: command.claim,
      requestExpiresAt: later(now, deps.requestLifetimeMs),
      ...asked,
      newBinding: card.newBinding,
      lookAt: askTimes(deps).lookAt,
    }),
  )
  if (begun === 'duplicate') return { kind: 'duplicate' }

  const message = messageOf(command, asked, card)
  const outcome = await askInTime(deps, asked.operation, async (deadline) =>
    toOutcome(await deps.kkiSwitch.pay(message, deadline)),
  )
  const { payment } = await settleBy(deps, asked, outcome)
  return { kind: 'asked', payment, bankCardToken: await boundToken(deps, command, payment) }
}

/** The card of a payment, wherever it comes from. */
type CardOfPayment = {
  readonly description: Payment['card']
  /** The bound card that pays, or that the customer had bound before. */
  readonly bindingId: Payment['bindingId']
  /** The binding that an approval makes. */
  readonly newBinding: NewBinding | undefined
  readonly referenceNo: string
  readonly custIdMerchant: string | undefined
  /** What the switch calls the card; undefined where the customer presents it. */
  readonly account: string | undefined
}

async function cardOf(deps: PayByKkiDeps, command: PayByKkiCommand): Promise<CardOfPayment> {
  const { merchant, source, customer, externalId, partnerReferenceNo } = command
  const { merchantId } = merchant
  const referenceNo = deps.ids.next('reference')
  if (source.kind === 'token') {
    const active = await deps.bindings.findActive(merchantId, source.bankCardToken)
    if (!active) throw kkiProblems.bank_card_token_not_found()
    const { binding, account } = active
    const { bindingId, custIdMerchant, maskedCpan, issuer } = binding
    const description = {
      masked: maskedCpan,
      bin: '',
      brand: 'KKI',
      issuer,
      type: 'CREDIT',
    } as const
    return { description, bindingId, newBinding: undefined, referenceNo, custIdMerchant, account }
  }
  const custIdMerchant = customer?.id
  const common = {
    description: source.cpan.reveal(describeCpan),
    referenceNo,
    custIdMerchant,
    account: undefined,
  }
  if (!source.binds || custIdMerchant === undefined) {
    return { ...common, bindingId: undefined, newBinding: undefined }
  }
  const bound = await deps.bindings.findBound(merchantId, custIdMerchant, source.cpan)
  // Nothing is left to bind: the customer keeps the token that there is.
  if (bound) return { ...common, bindingId: bound.bindingId, newBinding: undefined }
  const { newBinding } = deps.bindings.planPaid({
    merchant,
    externalId,
    custIdMerchant,
    cpan: source.cpan,
    partnerReferenceNo,
    referenceNo,
  })
  return { ...common, bindingId: newBinding.binding.bindingId, newBinding }
}

const nothing = rupiah(0n)

async function plan(
  deps: PayByKkiDeps,
  command: PayByKkiCommand,
  card: CardOfPayment,
): Promise<OperationOfPayment> {
  const { merchant, customer, amount } = command
  const account = kkiAccountOf(merchant)
  if (!account) throw kkiProblems.channel_not_activated()
  const now = deps.clock.now()
  const operation = newOperation({
    operationId: deps.ids.next('operation'),
    kind: 'sale',
    amount,
    references: await deps.traceNumbers.next(account, now),
    askUntil: askTimes(deps).askUntil,
    requestId: command.externalId,
    createdAt: now,
  })
  const payment: Payment = {
    merchantId: merchant.merchantId,
    paymentId: deps.ids.next('payment'),
    state: 'pending',
    channel: 'KARTU_KREDIT_INDONESIA',
    type: 'SALE',
    requestId: command.externalId,
    invoiceNumber: command.partnerReferenceNo,
    referenceNo: card.referenceNo,
    amount,
    authorized: nothing,
    captured: nothing,
    refunded: nothing,
    reserved: nothing,
    descriptor: undefined,
    customer: customerOf(card.custIdMerchant, customer?.name),
    additionalInfo: command.lineItems === undefined ? undefined : { lineItems: command.lineItems },
    cardId: '' as Payment['cardId'],
    card: card.description,
    bindingId: card.bindingId,
    bindsCard: card.newBinding !== undefined,
    acquirerId: account.acquirerId,
    mid: account.mid,
    tid: account.tid,
    authenticationId: undefined,
    eci: '',
    terms: undefined,
    billingTransactionId: undefined,
    cardToken: undefined,
    newToken: undefined,
    // A merchant's screening rules are about cards; the issuer's app asks the cardholder himself.
    verification: { status: 'APPROVE', reason: '' },
    responseCode: undefined,
    approvalCode: undefined,
    authorizeId: undefined,
    captureUntil: undefined,
    chargeOperationId: operation.operationId,
    captureOperationId: undefined,
    openOperationId: undefined,
    settlementHeld: false,
    batchId: undefined,
    // The switch takes no voids: what is paid can be refunded at once.
    voidClosed: true,
    notificationUrl: merchant.settings.snapNotificationUrl ?? undefined,
    createdAt: now,
    settledAt: undefined,
  }
  return { payment, operation }
}

function customerOf(id: string | undefined, name: string | undefined): Payment['customer'] {
  const customer = { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
  return Object.keys(customer).length > 0 ? customer : undefined
}

function messageOf(
  { merchant, source, amount, partnerReferenceNo }: PayByKkiCommand,
  { payment, operation }: OperationOfPayment,
  card: CardOfPayment,
): PayCommand {
  return {
    references: operation.references,
    mid: payment.mid,
    tid: payment.tid,
    subMerchantId: merchant.clientId,
    partnerReferenceNo,
    custIdMerchant: card.custIdMerchant,
    referenceNo: card.referenceNo,
    amount,
    source:
      source.kind === 'token'
        ? { kind: 'account', account: card.account ?? '', device: source.device }
        : {
            kind: 'card',
            card: { cpan: source.cpan, ott: source.ott },
            binds: card.newBinding !== undefined,
          },
  }
}

/** The token of the card that was to be bound, where the payment is paid. */
async function boundToken(
  { bindings }: PayByKkiDeps,
  { source }: PayByKkiCommand,
  { merchantId, bindingId, state }: Payment,
): Promise<string | undefined> {
  if (source.kind !== 'card' || bindingId === undefined || state !== 'captured') return undefined
  return bindings.tokenOf(merchantId, bindingId)
}
