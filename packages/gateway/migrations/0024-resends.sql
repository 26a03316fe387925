-- Why: a resend by hand stands beside the schedule, and no host of a merchant holds up his other ones.
alter table notifications
  -- A resend that waits for its attempt; 'alone' waits for none of its payment.
  add column resend text check (resend in ('alone', 'in-order')),
  -- Counted, so that an attempt tells at its end whether it was asked for once more meanwhile.
  add column resends_asked integer not null default 0,
  -- What it goes back to where the resend fails.
  add column state_before text check (state_before in ('due', 'delivered', 'given-up')),
  add column next_attempt_before timestamptz,
  -- Those that the schedule does not count: by hand, cut by a stop, or later than their lease.
  add column attempts_beside smallint not null default 0,
  -- By additional_info.override_notification_url: it stays when the merchant changes his URL.
  add column url_overridden boolean not null default false,
  add constraint notifications_resend_goes_back check (
    (resend is null) = (state_before is null)
    and (state_before is not distinct from 'due') = (next_attempt_before is not null)
    and (resend is null or state = 'due')
  );
comment on column notifications.in_order is
  'Whether later ones of its payment wait for it while it is due';

-- A queue for each host of each merchant; bounded, as an entry of an index is. In the order of the
-- announcement where many fall due at one time.
drop index notifications_due;
create index notifications_due on notifications (
  merchant_id, left(split_part(url, '/', 3), 255), next_attempt_at, announced_number
) where state = 'due';
