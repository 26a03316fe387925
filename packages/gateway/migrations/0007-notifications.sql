-- Why: the outbox of what merchants are told. Rows are written by the statement that settles.
create table notifications (
  merchant_id text not null,
  notification_id text not null,
  payment_id text not null,
  invoice_number text not null,
  -- The Request-Id header of the delivery: the same at every attempt, so that merchants can dedupe.
  request_id text not null check (length(request_id) <= 128),
  url text not null,
  body text not null,
  state text not null check (state in ('due', 'delivered', 'given-up')),
  attempts_made smallint not null default 0,
  first_due_at timestamptz not null,
  next_attempt_at timestamptz,
  -- Who delivers holds a lease in real time; a killed worker's rows are taken over when it ends.
  leased_until timestamptz,
  primary key (merchant_id, notification_id),
  constraint notifications_due_has_a_time check ((state = 'due') = (next_attempt_at is not null))
);
comment on table notifications is 'Owner: notifications';

-- The delivery worker's queue.
create index notifications_due on notifications (next_attempt_at) where state = 'due';
create index notifications_by_invoice on notifications (merchant_id, invoice_number);

create table notification_attempts (
  merchant_id text not null,
  notification_id text not null,
  attempt smallint not null,
  at timestamptz not null,
  response_status integer,
  error text,
  latency_ms integer not null,
  primary key (merchant_id, notification_id, attempt)
);
comment on table notification_attempts is 'Owner: notifications';
