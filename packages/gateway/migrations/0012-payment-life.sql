-- Why: a payment lives on after its charge: it is captured, voided, refunded, released, settled.
alter table payments
  drop constraint payments_state_check,
  drop constraint payments_type_check,
  drop constraint payments_captured_at_most_amount,
  drop constraint payments_captured_state,
  add column authorized_minor bigint not null default 0,
  add column refunded_minor bigint not null default 0,
  -- Refunds that are asked and not answered: the next one may only take what they leave.
  add column reserved_minor bigint not null default 0,
  -- The operation that charged, the one that captured (the same for a sale), and the one change of
  -- the whole payment that is under way: capture, void, release.
  add column charge_operation_id text not null default '',
  add column capture_operation_id text,
  add column open_operation_id text,
  -- What the merchant captures by; of AUTHORIZE only.
  add column authorize_id text,
  -- The end of the hold, in business time.
  add column capture_until timestamptz,
  -- A part was captured, and the rest is still to be released at the acquirer.
  add column rest_held boolean not null default false,
  add column settlement_held boolean not null default false,
  -- The settlement batch that closed over it; or the acquirer said that its own has.
  add column batch_id text,
  add column void_closed boolean not null default false,
  -- What the type adds: an instalment plan, a billing agreement and the place in it.
  add column terms jsonb,
  -- Bank Mandiri's, of the first payment of an agreement.
  add column billing_transaction_id text,
  -- The token that was charged, or that the approval of this charge made.
  add column card_token text,
  -- The token that an approval makes, unless the customer has one for the card.
  add column new_token text,
  -- Of an authentication of the merchant's own: it pays once.
  add column own_authentication_key text;

update payments set authorized_minor = amount_minor where state = 'captured';
update payments p set charge_operation_id = o.operation_id,
  capture_operation_id = case when p.state = 'captured' then o.operation_id end
from operations o
where o.merchant_id = p.merchant_id and o.payment_id = p.payment_id;

alter table payments
  add constraint payments_state_check check (state in (
    'pending', 'authorized', 'captured', 'voided', 'refunded', 'released', 'refused')),
  add constraint payments_type_check check (type in (
    'SALE', 'AUTHORIZE', 'INSTALLMENT', 'MOTO', 'RECURRING')),
  -- Money, last line of defence: the statements test the same in their WHERE.
  add constraint payments_authorized_at_most_amount
    check (authorized_minor between 0 and amount_minor),
  add constraint payments_captured_at_most_authorized
    check (captured_minor between 0 and authorized_minor),
  add constraint payments_refunded_at_most_captured
    check (refunded_minor >= 0 and reserved_minor >= 0
      and refunded_minor + reserved_minor <= captured_minor),
  add constraint payments_captured_state
    check (case state
      when 'captured' then captured_minor > 0
      when 'refunded' then refunded_minor = captured_minor and captured_minor > 0
      when 'authorized' then authorized_minor > 0 and captured_minor = 0
      when 'voided' then authorized_minor > 0
      when 'released' then captured_minor = 0
      else authorized_minor = 0 end),
  -- begin finds the card in the same statement; where it could not, this aborts it all.
  add constraint payments_card_known check (card_id <> '') not valid;

-- A hold excludes the next charge of its invoice too.
drop index payments_exclusive_invoice;
create unique index payments_exclusive_invoice on payments (merchant_id, invoice_number)
  where invoice_exclusive and state in ('pending', 'authorized', 'captured');
create unique index payments_own_authentication on payments (own_authentication_key, merchant_id)
  where own_authentication_key is not null and state <> 'refused';
create unique index payments_by_authorize_id on payments (authorize_id, merchant_id)
  where authorize_id is not null;
-- Holds that nobody captured, in the order in which they end.
create index payments_holds on payments (capture_until) where state = 'authorized';
create index payments_rest_held on payments (payment_id, merchant_id) where rest_held;
-- What the next settlement batch of an acquirer takes.
create index payments_unsettled on payments (acquirer_id) where state = 'captured' and batch_id is null;

alter table operations
  drop constraint operations_kind_check,
  drop constraint operations_state_check,
  add constraint operations_kind_check check (kind in (
    'sale', 'authorize', 'capture', 'void', 'refund', 'reversal')),
  add constraint operations_state_check check (state in (
    'asked', 'unknown', 'manual', 'approved', 'refused')),
  -- The message that this one is about: a capture's authorization, a refund's capture or sale.
  add column original_operation_id text,
  -- The Request-Id of the call that asked for it; null where the gateway did by itself.
  add column request_id text,
  add column refund_type text check (refund_type in (
    'VOID', 'PARTIAL_REFUND', 'FULL_REFUND', 'MANUAL_PARTIAL_REFUND', 'MANUAL_FULL_REFUND')),
  add column billing_transaction_id text,
  -- The resolver: how often it looked, when it looks next (business time), who looks now (real time).
  add column looks smallint not null default 0,
  add column look_at timestamptz,
  add column leased_until timestamptz,
  -- begin takes the payment in the same statement; where it could not, this aborts it all.
  add constraint operations_payment_available check (payment_id <> '');

update operations set look_at = ask_until where state in ('asked', 'unknown');

drop index operations_unfinished;
create index operations_unfinished on operations (look_at) where state in ('asked', 'unknown');
-- One open reversal of one message at most. A second follows where the message was approved after its
-- reversal was taken.
create unique index operations_one_reversal on operations (original_operation_id, merchant_id)
  where kind = 'reversal' and state in ('asked', 'unknown');
create index operations_reversals on operations (original_operation_id, merchant_id)
  where kind = 'reversal';
