/**
 * begin (design.md 2) of a KKI payment: one statement claims the X-EXTERNAL-ID, holds the bound card
 * or begins the binding, inserts the payment and the operation `asked`. What cannot be begun aborts
 * all of it, by a named constraint. Repeatable: all ids are the caller's.
 */
import { insertBinding, lockBound, type NewBinding } from '../../bindings/index.ts'
import type { Database } from '../../platform/database/index.ts'
import { claimRequests, type RequestClaim } from '../../requests/index.ts'
import { kkiProblems } from '../kki/kki-payment.ts'
import type { OperationOfPayment } from '../payment.ts'

export type BeginKkiPayment = OperationOfPayment & {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
  /** The binding that the payment's approval makes. */
  readonly newBinding: NewBinding | undefined
  /** When the resolver looks first (business time), if nobody settles before. */
  readonly lookAt: Date
}

/**
 * @throws Problem partner_reference_used, bank_card_token_not_found, already_bound: then nothing was
 * begun
 */
export async function beginKkiPayment(
  database: Database,
  begin: BeginKkiPayment,
): Promise<'begun' | 'duplicate'> {
  try {
    const rows = await runBegin(database, begin)
    return rows.count === 1 ? 'begun' : 'duplicate'
  } catch (error) {
    throw problemOfConstraint(error, begin) ?? error
  }
}

function runBegin(database: Database, begin: BeginKkiPayment) {
  const { payment, operation, newBinding, claim } = begin
  const { merchantId, bindingId } = payment
  const claims = claimRequests(database, [
    {
      ...claim,
      operationId: operation.operationId,
      invoiceNumber: payment.invoiceNumber,
      expiresAt: begin.requestExpiresAt,
    },
  ])
  const binding = newBinding
    ? database`binding as (${insertBinding(database, newBinding, database`mine`)}),`
    : bindingId === undefined
      ? database``
      : database`binding as (${lockBound(database, { merchantId, bindingId })}),`
  const boundBy =
    bindingId === undefined
      ? database`${null}`
      : database`coalesce(
          (select binding_id from binding),
          -- A repeat: the binding is there, or the card may have been unbound since.
          (select binding_id from payments
            where merchant_id = ${merchantId} and payment_id = ${payment.paymentId}),
          '')`
  const { references } = operation
  return database`
    with ${claims},
    ${binding}
    operation as (
      insert into operations (
        merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, look_at, stan,
        rrn, transmitted_at, request_id, created_at
      )
      select ${merchantId}, ${operation.operationId}, ${payment.paymentId}, ${operation.kind},
        ${operation.state}, ${operation.amount.minor}::bigint, ${operation.askUntil}::timestamptz,
        ${begin.lookAt}::timestamptz, ${references.stan}, ${references.rrn},
        ${references.transmittedAt}::timestamptz, ${operation.requestId ?? null},
        ${operation.createdAt}::timestamptz
      from mine
      on conflict (merchant_id, operation_id) do nothing
    ),
    payment as (
      insert into payments (
        merchant_id, payment_id, state, channel, type, request_id, invoice_number, reference_no,
        currency, amount_minor, customer, additional_info, card_id, card_description, binding_id,
        binds_card, acquirer_id, mid, tid, authentication_needed, verification_status,
        verification_reason, charge_operation_id, void_closed, notification_url,
        invoice_exclusive, created_at
      )
      select ${merchantId}, ${payment.paymentId}, ${payment.state}, ${payment.channel},
        ${payment.type}, ${payment.requestId}, ${payment.invoiceNumber},
        ${payment.referenceNo ?? null}, ${payment.amount.currency},
        ${payment.amount.minor}::bigint, ${json(payment.customer)}::text::jsonb,
        ${json(payment.additionalInfo)}::text::jsonb, ${payment.cardId},
        ${json(payment.card)}::text::jsonb, ${boundBy}, ${payment.bindsCard}::boolean,
        ${payment.acquirerId}, ${payment.mid}, ${payment.tid}, false,
        ${payment.verification.status}, ${payment.verification.reason},
        ${payment.chargeOperationId}, ${payment.voidClosed}::boolean,
        ${payment.notificationUrl ?? null}, false, ${payment.createdAt}::timestamptz
      from mine
      on conflict (merchant_id, payment_id) do nothing
    )
    select 1 from mine`
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function problemOfConstraint(error: unknown, { newBinding }: BeginKkiPayment): Error | undefined {
  switch ((error as { constraint_name?: string }).constraint_name) {
    case 'payments_partner_reference':
      return kkiProblems.partner_reference_used()
    case 'payments_binding_known':
      return newBinding ? kkiProblems.already_bound() : kkiProblems.bank_card_token_not_found()
    case 'bindings_one_for_a_card':
      return kkiProblems.already_bound()
    default:
      return undefined
  }
}
