-- Why: the outbox of what downstream systems are told. Rows are written by the statement that settles.
create table events (
  merchant_id text not null,
  event_id text not null,
  type text not null,
  -- What it is about; the events of a subject are published in order.
  subject text not null check (subject <> ''),
  data jsonb not null check (jsonb_typeof(data) = 'object'),
  -- Business time.
  occurred_at timestamptz not null,
  -- Its place in the log, given after the commit: a reader of "id > last" loses what commits late.
  published_number bigint check (published_number > 0),
  primary key (merchant_id, event_id)
);
comment on table events is 'Owner: events';

-- What has no place yet, in the order in which it gets one.
create index events_unpublished on events (occurred_at, event_id) where published_number is null;
-- The log from a cursor on. One number, one event.
create unique index events_by_number on events (published_number)
  where published_number is not null;

-- The last number given. Whoever numbers holds its only row; a reset leaves it, so that a cursor of
-- before the reset skips nothing of what comes after.
create table event_numbering (
  is_only boolean primary key default true check (is_only),
  last_number bigint not null
);
comment on table event_numbering is 'Owner: events';
insert into event_numbering (last_number) values (0);
