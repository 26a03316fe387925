-- Why: what waited behind another notification of its payment keeps its schedule, and gets its turn back.
alter table notifications
  -- From when its retries are counted: when its first attempt fell due, later than it was announced where
  -- it waited behind another. Null until then.
  add column schedule_from timestamptz,
  -- When it was due before it was put off behind another.
  add column put_off_from timestamptz;
