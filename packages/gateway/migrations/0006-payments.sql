-- Why: the heart. A payment is what the merchant sees; an operation is one question to an acquirer.
create table payments (
  merchant_id text not null,
  payment_id text not null,
  state text not null check (state in ('pending', 'captured', 'refused')),
  type text not null check (type in ('SALE')),
  request_id text not null,
  invoice_number text not null check (length(invoice_number) between 1 and 64),
  currency text not null check (currency = 'IDR'),
  amount_minor bigint not null check (amount_minor > 0),
  captured_minor bigint not null default 0,
  descriptor text check (length(descriptor) <= 22),
  customer jsonb,
  additional_info jsonb,
  card_id text not null,
  card_description jsonb not null,
  acquirer_id text not null,
  mid text not null,
  tid text not null,
  authentication_needed boolean not null,
  authentication_id text,
  eci text not null default '',
  verification_status text not null check (verification_status in ('APPROVE', 'REVIEW', 'REJECT')),
  verification_reason text not null,
  response_code text,
  response_message text,
  approval_code text,
  notification_url text,
  -- The merchant lets an invoice be paid only once (refusePaidInvoice).
  invoice_exclusive boolean not null,
  version integer not null default 1,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (merchant_id, payment_id),
  constraint payments_captured_at_most_amount
    check (captured_minor >= 0 and captured_minor <= amount_minor),
  constraint payments_captured_state check ((state = 'captured') = (captured_minor > 0)),
  -- begin takes the authentication in the same statement; where it could not, this aborts it all.
  constraint payments_authentication_usable
    check (authentication_id is not null or not authentication_needed)
);
comment on table payments is 'Owner: payments';

-- One charge of an invoice at a time: the second aborts with DOUBLE_REQUEST_DETECTED.
create unique index payments_one_open_per_invoice
  on payments (merchant_id, invoice_number) where state = 'pending';
-- Where an invoice may be paid once only, an open or paid one excludes the next.
create unique index payments_exclusive_invoice
  on payments (merchant_id, invoice_number)
  where invoice_exclusive and state in ('pending', 'captured');
-- Order status by invoice number.
create index payments_by_invoice on payments (merchant_id, invoice_number, created_at);

create table operations (
  merchant_id text not null,
  operation_id text not null,
  payment_id text not null,
  kind text not null check (kind in ('sale')),
  state text not null check (state in ('asked', 'approved', 'refused', 'unknown')),
  amount_minor bigint not null check (amount_minor > 0),
  -- Nobody sends after this instant, nobody resolves before it. Real time.
  ask_until timestamptz not null,
  -- ISO 8583 fields 11, 37 and 7: enough to inquire or reverse without memory of the asking.
  stan text not null check (stan ~ '^[0-9]{6}$'),
  rrn text not null check (length(rrn) = 12),
  transmitted_at timestamptz not null,
  response_code text,
  approval_code text,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (merchant_id, operation_id)
);
comment on table operations is 'Owner: payments';

-- What is unfinished, oldest first.
create index operations_unfinished on operations (ask_until) where state in ('asked', 'unknown');

-- STANs are reserved in blocks: one counter row taken for each message would serialise a terminal.
create table trace_numbers (
  acquirer_id text not null,
  tid text not null,
  next_block integer not null,
  primary key (acquirer_id, tid)
);
comment on table trace_numbers is 'Owner: payments';
