/**
 * Unbinding: the card's state row is locked first, by a statement of its own, so that the next one
 * sees every token of the card that is bound; a transaction, as it is off the hot path.
 */
import {
  asFurtherCtes,
  type Database,
  inTransaction,
  type Transaction,
} from '../../platform/database/index.ts'
import type { BindingId } from '../../primitives/id.ts'
import { claimRequests, type RequestClaim } from '../../requests/index.ts'
import type { Binding, BindingMessage, MessageOfBinding } from '../binding.ts'
import type { BindingAnnouncement } from './announcement.ts'
import { settleMessage } from './settle-binding.store.ts'

export type BeginUnbinding = {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
  /** The binding that the merchant named. */
  readonly named: Binding
  /** Ours, of the call. */
  readonly referenceNo: string
  readonly lookAt: Date
  /** The message that ends a token; asked for each. */
  readonly messageFor: () => Promise<BindingMessage>
}

type Locked = { readonly bindingId: BindingId; readonly custIdMerchant: string }

/** `not_bound`: the token is not active any more. */
export type UnbindingBegun = 'begun' | 'duplicate' | 'not_bound'

/** Takes all tokens of a card at a merchant out of use; the worker ends them with the switch. */
export async function beginUnbinding(
  database: Database,
  begin: BeginUnbinding,
): Promise<UnbindingBegun> {
  const { merchantId, bindingId, cardFingerprint } = begin.named
  return inTransaction(database, async (transaction) => {
    await transaction`
      select from kki_cards
      where merchant_id = ${merchantId} and card_fingerprint = ${cardFingerprint}
      for update`
    const bound = await transaction<Locked[]>`
      select binding_id as "bindingId", cust_id_merchant as "custIdMerchant"
      from bindings
      where card_fingerprint = ${cardFingerprint} and merchant_id = ${merchantId}
        and state = 'bound'
      order by binding_id
      for update`
    if (!bound.some((one) => one.bindingId === bindingId)) return 'not_bound'
    return takeTokens(transaction, begin, bound)
  })
}

async function takeTokens(
  transaction: Transaction,
  begin: BeginUnbinding,
  bound: readonly Locked[],
): Promise<UnbindingBegun> {
  const { merchantId, cardFingerprint } = begin.named
  const messages = await Promise.all(
    bound.map(async ({ bindingId }) => toRow(bindingId, await begin.messageFor())),
  )
  const claims = claimRequests(transaction, [
    {
      ...begin.claim,
      operationId: begin.referenceNo,
      invoiceNumber: undefined,
      expiresAt: begin.requestExpiresAt,
    },
  ])
  const customers = [...new Set(bound.map(({ custIdMerchant }) => custIdMerchant))]
  const rows = await transaction`
    with ${claims},
    taken as (
      update bindings
      set state = 'unbinding'
      where merchant_id = ${merchantId} and exists (select from mine)
        and binding_id = any(${bound.map(({ bindingId }) => bindingId)})
    ),
    card as (
      update kki_cards
      set tokens_unbinding = tokens_unbinding + ${bound.length}::integer,
        -- Those of an unbinding that is still under way are told with these.
        unbinding_customers = (
          select array_agg(distinct customer order by customer)
          from unnest(${customers}::text[]
            || case when tokens_unbinding > 0 then unbinding_customers else '{}' end) as customer),
        unbinding_reference_no = ${begin.referenceNo}
      where merchant_id = ${merchantId} and card_fingerprint = ${cardFingerprint}
        and exists (select from mine)
    ),
    asked as (
      insert into binding_messages (
        merchant_id, message_id, binding_id, kind, state, ask_until, look_at, stan, rrn,
        transmitted_at, created_at
      )
      select ${merchantId}, message_id, binding_id, 'unbind', 'asked', ask_until,
        ${begin.lookAt}::timestamptz, stan, rrn, transmitted_at, created_at
      from jsonb_to_recordset(${JSON.stringify(messages)}::text::jsonb) as message(
        message_id text, binding_id text, ask_until timestamptz, stan text, rrn text,
        transmitted_at timestamptz, created_at timestamptz)
      where exists (select from mine)
    )
    select 1 from mine`
  return rows.count === 1 ? 'begun' : 'duplicate'
}

function toRow(bindingId: BindingId, message: BindingMessage) {
  const { references } = message
  return {
    message_id: message.messageId,
    binding_id: bindingId,
    ask_until: message.askUntil,
    stan: references.stan,
    rrn: references.rrn,
    transmitted_at: references.transmittedAt,
    created_at: message.createdAt,
  }
}

/**
 * The switch has ended a token. The last one of the card ends the unbinding: then, and only then,
 * `announce` has a row in its `settled`; a counter tells, because statements that run at once do not
 * see each other's tokens.
 */
export async function settleUnbound(
  database: Database,
  { binding, message }: MessageOfBinding,
  settled: {
    readonly at: Date
    readonly responseCode: string
    readonly announce: BindingAnnouncement
  },
): Promise<boolean> {
  const { merchantId, bindingId, cardFingerprint } = binding
  const { at: settledAt, responseCode } = settled
  const ended: Binding = { ...binding, state: 'unbound', settledAt }
  const told = { binding: ended, operationId: message.messageId }
  const rows = await database`
    with ${settleMessage(database, { binding, message }, { move: 'approve', responseCode, settledAt })},
    card as (
      update kki_cards
      set tokens_unbinding = tokens_unbinding - 1
      where merchant_id = ${merchantId} and card_fingerprint = ${cardFingerprint}
        and exists (select from settled)
      returning tokens_unbinding, unbinding_customers, unbinding_reference_no
    ),
    ended as (
      update bindings
      set state = 'unbound', settled_at = ${settledAt}
      where merchant_id = ${merchantId} and binding_id = ${bindingId} and state = 'unbinding'
        and exists (select from settled)
    ),
    told as (
      select operation_id, null::text as proposed, null::text as token,
        jsonb_build_object('referenceNo', unbinding_reference_no,
          'custIdMerchants', to_jsonb(unbinding_customers)) as event_data
      from settled
      cross join card
      where tokens_unbinding = 0
    )
    ${asFurtherCtes(database, settled.announce(database, told, database`told`))}
    select 1 from settled`
  return rows.count === 1
}

/** What the switch refused is asked again as a message of its own. */
export async function renewMessage(
  database: Database,
  { binding, message }: MessageOfBinding,
  references: BindingMessage['references'],
): Promise<void> {
  await database`
    update binding_messages
    set stan = ${references.stan}, rrn = ${references.rrn},
      transmitted_at = ${references.transmittedAt}
    where merchant_id = ${binding.merchantId} and message_id = ${message.messageId}
      and state in ('asked', 'unknown')`
}
