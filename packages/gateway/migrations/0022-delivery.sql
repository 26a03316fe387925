-- Why: no merchant's deliveries hold up another's, those of a payment keep their order, answers are kept.
alter table notifications
  -- In the order in which they were announced; clocks of several machines may differ.
  add column announced_number bigint generated always as identity,
  -- One that was sent again by hand waits for none of its payment, and none waits for it.
  add column in_order boolean not null default true;
alter table notification_attempts
  -- The beginning of what the merchant answered, where that was text; secrets of ours masked.
  add column answer text check (length(answer) <= 512);

-- The queue of each merchant: the delivery worker goes from merchant to merchant.
drop index notifications_due;
create index notifications_due on notifications (merchant_id, next_attempt_at) where state = 'due';
-- Which one of a payment is next.
create index notifications_in_order on notifications (payment_id, merchant_id, announced_number)
  where state = 'due' and in_order and payment_id is not null;
