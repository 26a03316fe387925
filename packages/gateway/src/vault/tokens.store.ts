/** Tokens: what a merchant holds in the place of a card that a customer of his had saved. */
import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { CardId, MerchantId, OperationId } from '../primitives/id.ts'

/** A card that an approved charge saves. */
export type NewToken = {
  readonly operationId: OperationId
  readonly merchantId: MerchantId
  /** The value that the token has unless there is one already (`vault.newToken`). */
  readonly token: string
  readonly customerId: string
  readonly customerName: string | undefined
  readonly cardId: CardId
  readonly description: object
  /** When the charge began: of two that save a card the later one says how it is now. */
  readonly savedAt: Date
}

/**
 * Tokens as the CTEs of a settle statement, each where `settled` (a CTE) has its `operation_id`. The
 * last of them, `kept_tokens (operation_id, proposed, token)`, says which token each card has: in
 * every race, also of two rows of one statement, the one that was there first. A card that is not
 * kept any more gets none.
 */
export function keepTokens(
  database: Database,
  tokens: readonly NewToken[],
  settled: Fragment,
): Fragment {
  const rows = tokens.map((token) => ({
    operation_id: token.operationId,
    merchant_id: token.merchantId,
    token: token.token,
    customer_id: token.customerId,
    masked_name: token.customerName && maskName(token.customerName),
    card_id: token.cardId,
    card_description: token.description,
    saved_at: token.savedAt,
  }))
  const latest = (column: string) => database`
    ${database(column)} = case when excluded.saved_at >= tokens.saved_at
      then excluded.${database(column)} else tokens.${database(column)} end`
  return database`
    new_tokens as (
      select new.*, cards.fingerprint, cards.expiry
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as new(
        operation_id text, merchant_id text, token text, customer_id text, masked_name text,
        card_id text, card_description jsonb, saved_at timestamptz)
      join ${settled} using (operation_id)
      join cards on cards.merchant_id = new.merchant_id and cards.card_id = new.card_id
      -- Or a purge that has not seen the token yet could take its card.
      for key share of cards
    ),
    saved_tokens as (
      insert into tokens (
        merchant_id, token, customer_id, state, card_id, fingerprint, card_description, expiry,
        masked_name, saved_at, created_at
      )
      -- One order everywhere, so that two batches do not wait for each other.
      select distinct on (customer_id, merchant_id, fingerprint)
        merchant_id, token, customer_id, 'active', card_id, fingerprint, card_description, expiry,
        masked_name, saved_at, saved_at
      from new_tokens
      order by customer_id, merchant_id, fingerprint, saved_at desc, operation_id
      on conflict (customer_id, merchant_id, fingerprint) where state = 'active'
      do update set ${latest('card_id')}, ${latest('card_description')}, ${latest('expiry')},
        ${latest('masked_name')}, ${latest('saved_at')}
      returning customer_id, merchant_id, fingerprint, token
    ),
    kept_tokens as (
      select new.operation_id, new.token as proposed, saved.token
      from new_tokens new
      join saved_tokens saved using (customer_id, merchant_id, fingerprint)
    )`
}

/** A charge that names a token. */
export type TokenUse = {
  readonly operationId: OperationId
  readonly merchantId: MerchantId
  readonly token: string
  /** Where the merchant names the customer, it must be the token's. */
  readonly customerId: string | undefined
}

/**
 * Tokens as a CTE of a begin statement: `operation_id`, `token` and `card_id` of each that is active,
 * belongs to who names it, and cannot be deleted until the statement has ended. Begin must abort
 * where a charge finds no row. `mine` is the CTE of the operations that begin.
 */
export function lockTokens(
  database: Database,
  uses: readonly TokenUse[],
  mine: Fragment,
): Fragment {
  const rows = uses.map((use) => ({
    operation_id: use.operationId,
    merchant_id: use.merchantId,
    token: use.token,
    customer_id: use.customerId,
  }))
  return database`
    select used.operation_id, tokens.token, tokens.card_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
      as used(operation_id text, merchant_id text, token text, customer_id text)
    join ${mine} using (operation_id)
    join tokens on tokens.merchant_id = used.merchant_id and tokens.token = used.token
    join cards on cards.merchant_id = tokens.merchant_id and cards.card_id = tokens.card_id
    where tokens.state = 'active'
      and (used.customer_id is null or used.customer_id = tokens.customer_id)
    order by tokens.merchant_id, tokens.token
    for share of tokens
    for key share of cards`
}

export type TokenRow = {
  readonly token: string
  readonly customerId: string
  readonly cardId: CardId
  readonly fingerprint: Buffer
  readonly description: object
  /** MMYY. */
  readonly expiry: string | null
  readonly maskedName: string | null
}

const columns = (database: Database) => database`
  token, customer_id as "customerId", card_id as "cardId", fingerprint,
  card_description as description, expiry, masked_name as "maskedName"`

export async function findActiveToken(
  database: Database,
  key: Pick<TokenUse, 'merchantId' | 'token' | 'customerId'>,
): Promise<TokenRow | undefined> {
  const [row] = await database<TokenRow[]>`
    select ${columns(database)}
    from tokens
    where merchant_id = ${key.merchantId} and token = ${key.token} and state = 'active'
      and ${ofCustomer(database, key.customerId)}`
  return row
}

/** A customer's active tokens, the oldest first. */
export async function findActiveTokens(
  database: Database,
  merchantId: MerchantId,
  customerId: string,
): Promise<TokenRow[]> {
  return database<TokenRow[]>`
    select ${columns(database)}
    from tokens
    where customer_id = ${customerId} and merchant_id = ${merchantId} and state = 'active'
    order by created_at, token`
}

/** Makes a token inactive for ever; false where there is no such token. */
export async function deactivateToken(
  database: Database,
  key: Pick<TokenUse, 'merchantId' | 'token' | 'customerId'>,
): Promise<boolean> {
  const rows = await database`
    update tokens
    set state = 'inactive'
    where merchant_id = ${key.merchantId} and token = ${key.token}
      and ${ofCustomer(database, key.customerId)}`
  return rows.count === 1
}

function ofCustomer(database: Database, customerId: string | undefined): Fragment {
  return customerId === undefined ? database`true` : database`customer_id = ${customerId}`
}

/** `Budi Santoso` as it may be shown: `B*** S******`. */
function maskName(name: string): string {
  return name
    .split(/\s+/)
    .filter(Boolean)
    .map(([first, ...rest]) => `${first}${'*'.repeat(rest.length)}`)
    .join(' ')
}
