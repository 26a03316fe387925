-- Why: the simulated KKI switch keeps its book as the simulated acquirer does: every message once, with its decision.
-- No CPAN, OTT or OTP is in it: a CPAN as its mask and keyed fingerprint, an OTT as its fingerprint, an OTP not at all.
create table sandbox.kki_messages (
  message_number bigint generated always as identity primary key,
  mid text not null,
  tid text not null,
  sub_merchant_id text not null,
  kind text not null
    check (kind in ('bind', 'otp', 'unbind', 'pay', 'refund', 'reversal', 'inquiry')),
  partner_reference_no text,
  cust_id_merchant text,
  -- Of a payment: the gateway's reference, by which the cardholder confirms it.
  reference_no text,
  amount_minor bigint check (amount_minor > 0),
  masked_card_number text not null,
  card_fingerprint bytea,
  stan text not null,
  rrn text not null,
  -- What is answered; before `decided_by`, what will be if nothing else happens until then.
  response_code text not null,
  approval_code text,
  decided_by timestamptz,
  -- Of an unbinding: the clock's offset then. It is decided as well once the clock was advanced.
  clock_offset_ms bigint,
  otp_expires_at timestamptz,
  -- A binding: what its one-time passwords did. A payment: whether it binds the card as well.
  wrong_otps integer not null default 0 check (wrong_otps between 0 and 3),
  is_bound boolean not null default false,
  binds boolean not null default false,
  -- What this message bound.
  account text,
  -- The binding of a one-time password, the payment of a refund.
  original_number bigint,
  -- False for a message that was reversed before it came: it is refused when it comes.
  arrived boolean not null default true,
  reversed boolean not null default false,
  refunded_minor bigint not null default 0,
  received_at timestamptz not null,
  -- The same message twice is one entry: the switch answers it as it did the first time.
  constraint kki_messages_once unique (mid, rrn, kind),
  constraint kki_messages_refunded check (refunded_minor between 0 and amount_minor)
);
-- The merchant stands last: no look-up by another key of his messages may read them all.
create index kki_messages_by_partner_reference
  on sandbox.kki_messages (partner_reference_no, sub_merchant_id);
create index kki_messages_by_customer on sandbox.kki_messages (cust_id_merchant, sub_merchant_id);
-- The issuer's app looks a payment up.
create index kki_messages_by_reference on sandbox.kki_messages (reference_no)
  where reference_no is not null;
comment on table sandbox.kki_messages is 'Owner: networks/kki-switch/simulator';

create table sandbox.kki_accounts (
  account text primary key,
  mid text not null,
  sub_merchant_id text not null,
  cust_id_merchant text not null,
  card_fingerprint bytea not null,
  masked_card_number text not null,
  -- Which message bound it.
  message_number bigint not null,
  ended boolean not null default false
);
-- A customer of a merchant binds a card once.
create unique index kki_accounts_open
  on sandbox.kki_accounts (cust_id_merchant, card_fingerprint, sub_merchant_id) where not ended;
create index kki_accounts_by_message on sandbox.kki_accounts (message_number);
comment on table sandbox.kki_accounts is 'Owner: networks/kki-switch/simulator';

-- What the issuer's app gave out: a fingerprint of card and token together.
create table sandbox.kki_otts (
  fingerprint bytea primary key,
  expires_at timestamptz not null,
  used boolean not null default false
);
comment on table sandbox.kki_otts is 'Owner: networks/kki-switch/simulator';

-- What shall happen to the next messages of a merchant; each is taken by one.
create table sandbox.kki_steering (
  steering_number bigint generated always as identity primary key,
  sub_merchant_id text not null,
  instruction jsonb not null
);
create index kki_steering_by_merchant on sandbox.kki_steering (sub_merchant_id, steering_number);
comment on table sandbox.kki_steering is 'Owner: networks/kki-switch/simulator';
