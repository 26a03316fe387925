-- Why: who may call, with which secret, which features and through which acquirers.
create table merchants (
  merchant_id text primary key,
  client_id text not null unique check (length(client_id) between 1 and 128),
  name text not null,
  sealed_secret_key bytea not null,
  public_key text,
  notification_url text,
  snap_token_url text,
  snap_notification_url text,
  three_d_secure boolean not null,
  mpi boolean not null,
  tokenization boolean not null,
  descriptor boolean not null,
  installment boolean not null,
  authorize boolean not null,
  moto boolean not null,
  recurring boolean not null,
  refuse_paid_invoice boolean not null,
  -- The merchant's accounts at acquirers in order of preference: [{acquirerId, mid, tid, takes}].
  acquirer_accounts jsonb not null check (jsonb_typeof(acquirer_accounts) = 'array'),
  created_at timestamptz not null
);
comment on table merchants is 'Owner: merchants';
