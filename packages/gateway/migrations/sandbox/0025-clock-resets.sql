-- Why: an advance that is under way when the sandbox is reset must not move the clock any more, in
-- whichever process it is; by the offset alone it cannot tell.
alter table sandbox.clock add column resets integer not null default 0;
