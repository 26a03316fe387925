-- Why: the issuer's app shows what waits for its cardholder every few seconds, and must not read the book for it.
create index kki_messages_waiting on sandbox.kki_messages (decided_by, message_number)
  where kind = 'pay' and decided_by is not null;
