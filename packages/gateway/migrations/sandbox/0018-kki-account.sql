-- Why: the sandbox's merchants that were made before KKI get the account at its switch.
update merchants
set acquirer_accounts = acquirer_accounts || '[{
  "acquirerId": "ALTO", "mid": "000360012345", "tid": "36001234",
  "takes": {"channels": ["KARTU_KREDIT_INDONESIA"]}}]'::jsonb
where merchant_id in (select merchant_id from sandbox.merchant_keys)
  and not acquirer_accounts @> '[{"acquirerId": "ALTO"}]'::jsonb;
