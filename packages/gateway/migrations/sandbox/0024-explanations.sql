-- Why: why a request was refused at the door, for who wrote its client. Only the last ones are kept.
create table sandbox.explanations (
  -- Or, of a request that had none that can be used, one that its answer names.
  request_id text primary key,
  -- In the order of the refusals; another one each time, so that the last of a Request-Id is the newest.
  explanation_number bigint generated always as identity unique,
  cause text not null,
  refused_at timestamptz not null,
  -- It may hold the plain digest of a body that held a card, out of which a CVV falls in seconds.
  sealed_explanation bytea not null
);
comment on table sandbox.explanations is 'Owner: api/sandbox';
