/** The gateway's book of KKI and the switch's, whole: money or cards that one has and the other has not. */
import assert from 'node:assert/strict'
import type { Database, Transaction } from '../../packages/gateway/src/platform/database/index.ts'

/**
 * Compares everything that the two books say of KKI. Nothing may be under way any more.
 * @returns how many payments ended in which state, for the log of the test
 */
export async function assertKkiBooksAgree(database: Database): Promise<Record<string, number>> {
  for (const [find, what] of [
    [findUnfinished, 'something is still under way'],
    [findOtherMoney, 'payments differ'],
    [findOtherRefunds, 'refunds differ'],
    [findOtherCards, 'bound cards differ'],
  ] as const) {
    const found = await database.begin(async (transaction) => {
      // A gateway looks rows up by key and plans for that (connect.ts); this reads all there is.
      await transaction`select set_config('enable_hashjoin', 'on', true)`
      return find(transaction)
    })
    assert.deepEqual([...found], [], what)
  }
  const rows = await database<{ state: string; count: number }[]>`
    select state, count(*)::integer as count
    from payments
    where channel = 'KARTU_KREDIT_INDONESIA'
    group by state`
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

/** A binding that waits for its one-time password waits for nobody of us. */
function findUnfinished(database: Transaction) {
  return database`
    select o.kind, o.state, p.invoice_number as number
    from operations o join payments p using (merchant_id, payment_id)
    where o.state in ('asked', 'unknown') and p.channel = 'KARTU_KREDIT_INDONESIA'
    union all
    select kind, state, binding_id from binding_messages where state in ('asked', 'unknown')
    union all
    select 'binding', state, binding_id
    from bindings
    where state = 'unbinding' or (state = 'pending' and by_payment)
    union all
    select 'card', 'unbinding', masked_cpan from kki_cards where tokens_unbinding > 0
    union all
    select 'reserved', state, invoice_number from payments where reserved_minor > 0`
}

function findOtherMoney(database: Transaction) {
  return database`
    with gateway as (
      select invoice_number as number, sum(captured_minor) as paid, sum(refunded_minor) as refunded
      from payments
      where channel = 'KARTU_KREDIT_INDONESIA'
      group by invoice_number
    ),
    switch as (
      select partner_reference_no as number, count(*) as messages,
        coalesce(sum(amount_minor) filter (where stands), 0) as paid,
        coalesce(sum(refunded_minor) filter (where stands), 0) as refunded
      from sandbox.kki_messages
      cross join lateral (select approval_code is not null and not reversed as stands) s
      where kind = 'pay' and arrived
      group by partner_reference_no
    )
    select number, gateway.paid, switch.paid as "paidAtSwitch", gateway.refunded,
      switch.refunded as "refundedAtSwitch", messages
    from gateway full join switch using (number)
    where coalesce(gateway.paid, -1) <> coalesce(switch.paid, 0)
      or coalesce(gateway.refunded, -1) <> coalesce(switch.refunded, 0)
      or messages > 1 or gateway.refunded > gateway.paid`
}

function findOtherRefunds(database: Transaction) {
  return database`
    with gateway as (
      select o.rrn, o.amount_minor as amount, p.invoice_number as number
      from operations o join payments p using (merchant_id, payment_id)
      where o.kind = 'refund' and o.state = 'approved' and p.channel = 'KARTU_KREDIT_INDONESIA'
    ),
    switch as (
      select rrn, amount_minor as amount, partner_reference_no as number
      from sandbox.kki_messages
      where kind = 'refund' and arrived and approval_code is not null and not reversed
    )
    select gateway.*, switch.*
    from gateway full join switch using (rrn, amount, number)
    where gateway.rrn is null or switch.rrn is null`
}

function findOtherCards(database: Transaction) {
  return database`
    with gateway as (
      select cust_id_merchant as customer, masked_cpan as card, count(*) as count
      from bindings
      where state = 'bound'
      group by 1, 2
    ),
    switch as (
      select cust_id_merchant as customer, masked_card_number as card, count(*) as count
      from sandbox.kki_accounts
      where not ended
      group by 1, 2
    )
    select customer, card, gateway.count, switch.count as "countAtSwitch"
    from gateway full join switch using (customer, card)
    where gateway.count is distinct from switch.count`
}
