-- Why: what was captured is settled in batches, one for each acquirer account and cut-off.
create table batches (
  batch_id text primary key,
  acquirer_id text not null,
  mid text not null,
  tid text not null,
  -- Payments are taken into it; the acquirer is told; the acquirer has closed its own.
  state text not null check (state in ('collecting', 'closing', 'closed')),
  -- What came later is for the next one. Business time.
  cut_off_at timestamptz not null,
  -- Counted when it closes; nothing can join it any more then.
  payment_count bigint,
  captured_minor bigint,
  refund_count bigint,
  refunded_minor bigint,
  -- How often the acquirer was told in vain, when it is told next (business time), who is closing
  -- it now (real time).
  tries smallint not null default 0,
  look_at timestamptz not null,
  leased_until timestamptz,
  created_at timestamptz not null,
  closed_at timestamptz,
  constraint batches_closed check ((state = 'closed')
    = (closed_at is not null and payment_count is not null and refund_count is not null
      and captured_minor is not null and refunded_minor is not null))
);
comment on table batches is 'Owner: settlement';

-- Two processes that open a batch at once open the same one.
create unique index batches_one_collecting on batches (acquirer_id, mid, tid)
  where state = 'collecting';
-- What is unfinished, and in which order an account's batches are closed.
create index batches_unfinished on batches (look_at) where state <> 'closed';
create index batches_unfinished_of_account on batches (acquirer_id, mid, tid, batch_id)
  where state <> 'closed';
-- The latest batches.
create index batches_by_cut_off on batches (cut_off_at, batch_id);

-- A daily cut-off is made once, by whichever process comes first.
create table cut_offs (
  cut_off_at timestamptz primary key,
  made_at timestamptz not null
);
comment on table cut_offs is 'Owner: settlement';

-- The next batch takes captured payments of an account in the order of their ids; also those that
-- were wholly refunded before any batch closed over them (payments.void_closed).
drop index payments_unsettled;
create index payments_unsettled on payments (acquirer_id, mid, tid, payment_id)
  where state in ('captured', 'refunded') and batch_id is null and not settlement_held;
-- The report of a batch.
create index payments_by_batch on payments (batch_id, merchant_id) where batch_id is not null;

-- A refund is a line of its own, of the batch that is open when it is approved.
alter table operations add column batch_id text;
create index operations_unsettled_refunds on operations (operation_id)
  where kind = 'refund' and state = 'approved' and batch_id is null;
create index operations_by_batch on operations (batch_id, merchant_id)
  where batch_id is not null;
-- What people at the acquirer decide is found by the Request-Id of the refund, for ever.
create index operations_manual_refunds on operations (request_id, merchant_id)
  where refund_type in ('MANUAL_PARTIAL_REFUND', 'MANUAL_FULL_REFUND');
