-- Why: a move whose answer was lost with its connection is asked for again, and must count once.
alter table sandbox.clock
  -- The last moves, newest first; a reset forgets them.
  add column recent_moves text[] not null default '{}';
