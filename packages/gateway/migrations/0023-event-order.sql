-- Why: the events of a subject are published in the order in which it changed, whatever the clocks of processes say; and to Kafka.
alter table events
  -- The version that the settling statement gave its subject.
  add column sequence integer not null default 0;
alter table events alter column sequence drop default;
comment on column events.merchant_id is 'Empty where it is about no one merchant';

-- What has no place yet of a subject, so that none of it is passed by a later one.
create index events_unpublished_of_subject on events (subject, sequence)
  where published_number is null;

-- A card's events are ordered by it: raised by whoever binds it, or ends its last token.
alter table kki_cards add column version integer not null default 1;

-- How far Kafka has the log, and which process publishes until when (real time). A reset leaves it, as the numbers go on.
create table event_publishing (
  is_only boolean primary key default true check (is_only),
  last_number bigint not null,
  publisher text,
  leased_until timestamptz,
  constraint event_publishing_lease check ((publisher is null) = (leased_until is null))
);
comment on table event_publishing is 'Owner: events';
insert into event_publishing (last_number) values (0);
