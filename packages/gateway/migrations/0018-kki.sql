-- Why: Kartu Kredit Indonesia: a second channel of payments, and the cards that customers bind. No CPAN, OTT or OTP is kept; a
-- card is a keyed fingerprint, a token and what the switch calls the card are ciphertext, looked up by a keyed fingerprint.
alter table payments
  add column channel text not null default 'CREDIT_CARD'
    check (channel in ('CREDIT_CARD', 'KARTU_KREDIT_INDONESIA')),
  -- Our number of a KKI payment, by which the issuer's app knows it too.
  add column reference_no text,
  -- The bound card that paid, or that the approval binds.
  add column binding_id text,
  add column binds_card boolean not null default false,
  -- begin finds the bound card in the same statement; where it could not, this aborts it all.
  add constraint payments_binding_known check (binding_id <> ''),
  drop constraint payments_card_known,
  add constraint payments_card_known
    check (card_id <> '' or channel = 'KARTU_KREDIT_INDONESIA') not valid;

-- A number of one channel says nothing in the other.
drop index payments_one_open_per_invoice;
create unique index payments_one_open_per_invoice on payments (merchant_id, invoice_number)
  where state = 'pending' and channel = 'CREDIT_CARD';
-- A partnerReferenceNo pays once, for ever.
create unique index payments_partner_reference on payments (invoice_number, merchant_id)
  where channel = 'KARTU_KREDIT_INDONESIA';
create unique index payments_by_reference_no on payments (reference_no, merchant_id)
  where reference_no is not null;
-- The status by X-EXTERNAL-ID.
create index payments_by_external_id on payments (request_id, merchant_id)
  where channel = 'KARTU_KREDIT_INDONESIA';

alter table operations
  -- Of a KKI refund: our number, the merchant's, and why.
  add column reference_no text,
  add column partner_reference_no text check (length(partner_reference_no) between 1 and 64),
  add column reason text check (length(reason) <= 255);
-- A partnerRefundNo gives back once.
create unique index operations_partner_reference on operations (partner_reference_no, merchant_id)
  where partner_reference_no is not null;
-- The refunds of a payment, for its status.
create index operations_refunds_by_payment on operations (payment_id, merchant_id)
  where kind = 'refund';

-- The state of a card at a merchant: locked by whoever binds or unbinds it, so that no token slips through.
create table kki_cards (
  merchant_id text not null,
  card_fingerprint bytea not null check (octet_length(card_fingerprint) = 32),
  masked_cpan text not null,
  -- Tokens that the network still has to end; the last of them ends the unbinding.
  tokens_unbinding integer not null default 0 check (tokens_unbinding >= 0),
  -- What the event tells then: the customers whose tokens ended, and our number of the call.
  unbinding_customers text[] not null default '{}',
  unbinding_reference_no text,
  primary key (merchant_id, card_fingerprint)
);
comment on table kki_cards is 'Owner: bindings';

create table bindings (
  merchant_id text not null,
  binding_id text not null,
  state text not null check (state in ('pending', 'bound', 'failed', 'unbinding', 'unbound')),
  reference_no text not null,
  partner_reference_no text check (length(partner_reference_no) between 1 and 64),
  external_id text not null,
  cust_id_merchant text not null check (length(cust_id_merchant) between 1 and 64),
  card_fingerprint bytea not null check (octet_length(card_fingerprint) = 32),
  masked_cpan text not null,
  issuer text not null,
  acquirer_id text not null,
  mid text not null,
  tid text not null,
  -- A payment binds it (bind and pay); then there is no one-time password.
  by_payment boolean not null,
  -- The session of the one-time password: its page, and how often a password was tried.
  page_id text,
  auth_code_fingerprint bytea check (octet_length(auth_code_fingerprint) = 32),
  success_url text,
  failed_url text,
  otp_tries smallint not null default 0,
  otp_expires_at timestamptz,
  -- Why it failed: the switch's code.
  response_code text,
  -- The bankCardToken, and what the switch calls the card; not null, or a rotation of the keys could not see that one came too late.
  token_fingerprint bytea not null check (octet_length(token_fingerprint) = 32),
  sealed_token bytea not null,
  sealed_account bytea not null default '',
  notification_url text,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (merchant_id, binding_id)
);
comment on table bindings is 'Owner: bindings';

-- One token for a card and customer; a payment that binds holds the place from its begin.
create unique index bindings_one_for_a_card on bindings (cust_id_merchant, merchant_id, card_fingerprint)
  where state = 'bound' or (state = 'pending' and by_payment);
create unique index bindings_by_token on bindings (token_fingerprint, merchant_id);
create unique index bindings_by_reference_no on bindings (reference_no, merchant_id);
create unique index bindings_partner_reference on bindings (partner_reference_no, merchant_id)
  where partner_reference_no is not null and not by_payment;
create unique index bindings_by_auth_code on bindings (auth_code_fingerprint, merchant_id)
  where auth_code_fingerprint is not null;
-- Bindings whose one-time password nobody entered in time.
create index bindings_expiring on bindings (otp_expires_at) where state = 'pending';
-- The tokens of a card, for its unbinding.
create index bindings_by_card on bindings (card_fingerprint, merchant_id) where state = 'bound';

-- A page's URL names no merchant: the small look-up table of design.md 7.
create table otp_pages (
  page_id text primary key,
  merchant_id text not null,
  -- A statement that finds its binding moved aborts by this.
  binding_id text not null constraint otp_pages_binding_known check (binding_id <> '')
);
comment on table otp_pages is 'Owner: bindings';

-- One question to the switch about a binding, and its uncertainty: as operations are to payments.
create table binding_messages (
  merchant_id text not null,
  message_id text not null,
  binding_id text not null,
  kind text not null check (kind in ('bind', 'otp', 'unbind')),
  state text not null check (state in ('asked', 'unknown', 'approved', 'refused')),
  stan text not null check (stan ~ '^[0-9]{6}$'),
  rrn text not null check (length(rrn) = 12),
  transmitted_at timestamptz not null,
  ask_until timestamptz not null,
  look_at timestamptz not null,
  looks smallint not null default 0,
  leased_until timestamptz,
  -- On a message that is open: it is being reversed, and cannot be approved any more.
  response_code text,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (merchant_id, message_id),
  -- begin finds the binding in the same statement; where it could not, this aborts it all.
  constraint binding_messages_binding_known check (binding_id <> '')
);
comment on table binding_messages is 'Owner: bindings';
create index binding_messages_unfinished on binding_messages (look_at) where state in ('asked', 'unknown');
-- One question of a kind about a binding at a time.
create unique index binding_messages_one_open on binding_messages (binding_id, merchant_id, kind)
  where state in ('asked', 'unknown');
