-- Why: an X-EXTERNAL-ID of SNAP is claimed once per client, endpoint and day; the id holds all three.
alter table requests drop constraint requests_scope_check;
alter table requests add constraint requests_scope_check
  check (scope in ('three-d-secure', 'transaction', 'snap'));
alter table requests drop constraint requests_request_id_check;
alter table requests add constraint requests_request_id_check
  check (length(request_id) between 1 and case scope when 'snap' then 256 else 128 end);
