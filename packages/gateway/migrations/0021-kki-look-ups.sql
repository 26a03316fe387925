-- Why: each statement about a binding reads its own rows, and not all that are bound, open or pending.
create index binding_messages_by_binding on binding_messages (binding_id, merchant_id, kind);

-- The tokens of a card, for its unbinding. Of all states: an index of what is bound would be read
-- whole by whoever asks for what is bound by another key.
drop index bindings_by_card;
create index bindings_by_card on bindings (card_fingerprint, merchant_id);

-- A payment that its cardholder has decided; what was answered at once is never in it.
create index operations_unknown_by_rrn on operations (rrn) where state = 'unknown';

-- Ten KKI payments of 16 digits and sen are more than a bigint holds.
alter table batches
  alter column captured_minor type numeric(38),
  alter column refunded_minor type numeric(38);
