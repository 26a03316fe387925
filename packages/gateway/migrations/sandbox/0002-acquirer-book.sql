-- Why: the simulated acquirer keeps the state of what it approved: captured, refunded, voided, reversed,
-- closed into a batch. The state stands on the message that began it, a sale or an authorization.
alter table sandbox.acquirer_messages
  -- False for a message that was reversed before it came: it is refused when it comes.
  add column arrived boolean not null default true,
  add column reversed boolean not null default false,
  add column voided boolean not null default false,
  add column captured_minor bigint not null default 0,
  add column refunded_minor bigint not null default 0,
  add column batch_id text,
  -- The sale or authorization that a capture, void or refund belongs to.
  add column original_number bigint,
  add column billing_transaction_id text,
  add constraint acquirer_messages_captured
    check (captured_minor between 0 and amount_minor),
  add constraint acquirer_messages_refunded
    check (refunded_minor between 0 and captured_minor);
update sandbox.acquirer_messages
  set captured_minor = amount_minor where kind = 'sale' and approval_code is not null;
