/**
 * settle (design.md 2) of bindings: one statement moves a message by compare-and-set and its binding
 * with it, and writes what the merchant and downstream systems hear. Who loses writes nothing.
 */
import type { Fragment } from 'postgres'
import { asFurtherCtes, bytea, type Database } from '../../platform/database/index.ts'
import { sealedInTime } from '../../platform/key-ring/index.ts'
import type { BindingMessageId, MerchantId, OperationId } from '../../primitives/id.ts'
import type { Binding, MessageOfBinding } from '../binding.ts'
import { bindingMessageMoves, bindingMoves } from '../machine.ts'
import type { BindingAnnouncement } from './announcement.ts'
import { isOpen } from './bindings.store.ts'

type Settle = { readonly asked: MessageOfBinding; readonly settledAt: Date }

/** The switch has sent a one-time password: the binding waits for it. */
export async function settleAccepted(
  database: Database,
  { asked, settledAt }: Settle,
  otpExpiresAt: Date,
): Promise<boolean> {
  const { merchantId, bindingId } = asked.binding
  const rows = await database`
    with ${settleMessage(database, asked, { move: 'approve', responseCode: '00', settledAt })},
    binding as (
      update bindings
      set otp_expires_at = ${otpExpiresAt}
      where merchant_id = ${merchantId} and binding_id = ${bindingId}
        and exists (select from settled)
    )
    select 1 from settled`
  return rows.count === 1
}

/** A message is refused, and its binding goes on. */
export async function settleRefused(
  database: Database,
  { asked, settledAt }: Settle,
  responseCode: string,
): Promise<boolean> {
  const rows = await database`
    with ${settleMessage(database, asked, { move: 'refuse', responseCode, settledAt })}
    select 1 from settled`
  return rows.count === 1
}

/** A message is refused, and its binding has failed with it. */
export async function settleFailed(
  database: Database,
  { asked, settledAt }: Settle,
  failure: { readonly responseCode: string; readonly announce: BindingAnnouncement },
): Promise<boolean> {
  const { responseCode, announce } = failure
  const binding: Binding = { ...asked.binding, state: 'failed', responseCode, settledAt }
  const told = { binding, operationId: asked.message.messageId }
  const rows = await database`
    with ${settleMessage(database, asked, { move: 'refuse', responseCode, settledAt })},
    ${failBinding(database, binding, database`exists (select from settled)`)},
    told as (${toldFrom(database, database`settled where exists (select from failed)`)})
    ${asFurtherCtes(database, announce(database, told, database`told`))}
    select 1 from settled`
  return rows.count === 1
}

/** Fails a binding whose one-time password nobody entered; false where it moved meanwhile. */
export async function endPending(
  database: Database,
  binding: Binding & { readonly responseCode: string; readonly settledAt: Date },
  announce: BindingAnnouncement,
): Promise<boolean> {
  const { merchantId, bindingId } = binding
  const nothingAsked = database`
    not exists (
      select from binding_messages
      where binding_id = ${bindingId} and merchant_id = ${merchantId} and ${isOpen(database)}
    )`
  const rows = await database`
    with ${failBinding(database, { ...binding, state: 'failed' }, nothingAsked)},
    told as (${toldFrom(database, database`failed`)})
    ${asFurtherCtes(database, announce(database, { binding, operationId: bindingId }, database`told`))}
    select 1 from told`
  return rows.count === 1
}

function failBinding(database: Database, binding: Binding, condition: Fragment): Fragment {
  return database`
    failed as (
      update bindings
      set state = 'failed', response_code = ${binding.responseCode ?? null},
        settled_at = ${binding.settledAt ?? null}::timestamptz
      where merchant_id = ${binding.merchantId} and binding_id = ${binding.bindingId}
        and state = any(${bindingMoves.statesThatAllow('fail')}) and ${condition}
      returning binding_id as operation_id
    )`
}

/**
 * The one-time password was right: the card is bound. False where the message or the binding moved
 * meanwhile, or the customer has bound the card otherwise: then the switch must forget it.
 */
export async function settleBound(
  database: Database,
  { asked, settledAt }: Settle,
  bound: { readonly sealedAccount: Buffer; readonly announce: BindingAnnouncement },
): Promise<boolean> {
  const { merchantId, bindingId } = asked.binding
  const binding: Binding = { ...asked.binding, state: 'bound', settledAt }
  const told = { binding, operationId: asked.message.messageId }
  try {
    const rows = await database`
      with ${settleMessage(database, asked, { move: 'approve', responseCode: '00', settledAt })},
      card as (
        ${lockCards(
          database,
          database`
          select merchant_id, card_fingerprint, masked_cpan from bindings
          where merchant_id = ${merchantId} and binding_id = ${bindingId}`,
        )}
      ),
      bound as (
        update bindings
        set state = 'bound', settled_at = ${settledAt},
          sealed_account = ${sealedInTime(database, database`${bound.sealedAccount}::bytea`)}
        where merchant_id = ${merchantId} and binding_id = ${bindingId}
          and state = any(${bindingMoves.statesThatAllow('bind')})
          and exists (select from settled) and exists (select from card)
        returning binding_id
      ),
      -- The binding moved meanwhile: nothing of all this is written.
      not_bound as (
        insert into otp_pages (page_id, merchant_id, binding_id)
        select '', ${merchantId}, '' from settled where not exists (select from bound)
      ),
      told as (
        select operation_id, null::text as proposed, null::text as token,
          ${cardTold(database)}, null::jsonb as event_data
        from settled
        cross join card
      )
      ${asFurtherCtes(database, bound.announce(database, told, database`told`))}
      select 1 from settled`
    return rows.count === 1
  } catch (error) {
    const { constraint_name: name } = error as { constraint_name?: string }
    if (name === 'bindings_one_for_a_card' || name === 'otp_pages_binding_known') return false
    throw error
  }
}

/** A CTE as who announces a failure wants it: no token of a card is told by its text. */
function toldFrom(database: Database, settled: Fragment): Fragment {
  return database`
    select operation_id, null::text as proposed, null::text as token
    from ${settled}`
}

/**
 * Columns of what is told of a card: its subject, the same for all events of a card at a merchant,
 * and its version. The fingerprint is a keyed one: nobody else can tell whose card it is.
 */
export const cardTold = (database: Database) => database`
  encode(sha256(convert_to(merchant_id, 'UTF8') || card_fingerprint), 'hex') as subject,
  version as sequence`

/**
 * Locks the state rows of cards, making those that are not there; in one order, so that two who lock
 * several do not wait for each other.
 * @param cards selects merchant_id, card_fingerprint and masked_cpan, each card once
 */
function lockCards(database: Database, cards: Fragment): Fragment {
  return database`
    insert into kki_cards (merchant_id, card_fingerprint, masked_cpan)
    select merchant_id, card_fingerprint, masked_cpan
    from (${cards}) as card
    order by merchant_id, card_fingerprint
    on conflict (merchant_id, card_fingerprint)
      do update set masked_cpan = excluded.masked_cpan, version = kki_cards.version + 1
    returning merchant_id, card_fingerprint, version`
}

type MessageMove = {
  readonly move: 'approve' | 'refuse'
  readonly responseCode: string
  readonly settledAt: Date
}

/** The CTE `settled`: the message's id as operation_id, where this statement moved it. */
export function settleMessage(
  database: Database,
  { binding, message }: MessageOfBinding,
  { move, responseCode, settledAt }: MessageMove,
): Fragment {
  const notReversed = move === 'approve' ? database`and response_code is null` : database``
  return database`
    settled as (
      update binding_messages
      set state = ${bindingMessageMoves.next('asked', move) ?? null},
        response_code = ${responseCode}, settled_at = ${settledAt}, leased_until = null
      where merchant_id = ${binding.merchantId} and message_id = ${message.messageId}
        and state = any(${bindingMessageMoves.statesThatAllow(move)}) ${notReversed}
      returning message_id as operation_id
    )`
}

/** The answer is lost, or still to come: the resolver looks at `lookAt` (business time) first. */
export async function loseMessage(
  database: Database,
  key: { readonly merchantId: MerchantId; readonly messageId: BindingMessageId },
  lookAt: Date,
): Promise<void> {
  await database`
    update binding_messages
    set state = 'unknown', look_at = ${lookAt}, leased_until = null
    where merchant_id = ${key.merchantId} and message_id = ${key.messageId}
      and ${isOpen(database)}`
}

/** From here on the message cannot be approved any more: it is being reversed. */
export async function markReversing(
  database: Database,
  key: { readonly merchantId: MerchantId; readonly messageId: BindingMessageId },
  reversing: { readonly responseCode: string; readonly lookAt: Date },
): Promise<boolean> {
  const rows = await database`
    update binding_messages
    set state = 'unknown', response_code = coalesce(response_code, ${reversing.responseCode}),
      look_at = ${reversing.lookAt}
    where merchant_id = ${key.merchantId} and message_id = ${key.messageId}
      and ${isOpen(database)}`
  return rows.count === 1
}

/** How a payment that binds its card ended. */
export type PaidBinding = {
  readonly operationId: OperationId
  readonly binding: Pick<Binding, 'merchantId' | 'bindingId'>
  /** What the switch calls the card; undefined where nothing was bound. */
  readonly sealedAccount: Buffer | undefined
  readonly responseCode: string
  readonly settledAt: Date
}

/**
 * Bindings by payments as CTEs of their settle statement, each where `settled` (a CTE) has its
 * `operation_id`. The payment has held the customer's place since it began, so that nothing is in
 * the way of it.
 */
export function finishPaidBindings(
  database: Database,
  paid: readonly PaidBinding[],
  settled: Fragment,
): Fragment {
  const rows = paid.map(({ operationId, binding, sealedAccount, responseCode, settledAt }) => ({
    operation_id: operationId,
    merchant_id: binding.merchantId,
    binding_id: binding.bindingId,
    state: sealedAccount ? 'bound' : 'failed',
    sealed_account: bytea(sealedAccount ?? Buffer.alloc(0)),
    response_code: sealedAccount ? null : responseCode,
    settled_at: settledAt,
  }))
  return database`
    paid as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as paid(
        operation_id text, merchant_id text, binding_id text, state text, sealed_account bytea,
        response_code text, settled_at timestamptz)
      join ${settled} using (operation_id)
    ),
    paid_cards as (
      ${lockCards(
        database,
        database`
        select distinct b.merchant_id, b.card_fingerprint, b.masked_cpan
        from paid join bindings b using (merchant_id, binding_id)`,
      )}
    ),
    paid_bindings as (
      update bindings b
      set state = paid.state, response_code = paid.response_code, settled_at = paid.settled_at,
        sealed_account = ${sealedInTime(database, database`paid.sealed_account`)}
      from paid
      where b.merchant_id = paid.merchant_id and b.binding_id = paid.binding_id
        and b.state = any(${bindingMoves.statesThatAllow('bind')}) and exists (select from paid_cards)
      returning paid.operation_id, b.merchant_id, b.card_fingerprint
    ),
    paid_cards_told as (
      select operation_id, ${cardTold(database)}, null::jsonb as event_data
      from paid_bindings
      join paid_cards using (merchant_id, card_fingerprint)
    )`
}
