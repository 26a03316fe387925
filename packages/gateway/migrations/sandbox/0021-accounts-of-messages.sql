-- Why: a reversal ends an account only where no other message has bound it too.
create index kki_messages_by_account on sandbox.kki_messages (account) where account is not null;
drop index sandbox.kki_accounts_by_message;
