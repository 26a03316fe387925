/** What the tests of the stores hand to begin and settle: one merchant, right in every part. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { NewBinding } from '../../packages/gateway/src/bindings/index.ts'
import { insertNotifications } from '../../packages/gateway/src/notifications/notifications.store.ts'
import type { Decision } from '../../packages/gateway/src/payments/network.ts'
import {
  type Settlement,
  settlementOf as settlementBy,
} from '../../packages/gateway/src/payments/outcome.ts'
import type { Operation, Payment } from '../../packages/gateway/src/payments/payment.ts'
import {
  type BeginCharge,
  type Begun,
  beginCharges,
} from '../../packages/gateway/src/payments/stores/begin.store.ts'
import type { BeginKkiPayment } from '../../packages/gateway/src/payments/stores/begin-kki.store.ts'
import {
  type Announcement,
  settleOperations,
} from '../../packages/gateway/src/payments/stores/settle.store.ts'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { createIds, type MerchantId } from '../../packages/gateway/src/primitives/id.ts'
import { rupiah } from '../../packages/gateway/src/primitives/money.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'

const ids = createIds(systemClock(), systemRandom)

export const merchantId = 'mer_of_the_store_tests' as MerchantId

export type Wish = {
  readonly requestId?: string
  readonly invoiceNumber?: string
  readonly authenticationId?: string
  readonly authenticationNeeded?: boolean
  readonly invoiceExclusive?: boolean
  readonly notificationUrl?: string
  /** A token that the charge names. */
  readonly cardToken?: string
}

let lastNumber = 0

/** A charge to begin, with ids of its own. */
export function newBegin(wish: Wish = {}): BeginCharge {
  lastNumber += 1
  const stan = String(lastNumber).padStart(6, '0')
  const now = new Date()
  const requestId = wish.requestId ?? randomUUID()
  const operation: Operation = {
    operationId: ids.next('operation'),
    kind: 'sale',
    state: 'asked',
    amount: rupiah(90_000n),
    references: { stan, rrn: `632500${stan}`, transmittedAt: now },
    askUntil: new Date(now.getTime() + 5_000),
    originalOperationId: undefined,
    requestId,
    refundType: undefined,
    referenceNo: undefined,
    partnerReferenceNo: undefined,
    reason: undefined,
    responseCode: undefined,
    approvalCode: undefined,
    createdAt: now,
    settledAt: undefined,
  }
  const nothing = rupiah(0n)
  const payment: Payment = {
    merchantId,
    paymentId: ids.next('payment'),
    state: 'pending',
    channel: 'CREDIT_CARD',
    referenceNo: undefined,
    bindingId: undefined,
    bindsCard: false,
    type: 'SALE',
    requestId,
    invoiceNumber: wish.invoiceNumber ?? `INV-${lastNumber}`,
    amount: rupiah(90_000n),
    authorized: nothing,
    captured: nothing,
    refunded: nothing,
    reserved: nothing,
    descriptor: undefined,
    customer: undefined,
    additionalInfo: undefined,
    cardId: '' as Payment['cardId'],
    card: {
      masked: '411111******1111',
      bin: '41111111',
      brand: 'VISA',
      issuer: 'OTHER',
      type: 'CREDIT',
    },
    acquirerId: 'BNI',
    mid: '000100012345',
    tid: '10001234',
    authenticationId: wish.authenticationId,
    eci: '',
    terms: undefined,
    billingTransactionId: undefined,
    cardToken: wish.cardToken,
    newToken: undefined,
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
    voidClosed: false,
    notificationUrl: wish.notificationUrl,
    createdAt: now,
    settledAt: undefined,
  }
  const newCard = {
    merchantId,
    cardId: ids.next('card'),
    sealedCard: randomBytes(60),
    fingerprint: randomBytes(32),
    expiry: '1230',
    createdAt: now,
  }
  return {
    claim: {
      merchantId,
      scope: 'transaction',
      requestId,
      route: '/credit-card/charge',
      bodyMac: randomBytes(32),
      signatureMac: randomBytes(32),
      supersedes: undefined,
    },
    requestExpiresAt: new Date(now.getTime() + 86_400_000),
    payment,
    operation,
    lookAt: new Date(now.getTime() + 6_000),
    authenticationNeeded: wish.authenticationNeeded ?? wish.authenticationId !== undefined,
    invoiceExclusive: wish.invoiceExclusive ?? false,
    cardFingerprint: undefined,
    ownAuthenticationKey: undefined,
    newCard: wish.authenticationId === undefined ? newCard : undefined,
  }
}

/** A KKI payment to begin: plain, that binds a card, or by a bound one. */
export function newKkiBegin(
  card: { newBinding?: NewBinding; bindingId?: Payment['bindingId'] } = {},
): BeginKkiPayment {
  const { payment, operation, claim, requestExpiresAt, lookAt } = newBegin()
  const { newBinding } = card
  return {
    claim: { ...claim, scope: 'snap' },
    requestExpiresAt,
    lookAt,
    operation: { ...operation, askUntil: operation.createdAt },
    newBinding,
    payment: {
      ...payment,
      channel: 'KARTU_KREDIT_INDONESIA',
      referenceNo: ids.next('reference'),
      bindingId: newBinding?.binding.bindingId ?? card.bindingId,
      bindsCard: newBinding !== undefined,
      acquirerId: 'ALTO',
      voidClosed: true,
    },
  }
}

/** An authentication as check-three-d-secure left it; its id. */
export async function keepAuthentication(
  database: Database,
  change: { state?: string; expiresAt?: Date; amountMinor?: bigint } = {},
): Promise<string> {
  const id = randomBytes(32).toString('hex')
  const now = new Date()
  await database`
    insert into authentications (
      merchant_id, authentication_id, state, amount_minor, currency, card_id, card_fingerprint,
      card_description, callback_url_success, callback_url_failed, page_id, version, eci,
      cryptogram, ask_until, expires_at, created_at
    ) values (
      ${merchantId}, ${id}, ${change.state ?? 'authenticated'},
      ${change.amountMinor ?? 9_000_000n}, 'IDR', ${ids.next('card')}, ${randomBytes(32)}, '{}',
      'https://m.example/ok', 'https://m.example/no', ${id.slice(0, 32)}, '2.2.0', '05', 'AAAA',
      ${now}, ${change.expiresAt ?? new Date(now.getTime() + 900_000)}, ${now}
    )`
  return id
}

/** The approval or the refusal of a begun charge. */
export function settlementOf(begin: BeginCharge, move: Settlement['move']): Settlement {
  const decision: Decision =
    move === 'approve'
      ? { kind: 'approved', responseCode: '00', approvalCode: '777777' }
      : { kind: 'refused', responseCode: '51' }
  return settlementBy(begin, decision, new Date())
}

/** One charge begun by a statement of its own. */
export async function beginCharge(database: Database, begin: BeginCharge): Promise<Begun> {
  const [begun] = await beginCharges(database, [begin])
  if (!begun) throw new Error('no answer')
  return begun
}

/** One operation settled by a statement of its own. */
export async function settleOperation(
  database: Database,
  settlement: Settlement,
): Promise<boolean> {
  const [won] = await settleOperations(database, announceWithNewIds, [settlement])
  return won !== undefined
}

/** As the notifications module does: every composition of the statement makes new ids. */
export const announceWithNewIds: Announcement = (database, settlements, settled) => {
  const told = settlements.filter(({ isTold }) => isTold).map(({ after }) => after)
  if (told.length === 0) return []
  const notifications = told.map(({ payment, operation }) => ({
    operationId: operation.operationId,
    merchantId: payment.merchantId,
    notificationId: ids.next('notification'),
    dialect: 'cards' as const,
    paymentId: payment.paymentId,
    subject: payment.invoiceNumber,
    requestId: randomUUID(),
    url: payment.notificationUrl ?? '',
    body: '{}',
    dueAt: payment.createdAt,
  }))
  return [insertNotifications(database, notifications, settled.operations)]
}

/** How many rows a begin left behind, table by table. */
export async function rowsOf(database: Database, begin: BeginCharge) {
  const { payment, claim } = begin
  const { operationId } = begin.operation
  const [row] = await database<Record<'claims' | 'payments' | 'operations', bigint>[]>`
    select
      (select count(*) from requests
        where request_id = ${claim.requestId} and operation_id = ${operationId}) as claims,
      (select count(*) from payments where payment_id = ${payment.paymentId}) as payments,
      (select count(*) from operations where operation_id = ${operationId}) as operations`
  return {
    claims: Number(row?.claims),
    payments: Number(row?.payments),
    operations: Number(row?.operations),
  }
}

export const nothing = { claims: 0, payments: 0, operations: 0 }
export const everything = { claims: 1, payments: 1, operations: 1 }
