-- Why: a merchant's rules: what its screening stops, and what its recurring agreements hold its payments to.
create table screening_rules (
  merchant_id text primary key,
  -- As merchants/screening-rules.ts describes them. No row: no rules.
  rules jsonb not null check (jsonb_typeof(rules) = 'object')
);
comment on table screening_rules is 'Owner: merchants';

-- A row for each try: counted by an index. A counter row would serialise the charges of a card.
create table card_tries (
  merchant_id text not null,
  operation_id text not null,
  -- The merchant's own hash of the card number, as the list of tokens shows it.
  hashed_card_number text not null check (hashed_card_number ~ '^[0-9a-f]{64}$'),
  tried_at timestamptz not null,
  primary key (merchant_id, operation_id)
);
comment on table card_tries is 'Owner: screening';
-- How often a card was tried of late.
create index card_tries_by_card on card_tries (hashed_card_number, merchant_id, tried_at);
-- What is old enough to be forgotten.
create index card_tries_by_age on card_tries (tried_at);

create table billing_agreements (
  merchant_id text not null,
  billing_number text not null check (length(billing_number) between 1 and 64),
  variability text not null check (variability in ('FIXED', 'VARIABLE')),
  frequency text check (frequency in ('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY', 'OTHER')),
  -- Of the payment that made the agreement; what FIXED holds the following ones to.
  currency text not null check (currency = 'IDR'),
  amount_minor bigint not null check (amount_minor > 0),
  -- Bank Mandiri's, wanted on every following payment.
  billing_transaction_id text check (length(billing_transaction_id) between 1 and 100),
  created_at timestamptz not null,
  primary key (merchant_id, billing_number)
);
comment on table billing_agreements is 'Owner: agreements';

-- The index below finds no null twice.
alter table payments
  add constraint payments_billing_numbered check (
    coalesce(terms ->> 'kind', '') <> 'recurring'
    or (terms ->> 'billingNumber' is not null
      and coalesce((terms ->> 'ordinal')::integer, 0) >= 1));
-- One open or paid payment for each ordinal of an agreement: the second aborts begin. What was
-- refused, voided or given back in full leaves its ordinal free.
create unique index payments_one_per_ordinal
  on payments ((terms ->> 'billingNumber'), merchant_id, ((terms ->> 'ordinal')::integer))
  where terms ->> 'kind' = 'recurring' and state in ('pending', 'authorized', 'captured');
