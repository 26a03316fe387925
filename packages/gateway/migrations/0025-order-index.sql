-- Why: the index of the order of a payment is asked for without the state, which a time stands for.
-- With it a plan may take the queue of the merchant instead, and read all that is due in it.
drop index notifications_in_order;
create index notifications_in_order on notifications (payment_id, merchant_id, announced_number)
  where next_attempt_at is not null and in_order and payment_id is not null;
