-- Why: an authentication outlives the call that asked for it and serves exactly one charge.
create table authentications (
  merchant_id text not null,
  authentication_id text not null check (authentication_id ~ '^[0-9a-f]{64}$'),
  state text not null check (state in (
    'asked', 'challenging', 'authenticated', 'attempted', 'not_enrolled', 'failed', 'used')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null check (currency = 'IDR'),
  invoice_number text check (length(invoice_number) <= 64),
  card_id text not null,
  card_fingerprint bytea not null check (octet_length(card_fingerprint) = 32),
  -- What may be shown of the card: masked number, BIN, brand, issuer, type.
  card_description jsonb not null,
  callback_url_success text not null,
  callback_url_failed text not null,
  page_id text not null,
  failure text,
  version text,
  eci text,
  cryptogram text,
  directory_server_transaction_id text,
  password_tries smallint not null default 0 check (password_tries between 0 and 3),
  ask_until timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  used_by text,
  primary key (merchant_id, authentication_id),
  constraint authentications_used_by_an_operation check ((state = 'used') = (used_by is not null))
);
comment on table authentications is 'Owner: three-d-secure';

-- A cardholder's browser knows a page id and nothing else; this leads from it to the merchant.
create table challenge_pages (
  page_id text primary key,
  merchant_id text not null,
  authentication_id text not null
);
comment on table challenge_pages is 'Owner: three-d-secure';
