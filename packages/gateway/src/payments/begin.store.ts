/**
 * begin (design.md 2): one statement claims the Request-Id, uses up the authentication, keeps the
 * card, inserts the payment and the operation `asked`. Whatever cannot be done aborts all of it, by
 * a named constraint; so there is never a claim without a payment. It can be repeated: all ids are
 * the caller's.
 */
import type { NetworkReferences } from '../networks/card-acquirer/contract.ts'
import type { Database } from '../platform/database/index.ts'
import type { OperationId } from '../primitives/id.ts'
import { claimRequest, type RequestClaim } from '../requests/index.ts'
import {
  threeDSecureProblems,
  type UsedAuthentication,
  useAuthentication,
} from '../three-d-secure/index.ts'
import { keepCard, type SealedCard } from '../vault/index.ts'
import { type Payment, paymentProblems } from './payment.ts'

export type BeginCharge = {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
  readonly payment: Payment
  readonly operationId: OperationId
  readonly references: NetworkReferences
  readonly askUntil: Date
  readonly authenticationNeeded: boolean
  readonly invoiceExclusive: boolean
  /** Fingerprint of the card that the charge names; undefined where it names none. */
  readonly cardFingerprint: Buffer | undefined
  /** A card to keep, where no authentication has kept it already. */
  readonly newCard: SealedCard | undefined
}

export type Begun =
  | { readonly kind: 'begun'; readonly used: UsedAuthentication | undefined }
  /** Another operation holds the Request-Id; nothing was written. */
  | { readonly kind: 'duplicate' }

type Row = {
  holder: string
  cardId: UsedAuthentication['cardId'] | null
  eci: string | null
  cryptogram: string | null
  directoryServerTransactionId: string | null
  version: string | null
}

export async function beginCharge(database: Database, begin: BeginCharge): Promise<Begun> {
  try {
    const [row] = await runBegin(database, begin)
    if (row?.holder !== begin.operationId) return { kind: 'duplicate' }
    return { kind: 'begun', used: row.cardId === null ? undefined : toUsed(row, row.cardId) }
  } catch (error) {
    throw problemOfConstraint(error) ?? error
  }
}

function runBegin(database: Database, begin: BeginCharge) {
  const { payment, operationId, references } = begin
  const { merchantId, paymentId, authenticationId } = payment
  const isMine = database`exists (select 1 from mine)`
  const used = authenticationId
    ? useAuthentication(
        database,
        {
          merchantId,
          authenticationId,
          operationId,
          amount: payment.amount,
          cardFingerprint: begin.cardFingerprint,
          now: payment.createdAt,
        },
        isMine,
      )
    : database`
        select null::text as authentication_id, null::text as card_id, null::text as eci,
          null::text as cryptogram, null::text as directory_server_transaction_id,
          null::text as version
        where false`
  const kept = begin.newCard
    ? database`kept as (
        ${keepCard(database, begin.newCard, isMine)}
        on conflict (merchant_id, card_id) do nothing
      ),`
    : database``
  // Tables in the order in which a reset locks them (paymentTables), so that the two never deadlock.
  return database<Row[]>`
    with claim as (${claimRequest(database, begin.claim, {
      operationId,
      invoiceNumber: payment.invoiceNumber,
      expiresAt: begin.requestExpiresAt,
    })}),
    mine as (select 1 from claim where operation_id = ${operationId}),
    ${kept}
    used as (${used}),
    operation as (
      insert into operations (
        merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, stan, rrn,
        transmitted_at, created_at
      )
      select ${merchantId}, ${operationId}, ${paymentId}, 'sale', 'asked',
        ${payment.amount.minor}, ${begin.askUntil}::timestamptz, ${references.stan},
        ${references.rrn}, ${references.transmittedAt}::timestamptz,
        ${payment.createdAt}::timestamptz
      from mine
      on conflict (merchant_id, operation_id) do nothing
    ),
    payment as (
      insert into payments (
        merchant_id, payment_id, state, type, request_id, invoice_number, currency, amount_minor,
        descriptor, customer, additional_info, card_id, card_description, acquirer_id, mid, tid,
        authentication_needed, authentication_id, eci, verification_status, verification_reason,
        notification_url, invoice_exclusive, created_at
      )
      select ${merchantId}, ${paymentId}, ${payment.state}, ${payment.type}, ${payment.requestId},
        ${payment.invoiceNumber}, ${payment.amount.currency}, ${payment.amount.minor},
        ${payment.descriptor ?? null}, ${jsonOrNull(payment.customer)}::text::jsonb,
        ${jsonOrNull(payment.additionalInfo)}::text::jsonb,
        coalesce((select card_id from used), ${begin.newCard?.cardId ?? ''}),
        ${JSON.stringify(payment.card)}::text::jsonb, ${payment.acquirerId}, ${payment.mid},
        ${payment.tid}, ${begin.authenticationNeeded}, (select authentication_id from used),
        coalesce((select eci from used), ''), ${payment.verification.status},
        ${payment.verification.reason}, ${payment.notificationUrl ?? null},
        ${begin.invoiceExclusive}, ${payment.createdAt}::timestamptz
      from mine
      on conflict (merchant_id, payment_id) do nothing
    )
    select claim.operation_id as holder, used.card_id as "cardId", used.eci, used.cryptogram,
      used.directory_server_transaction_id as "directoryServerTransactionId", used.version
    from claim
    left join used on true`
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

function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function problemOfConstraint(error: unknown): Error | undefined {
  const constraint = (error as { constraint_name?: string }).constraint_name
  switch (constraint) {
    case 'payments_one_open_per_invoice':
    case 'payments_exclusive_invoice':
      return paymentProblems.double_request()
    case 'payments_authentication_usable':
      return threeDSecureProblems.authentication_not_usable()
    default:
      return undefined
  }
}
