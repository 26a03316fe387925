/** The gateway's book and the acquirer's, side by side: money that one has and the other has not. */
import assert from 'node:assert/strict'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'

type Standing = { authorized: string; captured: string; refunded: string }

/**
 * Compares what stands at the acquirer for each invoice with what the gateway says of its payments.
 * Nothing may be under way any more.
 * @returns how many payments ended in which state, for the log of the test
 */
export async function assertBooksAgree(
  database: Database,
  invoices: readonly string[],
): Promise<Record<string, number>> {
  const unfinished = await database`
    select o.kind, o.state, p.invoice_number
    from operations o join payments p using (merchant_id, payment_id)
    where o.state in ('asked', 'unknown') and p.invoice_number = any(${[...invoices]})`
  assert.deepEqual([...unfinished], [], 'something is still under way')
  const rows = await database<
    { invoice: string; states: string[]; gateway: Standing; acquirer: Standing }[]
  >`
    select i.invoice, coalesce(p.states, '{}') as states,
      jsonb_build_object('authorized', coalesce(p.authorized, 0)::text,
        'captured', coalesce(p.captured, 0)::text, 'refunded', coalesce(p.refunded, 0)::text
      ) as gateway,
      jsonb_build_object('authorized', coalesce(a.authorized, 0)::text,
        'captured', coalesce(a.captured, 0)::text, 'refunded', coalesce(a.refunded, 0)::text
      ) as acquirer
    from unnest(${[...invoices]}::text[]) as i(invoice)
    left join lateral (
      select array_agg(state) as states,
        -- What was not captured and is not held any more stands nowhere.
        sum(case when captured_minor > 0 then captured_minor else authorized_minor end)
          filter (where stands) as authorized,
        sum(captured_minor) filter (where stands) as captured,
        sum(refunded_minor) filter (where stands) as refunded
      from (
        select *, state in ('authorized', 'captured', 'refunded') as stands
        from payments where invoice_number = i.invoice) as payment
    ) p on true
    left join lateral (
      select sum(amount_minor - released) as authorized, sum(captured_minor) as captured,
        sum(refunded_minor) as refunded
      from sandbox.acquirer_messages m
      cross join lateral (
        select least(coalesce(sum(r.amount_minor), 0), m.amount_minor - m.captured_minor) as released
        from sandbox.acquirer_messages r
        where r.kind = 'reversal' and r.original_number = m.message_number
          and r.invoice_number = m.invoice_number) r
      where m.invoice_number = i.invoice and kind in ('sale', 'authorize')
        and approval_code is not null and arrived and not reversed and not voided
    ) a on true`
  const counts: Record<string, number> = {}
  for (const { invoice, states, gateway, acquirer } of rows) {
    assert.deepEqual(acquirer, gateway, `${invoice} (${states.join(', ')}): the books differ`)
    const { authorized, captured, refunded } = gateway
    assert.ok(BigInt(captured) <= BigInt(authorized), `${invoice}: captured above authorized`)
    assert.ok(BigInt(refunded) <= BigInt(captured), `${invoice}: refunded above captured`)
    for (const state of states) counts[state] = (counts[state] ?? 0) + 1
  }
  return counts
}
