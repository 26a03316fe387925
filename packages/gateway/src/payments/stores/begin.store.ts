/**
 * begin (design.md 2): one statement claims the Request-Id, uses up the authentication, keeps the
 * card, inserts the payment and the operation `asked`; for as many charges as come at once. Whatever
 * cannot be done aborts all of it, by a named constraint; so there is never a claim without a
 * payment. It can be repeated: all ids are the caller's.
 */
import { agreementProblems, ordinalConstraint, ordinalKey } from '../../agreements/index.ts'
import type { Database } from '../../platform/database/index.ts'
import type { OperationId } from '../../primitives/id.ts'
import { claimRequests, type RequestClaim, requestKeyText } from '../../requests/index.ts'
import {
  threeDSecureProblems,
  type UsedAuthentication,
  useAuthentications,
} from '../../three-d-secure/index.ts'
import { keepCards, lockTokens, type SealedCard } from '../../vault/index.ts'
import { type Operation, type Payment, paymentProblems } from '../payment.ts'

export type BeginCharge = {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
  readonly payment: Payment
  /** The sale or authorization, as it will be asked. */
  readonly operation: Operation
  /** When the resolver looks first (business time), if nobody settles before. */
  readonly lookAt: Date
  readonly authenticationNeeded: boolean
  readonly invoiceExclusive: boolean
  /** Fingerprint of the card that the charge names; undefined where it names none. */
  readonly cardFingerprint: Buffer | undefined
  /** A card to keep, where no authentication has kept it already. */
  readonly newCard: SealedCard | undefined
  /** What makes the merchant's own authentication the same one again. */
  readonly ownAuthenticationKey: string | undefined
}

export type Begun =
  | { readonly kind: 'begun'; readonly used: UsedAuthentication | undefined }
  /** Another operation holds the Request-Id; nothing was written. */
  | { readonly kind: 'duplicate' }

type Row = {
  operationId: OperationId
  cardId: UsedAuthentication['cardId'] | null
  eci: string | null
  cryptogram: string | null
  directoryServerTransactionId: string | null
  version: string | null
}

/**
 * Begins charges, each of another Request-Id, invoice and authentication (`beginKeys`).
 * @throws Problem double_request, authentication_not_usable, authentication_reused,
 * token_not_found: then none of them is begun
 */
export async function beginCharges(
  database: Database,
  begins: readonly BeginCharge[],
): Promise<Begun[]> {
  try {
    const rows = await runBegin(database, begins)
    const begun = new Map(rows.map((row) => [row.operationId, row]))
    return begins.map(({ operation }) => {
      const row = begun.get(operation.operationId)
      if (!row) return { kind: 'duplicate' }
      return { kind: 'begun', used: row.cardId === null ? undefined : toUsed(row, row.cardId) }
    })
  } catch (error) {
    throw problemOfConstraint(error) ?? error
  }
}

/** What two charges of one statement must not share. */
export function beginKeys({ claim, payment, ownAuthenticationKey }: BeginCharge): string[] {
  const { merchantId, invoiceNumber, authenticationId, terms } = payment
  return [
    requestKeyText(claim),
    JSON.stringify(['invoice', merchantId, invoiceNumber]),
    JSON.stringify([
      'authentication',
      merchantId,
      authenticationId ?? ownAuthenticationKey ?? claim.requestId,
    ]),
    ...(terms?.kind === 'recurring'
      ? [ordinalKey(merchantId, terms.billingNumber, terms.ordinal)]
      : []),
  ]
}

function runBegin(database: Database, begins: readonly BeginCharge[]) {
  const mine = database`mine`
  const used = begins.flatMap(({ payment, operation: { operationId }, cardFingerprint }) => {
    const { merchantId, authenticationId, amount, createdAt: now } = payment
    if (authenticationId === undefined) return []
    return [{ operationId, merchantId, authenticationId, amount, cardFingerprint, now }]
  })
  const kept = begins.flatMap(({ operation: { operationId }, newCard }) =>
    newCard ? [{ operationId, card: newCard }] : [],
  )
  const tokens = begins.flatMap(({ payment, operation: { operationId } }) => {
    const { merchantId, cardToken: token, customer } = payment
    return token === undefined
      ? []
      : [{ operationId, merchantId, token, customerId: customer?.['id'] }]
  })
  const locking =
    tokens.length > 0 ? database`locked as (${lockTokens(database, tokens, mine)}),` : database``
  // Also beside an authentication, which has the card already: a token that is named must be active.
  const cardId =
    tokens.length > 0
      ? database`
          case when begins.card_token is null or locked.card_id is not null
            then coalesce(used.card_id, locked.card_id, new_card_id, '') else '' end`
      : database`coalesce(used.card_id, new_card_id, '')`
  const joinLocked =
    tokens.length > 0 ? database`left join locked using (operation_id)` : database``
  const keeping =
    kept.length > 0 ? database`kept as (${keepCards(database, kept, mine)}),` : database``
  // Tables in the order in which a reset locks them (paymentTables), so that the two never deadlock.
  return database<Row[]>`
    with ${claimRequests(database, begins.map(toClaim))},
    ${keeping}
    ${locking}
    used as (${useAuthentications(database, used, mine)}),
    begins as (
      select * from jsonb_to_recordset(${JSON.stringify(begins.map(toRow))}::text::jsonb) as begin(
        merchant_id text, operation_id text, payment_id text, kind text, ask_until timestamptz,
        look_at timestamptz, stan text, rrn text, transmitted_at timestamptz, state text, type text, request_id text,
        invoice_number text, currency text, amount_minor bigint, descriptor text, customer jsonb,
        additional_info jsonb, eci text, terms jsonb, card_token text, new_token text,
        own_authentication_key text, new_card_id text, card_description jsonb, acquirer_id text, mid text,
        tid text, authentication_needed boolean, verification_status text,
        verification_reason text, authorize_id text, capture_until timestamptz,
        settlement_held boolean, notification_url text, invoice_exclusive boolean,
        created_at timestamptz)
      join mine using (operation_id)
    ),
    operation as (
      insert into operations (
        merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, look_at, stan,
        rrn, transmitted_at, request_id, created_at
      )
      select merchant_id, operation_id, payment_id, kind, 'asked', amount_minor, ask_until, look_at,
        stan, rrn, transmitted_at, request_id, created_at
      from begins
      on conflict (merchant_id, operation_id) do nothing
    ),
    payment as (
      insert into payments (
        merchant_id, payment_id, state, type, request_id, invoice_number, currency, amount_minor,
        descriptor, customer, additional_info, card_id, card_description, acquirer_id, mid, tid,
        authentication_needed, authentication_id, eci, terms, card_token, new_token,
        own_authentication_key, verification_status, verification_reason, authorize_id, capture_until, settlement_held, charge_operation_id, notification_url,
        invoice_exclusive, created_at
      )
      select merchant_id, payment_id, state, type, request_id, invoice_number, currency,
        amount_minor, descriptor, customer, additional_info, ${cardId}, card_description,
        acquirer_id, mid, tid, authentication_needed, used.authentication_id, coalesce(used.eci, begins.eci),
        terms, card_token, new_token, own_authentication_key, verification_status,
        verification_reason, authorize_id, capture_until, settlement_held, operation_id,
        notification_url, invoice_exclusive, created_at
      from begins
      left join used using (operation_id)
      ${joinLocked}
      on conflict (merchant_id, payment_id) do nothing
    )
    select operation_id as "operationId", used.card_id as "cardId", used.eci, used.cryptogram,
      used.directory_server_transaction_id as "directoryServerTransactionId", used.version
    from mine
    left join used using (operation_id)`
}

function toClaim({ claim, operation, payment, requestExpiresAt }: BeginCharge) {
  return {
    ...claim,
    operationId: operation.operationId,
    invoiceNumber: payment.invoiceNumber,
    expiresAt: requestExpiresAt,
  }
}

function toRow({ payment, operation, ...begin }: BeginCharge) {
  const { references } = operation
  return {
    merchant_id: payment.merchantId,
    operation_id: operation.operationId,
    payment_id: payment.paymentId,
    kind: operation.kind,
    ask_until: operation.askUntil,
    look_at: begin.lookAt,
    stan: references.stan,
    rrn: references.rrn,
    transmitted_at: references.transmittedAt,
    state: payment.state,
    type: payment.type,
    request_id: payment.requestId,
    invoice_number: payment.invoiceNumber,
    currency: payment.amount.currency,
    amount_minor: String(payment.amount.minor),
    descriptor: payment.descriptor,
    customer: payment.customer,
    additional_info: payment.additionalInfo,
    eci: payment.eci,
    terms: payment.terms,
    card_token: payment.cardToken,
    new_token: payment.newToken,
    own_authentication_key: begin.ownAuthenticationKey,
    new_card_id: begin.newCard?.cardId,
    card_description: payment.card,
    acquirer_id: payment.acquirerId,
    mid: payment.mid,
    tid: payment.tid,
    authentication_needed: begin.authenticationNeeded,
    verification_status: payment.verification.status,
    verification_reason: payment.verification.reason,
    authorize_id: payment.authorizeId,
    capture_until: payment.captureUntil,
    settlement_held: payment.settlementHeld,
    notification_url: payment.notificationUrl,
    invoice_exclusive: begin.invoiceExclusive,
    created_at: payment.createdAt,
  }
}

function toUsed(row: Row, cardId: UsedAuthentication['cardId']): UsedAuthentication {
  return {
    cardId,
    eci: row.eci ?? '',
    cryptogram: row.cryptogram ?? undefined,
    directoryServerTransactionId: row.directoryServerTransactionId ?? undefined,
    version: row.version ?? undefined,
  }
}

function problemOfConstraint(error: unknown): Error | undefined {
  const constraint = (error as { constraint_name?: string }).constraint_name
  switch (constraint) {
    case 'payments_one_open_per_invoice':
    case 'payments_exclusive_invoice':
      return paymentProblems.double_request()
    case 'payments_authentication_usable':
      return threeDSecureProblems.authentication_not_usable()
    case ordinalConstraint:
      return agreementProblems.ordinal_taken({ field: 'billing.number_of_payments' })
    case 'payments_own_authentication':
      return paymentProblems.authentication_reused()
    case 'payments_card_known':
      return paymentProblems.token_not_found()
    default:
      return undefined
  }
}
