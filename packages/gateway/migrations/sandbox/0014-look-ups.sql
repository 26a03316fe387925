-- Why: closing a batch and asking for steering look rows up instead of reading all of an account's.
create index acquirer_messages_open_batch on sandbox.acquirer_messages (acquirer_id, mid, tid)
  where captured_minor > 0 and batch_id is null and not voided and not reversed;
create index acquirer_steering_by_merchant
  on sandbox.acquirer_steering (sub_merchant_id, steering_number);
