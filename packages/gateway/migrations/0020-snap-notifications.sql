-- Why: SNAP notifications: the same rows, delivered in another dialect, some with a bankCardToken that may stand in no table.
alter table notifications
  add column dialect text not null default 'cards' check (dialect in ('cards', 'snap')),
  -- The binding whose bankCardToken is added when the body is sent.
  add column binding_id text check (binding_id <> ''),
  -- What became of a binding is about no payment.
  alter column payment_id drop not null;
-- Found by either number through notifications_by_invoice.
comment on column notifications.invoice_number is
  'Of snap: the partnerReferenceNo, or the referenceNo where a binding has none';
comment on column notifications.request_id is
  'Request-Id header of cards, X-EXTERNAL-ID of snap: the same at every attempt';
