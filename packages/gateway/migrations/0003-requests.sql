-- Why: a Request-Id has exactly one answer. The row is claimed by the statement that begins the work.
create table requests (
  merchant_id text not null,
  scope text not null check (scope in ('three-d-secure', 'transaction')),
  request_id text not null check (length(request_id) between 1 and 128),
  route text not null,
  -- Keyed MACs: a plain digest of a body that held a CVV would give the CVV away in seconds.
  body_mac bytea not null check (octet_length(body_mac) = 32),
  signature_mac bytea not null check (octet_length(signature_mac) = 32),
  -- What this request began: an operation, or an authentication in the scope three-d-secure.
  operation_id text not null,
  invoice_number text,
  expires_at timestamptz not null,
  primary key (merchant_id, scope, request_id)
);
comment on table requests is 'Owner: requests';
