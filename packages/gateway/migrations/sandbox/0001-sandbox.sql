-- Why: what only the sandbox has: its clock, its merchants' private keys, the simulators' books.
create schema sandbox;

create table sandbox.clock (
  only_row boolean primary key default true check (only_row),
  offset_ms bigint not null check (offset_ms >= 0)
);
insert into sandbox.clock (offset_ms) values (0);
comment on table sandbox.clock is 'Owner: platform/clock';

create table sandbox.merchant_keys (
  merchant_id text primary key,
  sealed_private_key bytea not null
);
comment on table sandbox.merchant_keys is 'Owner: api/sandbox';

-- The simulated acquirer's book. No card number is in it, only its mask.
create table sandbox.acquirer_messages (
  message_number bigint generated always as identity primary key,
  acquirer_id text not null,
  mid text not null,
  tid text not null,
  sub_merchant_id text not null,
  kind text not null,
  invoice_number text not null,
  amount_minor bigint not null,
  masked_card_number text not null,
  stan text not null,
  rrn text not null,
  response_code text,
  approval_code text,
  received_at timestamptz not null,
  -- The same message twice is one entry: the acquirer answers it as it did the first time.
  constraint acquirer_messages_once unique (acquirer_id, mid, rrn, kind)
);
create index acquirer_messages_by_invoice on sandbox.acquirer_messages (sub_merchant_id, invoice_number);
comment on table sandbox.acquirer_messages is 'Owner: networks/card-acquirer/simulator';

-- What `POST /sandbox/acquirer/next` asked for; taken by the merchant's next message.
create table sandbox.acquirer_steering (
  steering_number bigint generated always as identity primary key,
  sub_merchant_id text not null,
  instruction jsonb not null
);
comment on table sandbox.acquirer_steering is 'Owner: networks/card-acquirer/simulator';

-- The simulated 3-D Secure server's book.
create table sandbox.three_d_secure_authentications (
  reference text primary key,
  masked_card_number text not null,
  brand text not null,
  status text not null check (status in ('C', 'Y', 'A', 'N', 'U', 'R')),
  eci text not null,
  cryptogram text,
  directory_server_transaction_id text not null,
  version text not null,
  received_at timestamptz not null
);
comment on table sandbox.three_d_secure_authentications
  is 'Owner: networks/three-d-secure-server/simulator';
