-- Why: a merchant charges a card again by a token, which says nothing and serves nobody else; and
-- the keys under which cards lie are replaced while the gateway serves.
create table tokens (
  merchant_id text not null,
  token text not null check (token ~ '^[0-9a-f]{32}$'),
  customer_id text not null check (length(customer_id) between 1 and 50),
  state text not null check (state in ('active', 'inactive')),
  card_id text not null,
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  -- What may be shown of the card: masked number, BIN, brand, issuer, type.
  card_description jsonb not null,
  -- MMYY of the card that is kept under card_id.
  expiry text check (expiry ~ '^[0-9]{4}$'),
  -- As it may be shown: `A*** S******`.
  masked_name text,
  -- When the charge that saved the card began: a charge that settles late overwrites nothing newer.
  saved_at timestamptz not null,
  created_at timestamptz not null,
  primary key (merchant_id, token)
);
comment on table tokens is 'Owner: vault';

-- The statement that saves a card cannot open it. Null on what was kept before this migration.
alter table cards add column expiry text check (expiry ~ '^[0-9]{4}$');

-- One token for one card and customer; a deleted one never comes back. Also serves the list.
create unique index tokens_one_for_a_card
  on tokens (customer_id, merchant_id, fingerprint) where state = 'active';
-- Whether a card is saved: asked by the purge.
create index tokens_by_card on tokens (card_id, merchant_id) where state = 'active';

-- The row of a key stays for ever, so that its number is never given out again and nothing is kept
-- that was sealed with it.
alter table data_keys
  -- Nothing sealed with this key may be written any more; what is there is sealed afresh.
  add column closed_at timestamptz,
  -- Nothing is sealed with it any more, and the key is gone.
  add column erased_at timestamptz,
  alter column wrapped_key drop not null,
  add constraint data_keys_only_an_erased_key_is_gone
    check ((wrapped_key is null) = (erased_at is not null)),
  add constraint data_keys_erased_after_closed check (erased_at is null or closed_at is not null);
