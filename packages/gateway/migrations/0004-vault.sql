-- Why: card numbers are kept here and in no other table, sealed.
create table cards (
  merchant_id text not null,
  card_id text not null,
  sealed_card bytea not null,
  -- Keyed: tells whether two numbers are the same without opening either.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  created_at timestamptz not null,
  primary key (merchant_id, card_id)
);
comment on table cards is 'Owner: vault';
