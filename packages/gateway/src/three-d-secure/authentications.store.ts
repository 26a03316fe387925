import type { Fragment } from 'postgres'
import { bytea, type Database } from '../platform/database/index.ts'
import type { MerchantId, OperationId } from '../primitives/id.ts'
import { type Money, money } from '../primitives/money.ts'
import { claimRequests, type RequestClaim } from '../requests/index.ts'
import type { CardDescription } from '../routing/index.ts'
import { keepCards, type SealedCard } from '../vault/index.ts'
import { type Authentication, mostPasswordTries } from './authentication.ts'
import { type AuthenticationState, authenticationMoves } from './machine.ts'

type AuthenticationRow = Omit<
  Authentication,
  'amount' | 'invoiceNumber' | 'failure' | 'version'
> & {
  amountMinor: bigint
  invoiceNumber: string | null
  failure: string | null
  version: string | null
}

const columns = (database: Database) => database`
  authentications.merchant_id as "merchantId",
  authentications.authentication_id as "authenticationId", state, amount_minor as "amountMinor",
  invoice_number as "invoiceNumber", card_id as "cardId", card_fingerprint as "cardFingerprint",
  card_description as card,
  callback_url_success as "callbackUrlSuccess", callback_url_failed as "callbackUrlFailed",
  authentications.page_id as "pageId", failure, version, password_tries as "passwordTries",
  ask_until as "askUntil", expires_at as "expiresAt"`

const toAuthentication = (row: AuthenticationRow | undefined): Authentication | undefined =>
  row && {
    ...row,
    amount: money(row.amountMinor, 'IDR'),
    invoiceNumber: row.invoiceNumber ?? undefined,
    failure: row.failure ?? undefined,
    version: row.version ?? undefined,
  }

export type BeginCheck = Pick<
  Authentication,
  | 'merchantId'
  | 'authenticationId'
  | 'amount'
  | 'invoiceNumber'
  | 'callbackUrlSuccess'
  | 'callbackUrlFailed'
  | 'pageId'
  | 'askUntil'
  | 'expiresAt'
> & {
  readonly claim: RequestClaim
  readonly card: SealedCard
  readonly description: CardDescription
  readonly requestExpiresAt: Date
}

/**
 * Claims the Request-Id, keeps the card and begins the authentication, in one statement; can be
 * repeated. Whether the claim is ours: false means another request holds the Request-Id, and
 * nothing else was written.
 */
export async function beginCheck(database: Database, begin: BeginCheck): Promise<boolean> {
  const id = begin.authenticationId
  const rows = await database`
    with ${claimRequests(database, [
      {
        ...begin.claim,
        operationId: id,
        invoiceNumber: begin.invoiceNumber,
        expiresAt: begin.requestExpiresAt,
      },
    ])},
    card as (${keepCards(database, [{ operationId: id, card: begin.card }], database`mine`)}),
    page as (
      insert into challenge_pages (page_id, merchant_id, authentication_id)
      select ${begin.pageId}, ${begin.merchantId}, ${id} from mine
      on conflict (page_id) do nothing
    ),
    authentication as (
      insert into authentications (
        merchant_id, authentication_id, state, amount_minor, currency, invoice_number, card_id,
        card_fingerprint, card_description, callback_url_success, callback_url_failed, page_id,
        ask_until, expires_at, created_at
      )
      select ${begin.merchantId}, ${id}, 'asked', ${begin.amount.minor}, ${begin.amount.currency},
        ${begin.invoiceNumber ?? null}, ${begin.card.cardId}, ${begin.card.fingerprint},
        ${database.json({ ...begin.description })}, ${begin.callbackUrlSuccess},
        ${begin.callbackUrlFailed}, ${begin.pageId}, ${begin.askUntil}::timestamptz,
        ${begin.expiresAt}::timestamptz, ${begin.card.createdAt}::timestamptz
      from mine
      on conflict (merchant_id, authentication_id) do nothing
    )
    select 1 from mine`
  return rows.count === 1
}

export type AuthenticationChange = {
  readonly failure?: string | undefined
  readonly version?: string | undefined
  readonly eci?: string | undefined
  readonly cryptogram?: string | undefined
  readonly directoryServerTransactionId?: string | undefined
}

/** Moves an authentication by compare-and-set; undefined where the move is not legal any more. */
export async function moveAuthentication(
  database: Database,
  key: Pick<Authentication, 'merchantId' | 'authenticationId'>,
  move: string,
  to: AuthenticationState,
  change: AuthenticationChange = {},
): Promise<Authentication | undefined> {
  const from = authenticationMoves.statesThatAllow(move)
  const [row] = await database<AuthenticationRow[]>`
    update authentications
    set state = ${to}, failure = ${change.failure ?? null},
      version = coalesce(${change.version ?? null}, version), eci = ${change.eci ?? null},
      cryptogram = ${change.cryptogram ?? null},
      directory_server_transaction_id = ${change.directoryServerTransactionId ?? null}
    where merchant_id = ${key.merchantId} and authentication_id = ${key.authenticationId}
      and state = any(${from})
    returning ${columns(database)}`
  return toAuthentication(row)
}

/** Counts a try before anything is compared; undefined where no try is left or it is too late. */
export async function countPasswordTry(
  database: Database,
  key: Pick<Authentication, 'merchantId' | 'authenticationId'>,
  now: Date,
): Promise<Authentication | undefined> {
  const [row] = await database<AuthenticationRow[]>`
    update authentications
    set password_tries = password_tries + 1
    where merchant_id = ${key.merchantId} and authentication_id = ${key.authenticationId}
      and state = 'challenging' and password_tries < ${mostPasswordTries} and expires_at > ${now}
    returning ${columns(database)}`
  return toAuthentication(row)
}

export async function findAuthentication(
  database: Database,
  merchantId: MerchantId,
  authenticationId: string,
): Promise<Authentication | undefined> {
  const [row] = await database<AuthenticationRow[]>`
    select ${columns(database)}
    from authentications
    where merchant_id = ${merchantId} and authentication_id = ${authenticationId}`
  return toAuthentication(row)
}

export async function findAuthenticationOfPage(
  database: Database,
  pageId: string,
): Promise<Authentication | undefined> {
  const [row] = await database<AuthenticationRow[]>`
    select ${columns(database)}
    from challenge_pages
    join authentications using (merchant_id, authentication_id)
    where challenge_pages.page_id = ${pageId}`
  return toAuthentication(row)
}

/** What a charge asks of the authentication that it uses. */
export type AuthenticationUse = {
  readonly operationId: OperationId
  readonly merchantId: MerchantId
  readonly authenticationId: string
  readonly amount: Money
  /** Of the card that the charge names; undefined where it names none. */
  readonly cardFingerprint: Buffer | undefined
  readonly now: Date
}

/**
 * Uses authentications up, as a part of the statement that begins charges: each must be finished,
 * unused, of this amount and, where the charge names a card, of this card. Returns a row for each
 * that could be used; for a missing one the charge's CHECK aborts the whole statement. Repeatable
 * by the same operation. `mine` is the CTE of the operations that begin.
 */
export function useAuthentications(
  database: Database,
  uses: readonly AuthenticationUse[],
  mine: Fragment,
): Fragment {
  const rows = uses.map(({ amount, cardFingerprint, ...use }) => ({
    ...use,
    amountMinor: String(amount.minor),
    currency: amount.currency,
    fingerprint: cardFingerprint && bytea(cardFingerprint),
  }))
  return database`
    update authentications a
    set state = 'used', used_by = use."operationId"
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as use(
      "operationId" text, "merchantId" text, "authenticationId" text, "amountMinor" bigint,
      currency text, fingerprint bytea, now timestamptz)
    join ${mine} on mine.operation_id = use."operationId"
    where a.merchant_id = use."merchantId" and a.authentication_id = use."authenticationId"
      and a.amount_minor = use."amountMinor" and a.currency = use.currency
      and (use.fingerprint is null or a.card_fingerprint = use.fingerprint)
      and ((a.state = any(${authenticationMoves.statesThatAllow('use')}) and a.expires_at > use.now)
        or a.used_by = use."operationId")
    returning use."operationId" as operation_id, a.authentication_id, a.card_id, a.eci,
      a.cryptogram, a.directory_server_transaction_id, a.version`
}
