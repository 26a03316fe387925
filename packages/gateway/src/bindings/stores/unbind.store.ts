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
import { bindingMessageMoves, bindingMoves } from '../machine.ts'
import type { BindingAnnouncement } from './announcement.ts'
import { isOpen } from './bindings.store.ts'
import { cardTold, settleMessage } from './settle-binding.store.ts'

export type BeginUnbinding = {
  readonly claim: RequestClaim
  readonly requestExpiresAt: Date
  /** The binding that the merchant named. */
  readonly named: Binding
  /** Ours, of the call. */
  readonly referenceNo: string
  readonly lookAt: Date
  /** One for each token that is ended. */
  readonly messages: readonly BindingMessage[]
}

type Locked = { readonly bindingId: BindingId; readonly custIdMerchant: string }

export type UnbindingBegun =
  | 'begun'
  | 'duplicate'
  /** The token is not active any more. */
  | 'not_bound'
  /** Nothing was done: the card has so many tokens, and there were fewer messages. */
  | { readonly tokens: number }

/**
 * Takes all tokens of a card at a merchant out of use; the worker ends them with the switch.
 * Repeatable: where the messages are there it is done.
 */
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
    // In no order: whoever locks several has the card's row. Asked for one, the planner of the empty
    // table would read all bindings of the merchant in it.
    const bound = await transaction<Locked[]>`
      select binding_id as "bindingId", cust_id_merchant as "custIdMerchant"
      from bindings
      where card_fingerprint = ${cardFingerprint} and merchant_id = ${merchantId}
        and state = any(${bindingMoves.statesThatAllow('unbind')})
      for update`
    if (!bound.some((one) => one.bindingId === bindingId)) {
      return (await isBegun(transaction, begin)) ? 'begun' : 'not_bound'
    }
    if (bound.length > begin.messages.length) return { tokens: bound.length }
    return takeTokens(transaction, begin, bound)
  })
}

async function isBegun(transaction: Transaction, begin: BeginUnbinding): Promise<boolean> {
  const rows = await transaction`
    select from binding_messages
    where merchant_id = ${begin.named.merchantId}
      and message_id = any(${begin.messages.map(({ messageId }) => messageId)})`
  return rows.count > 0
}

async function takeTokens(
  transaction: Transaction,
  begin: BeginUnbinding,
  bound: readonly Locked[],
): Promise<UnbindingBegun> {
  const { merchantId, cardFingerprint } = begin.named
  const messages = begin.messages.slice(0, bound.length)
  const rowsOfMessages = messages.map((message, i) => toRow(bound[i]?.bindingId, message))
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
      from jsonb_to_recordset(${JSON.stringify(rowsOfMessages)}::text::jsonb) as message(
        message_id text, binding_id text, ask_until timestamptz, stan text, rrn text,
        transmitted_at timestamptz, created_at timestamptz)
      where exists (select from mine)
    )
    select 1 from mine`
  return rows.count === 1 ? 'begun' : 'duplicate'
}

function toRow(bindingId: BindingId | undefined, message: BindingMessage) {
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
      set tokens_unbinding = tokens_unbinding - 1, version = version + 1
      where merchant_id = ${merchantId} and card_fingerprint = ${cardFingerprint}
        and exists (select from settled)
      returning merchant_id, card_fingerprint, version, tokens_unbinding, unbinding_customers,
        unbinding_reference_no
    ),
    ended as (
      update bindings
      set state = 'unbound', settled_at = ${settledAt}
      where merchant_id = ${merchantId} and binding_id = ${bindingId} and state = 'unbinding'
        and exists (select from settled)
    ),
    told as (
      select operation_id, ${cardTold(database)},
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
    set state = ${bindingMessageMoves.next('unknown', 'renew') ?? null}, stan = ${references.stan}, rrn = ${references.rrn},
      transmitted_at = ${references.transmittedAt}
    where merchant_id = ${binding.merchantId} and message_id = ${message.messageId}
      and ${isOpen(database)}`
}
