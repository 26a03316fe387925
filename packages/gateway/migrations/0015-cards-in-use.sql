-- Why: the purge asks of each card whether a payment still needs it.
create index payments_by_card on payments (card_id, merchant_id) where card_id <> '';
