-- Why: the sandbox's merchants that were made before accounts had instalment plans get those of sandbox.md.
update merchants
set acquirer_accounts = (
  select jsonb_agg(
    case when account ->> 'acquirerId' in ('BANK_MANDIRI', 'BNI')
      then '{"installmentPlans": [{"planId": "1232131", "tenors": [3, 6, 12]}]}' || account
      else account end
    order by position)
  from jsonb_array_elements(acquirer_accounts) with ordinality as accounts (account, position)
)
where merchant_id in (select merchant_id from sandbox.merchant_keys)
  and jsonb_array_length(acquirer_accounts) > 0;
