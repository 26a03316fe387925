/**
 * begin (design.md 2) of bindings: one statement claims the X-EXTERNAL-ID, inserts the binding and
 * the message `asked`; or, for a payment that binds, the binding alone, as a part of the payment's.
 */
import type { Fragment } from 'postgres'
import type { Database } from '../../platform/database/index.ts'
import { sealedInTime } from '../../platform/key-ring/index.ts'
import { claimRequests, type RequestClaim } from '../../requests/index.ts'
import { type Binding, type BindingMessage, bindingProblems } from '../binding.ts'
import { bindingMessageMoves, bindingMoves } from '../machine.ts'

/** A binding that begins, with what only its row holds. */
export type NewBinding = {
  readonly binding: Binding
  readonly tokenFingerprint: Buffer
  readonly sealedToken: Buffer
  readonly authCodeFingerprint: Buffer | undefined
}

export type BeginBinding = {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
  readonly newBinding: NewBinding
  readonly message: BindingMessage
  /** When the resolver looks first (business time), if nobody settles before. */
  readonly lookAt: Date
}

/**
 * Begins a binding; false where another request holds the X-EXTERNAL-ID. Repeatable.
 * @throws Problem partner_reference_used
 */
export async function beginBinding(database: Database, begin: BeginBinding): Promise<boolean> {
  const { newBinding, message } = begin
  const { merchantId, bindingId, pageId } = newBinding.binding
  const claims = claimRequests(database, [
    {
      ...begin.claim,
      operationId: message.messageId,
      invoiceNumber: newBinding.binding.partnerReferenceNo,
      expiresAt: begin.requestExpiresAt,
    },
  ])
  try {
    const rows = await database`
      with ${claims},
      binding as (${insertBinding(database, newBinding, database`mine`)}),
      page as (
        insert into otp_pages (page_id, merchant_id, binding_id)
        select ${pageId ?? null}, ${merchantId}, ${bindingId}
        from mine
        where ${pageId !== undefined}
        on conflict (page_id) do nothing
      ),
      message as (${insertMessage(database, begin, database`${bindingId} from mine`)})
      select 1 from mine`
    return rows.count === 1
  } catch (error) {
    const { constraint_name } = error as { constraint_name?: string }
    if (constraint_name === 'bindings_partner_reference') {
      throw bindingProblems.partner_reference_used()
    }
    throw error
  }
}

/**
 * A binding as a part of a begin statement; `mine` is a CTE that has a row where it begins. One that a
 * payment makes is not made before the switch has taken an unbinding of the customer's card: it would
 * give it the very account that is about to end.
 */
export function insertBinding(
  database: Database,
  { binding, ...kept }: NewBinding,
  mine: Fragment,
): Fragment {
  return database`
    insert into bindings (
      merchant_id, binding_id, state, reference_no, partner_reference_no, external_id,
      cust_id_merchant, card_fingerprint, masked_cpan, issuer, acquirer_id, mid, tid, by_payment,
      page_id, auth_code_fingerprint, success_url, failed_url, token_fingerprint, sealed_token,
      notification_url, created_at
    )
    select ${binding.merchantId}, ${binding.bindingId}, ${binding.state}, ${binding.referenceNo},
      ${binding.partnerReferenceNo ?? null}, ${binding.externalId}, ${binding.custIdMerchant},
      ${binding.cardFingerprint}::bytea, ${binding.maskedCpan}, ${binding.issuer},
      ${binding.acquirerId}, ${binding.mid}, ${binding.tid}, ${binding.byPayment}::boolean,
      ${binding.pageId ?? null}, ${kept.authCodeFingerprint ?? null}::bytea,
      ${binding.successUrl ?? null}, ${binding.failedUrl ?? null},
      ${kept.tokenFingerprint}::bytea,
      ${sealedInTime(database, database`${kept.sealedToken}::bytea`)},
      ${binding.notificationUrl ?? null}, ${binding.createdAt}::timestamptz
    from ${mine}
    where not ${binding.byPayment}::boolean or not exists (
      select from bindings b
      where card_fingerprint = ${binding.cardFingerprint} and merchant_id = ${binding.merchantId}
        and cust_id_merchant = ${binding.custIdMerchant}
        and state = any(${bindingMoves.statesThatAllow('end')})
        and exists (
          select from binding_messages
          where binding_id = b.binding_id and merchant_id = b.merchant_id and kind = 'unbind'
            and state = any(${bindingMessageMoves.statesThatAllow('lose')})
          -- Keeps the tables apart: joined freely, all bindings of the merchant may be read.
          offset 0
        )
    )
    on conflict (merchant_id, binding_id) do nothing
    returning binding_id`
}

type NewMessage = {
  readonly newBinding: { readonly binding: Pick<Binding, 'merchantId'> }
  readonly message: BindingMessage
  readonly lookAt: Date
}

/** @param binding the binding's id and where it is selected from: `${id} from mine` */
export function insertMessage(
  database: Database,
  { newBinding, message, lookAt }: NewMessage,
  binding: Fragment,
): Fragment {
  const { references } = message
  return database`
    insert into binding_messages (
      merchant_id, message_id, kind, state, ask_until, look_at, stan, rrn, transmitted_at,
      created_at, binding_id
    )
    select ${newBinding.binding.merchantId}, ${message.messageId}, ${message.kind},
      ${message.state}, ${message.askUntil}::timestamptz, ${lookAt}::timestamptz,
      ${references.stan}, ${references.rrn}, ${references.transmittedAt}::timestamptz,
      ${message.createdAt}::timestamptz, ${binding}
    on conflict (merchant_id, message_id) do nothing`
}

/**
 * The bound card of a payment as a CTE of its begin statement: `binding_id`, where it is bound; it
 * cannot be unbound until the statement has ended.
 */
export function lockBound(
  database: Database,
  { merchantId, bindingId }: Pick<Binding, 'merchantId' | 'bindingId'>,
): Fragment {
  return database`
    select binding_id from bindings
    where merchant_id = ${merchantId} and binding_id = ${bindingId}
      and state = any(${bindingMoves.statesThatAllow('unbind')})
    for share`
}
