-- Why: everything sealed at rest names the key that sealed it, so that keys can be rotated.
create table data_keys (
  key_id integer primary key,
  purpose text not null check (purpose in ('sealing', 'lookup')),
  -- The key itself, wrapped with AES-256-GCM under the root key, which is never in the database.
  wrapped_key bytea not null,
  created_at timestamptz not null
);
comment on table data_keys is 'Owner: platform/key-ring';
