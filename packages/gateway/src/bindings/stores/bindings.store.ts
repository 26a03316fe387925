/** Reading bindings; what begins and settles them has stores of its own. */
import type { Database } from '../../platform/database/index.ts'
import type { BindingMessageId, MerchantId } from '../../primitives/id.ts'
import type { Binding, BindingMessage, MessageOfBinding } from '../binding.ts'
import { type BindingState, bindingMessageMoves } from '../machine.ts'

type BindingRow = { [K in keyof Binding]: Binding[K] | null }

export const bindingColumns = (database: Database) => database`
  b.merchant_id as "merchantId", b.binding_id as "bindingId", b.state,
  b.reference_no as "referenceNo", b.partner_reference_no as "partnerReferenceNo",
  b.external_id as "externalId", b.cust_id_merchant as "custIdMerchant",
  b.card_fingerprint as "cardFingerprint", b.masked_cpan as "maskedCpan", b.issuer,
  b.acquirer_id as "acquirerId", b.mid, b.tid, b.by_payment as "byPayment", b.page_id as "pageId",
  b.success_url as "successUrl", b.failed_url as "failedUrl", b.otp_tries as "otpTries",
  b.otp_expires_at as "otpExpiresAt", b.response_code as "responseCode",
  b.notification_url as "notificationUrl", b.created_at as "createdAt",
  b.settled_at as "settledAt"`

/** What the database calls null is undefined here. */
export function toBinding(row: BindingRow): Binding {
  return present(row) as Binding
}

function present(row: object): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined]))
}

/** A binding, and whether the switch has yet to answer a one-time password of it. */
export type FoundBinding = { readonly binding: Binding; readonly isAsking: boolean }

type FoundRow = BindingRow & { isAsking: boolean }

const found = ({ isAsking, ...row }: FoundRow): FoundBinding => ({
  binding: toBinding(row),
  isAsking,
})

const isAsking = (database: Database) => database`
  exists (
    select from binding_messages m
    where m.binding_id = b.binding_id and m.merchant_id = b.merchant_id and m.kind = 'otp'
      and ${isOpen(database)}
  ) as "isAsking"`

/**
 * A message that is not decided. Not written out where rows are found by other columns: the planner of
 * the empty table would read all that is open by the index of it.
 */
export const isOpen = (database: Database) => database`
  state = any(${bindingMessageMoves.statesThatAllow('refuse')})`

/** The columns by which one binding is found. */
export type BindingKey =
  | { readonly bindingId: string }
  | { readonly referenceNo: string }
  | { readonly partnerReferenceNo: string }
  | { readonly tokenFingerprint: Buffer }
  | { readonly authCodeFingerprint: Buffer }

export async function findBinding(
  database: Database,
  merchantId: MerchantId,
  key: BindingKey,
): Promise<FoundBinding | undefined> {
  const [row] = await database<FoundRow[]>`
    select ${bindingColumns(database)}, ${isAsking(database)}
    from bindings b
    where b.merchant_id = ${merchantId} and ${matches(database, key)}`
  return row && found(row)
}

function matches(database: Database, key: BindingKey) {
  if ('bindingId' in key) return database`b.binding_id = ${key.bindingId}`
  if ('referenceNo' in key) return database`b.reference_no = ${key.referenceNo}`
  if ('tokenFingerprint' in key) return database`b.token_fingerprint = ${key.tokenFingerprint}`
  if ('authCodeFingerprint' in key) {
    return database`b.auth_code_fingerprint = ${key.authCodeFingerprint}`
  }
  return database`b.partner_reference_no = ${key.partnerReferenceNo} and not b.by_payment`
}

export async function findBindingOfPage(
  database: Database,
  pageId: string,
): Promise<FoundBinding | undefined> {
  const [row] = await database<FoundRow[]>`
    select ${bindingColumns(database)}, ${isAsking(database)}
    from otp_pages page
    join bindings b on b.merchant_id = page.merchant_id and b.binding_id = page.binding_id
    where page.page_id = ${pageId}`
  return row && found(row)
}

/** The binding of a card that a customer has bound. */
export async function findBound(
  database: Database,
  key: Pick<Binding, 'merchantId' | 'custIdMerchant' | 'cardFingerprint'>,
): Promise<Binding | undefined> {
  const [row] = await database<BindingRow[]>`
    select ${bindingColumns(database)}
    from bindings b
    where b.cust_id_merchant = ${key.custIdMerchant} and b.merchant_id = ${key.merchantId}
      and b.card_fingerprint = ${key.cardFingerprint} and b.state = 'bound'`
  return row && toBinding(row)
}

/** A customer's bound cards with their sealed tokens, the oldest first. */
export async function findBoundOf(
  database: Database,
  merchantId: MerchantId,
  custIdMerchant: string,
): Promise<{ binding: Binding; sealedToken: Buffer }[]> {
  const rows = await database<(BindingRow & { sealedToken: Buffer })[]>`
    select ${bindingColumns(database)}, b.sealed_token as "sealedToken"
    from bindings b
    where b.cust_id_merchant = ${custIdMerchant} and b.merchant_id = ${merchantId}
      and b.state = 'bound'
    order by b.settled_at, b.binding_id`
  return rows.map(({ sealedToken, ...row }) => ({ binding: toBinding(row), sealedToken }))
}

type Sealed = { state: BindingState; token: Buffer; account: Buffer }

/** What is sealed of a binding. */
export async function findSealed(
  database: Database,
  merchantId: MerchantId,
  bindingId: string,
): Promise<Sealed | undefined> {
  const [row] = await database<Sealed[]>`
    select state, sealed_token as token, sealed_account as account
    from bindings
    where merchant_id = ${merchantId} and binding_id = ${bindingId}`
  return row
}

type MessageRow = Omit<BindingMessage, 'references' | 'responseCode'> &
  BindingMessage['references'] & { responseCode: string | null }

const messageColumns = (database: Database) => database`
  m.message_id as "m_messageId", m.kind as "m_kind", m.state as "m_state", m.stan as "m_stan",
  m.rrn as "m_rrn", m.transmitted_at as "m_transmittedAt", m.ask_until as "m_askUntil",
  m.response_code as "m_responseCode", m.created_at as "m_createdAt"`

function toMessage({ stan, rrn, transmittedAt, ...rest }: MessageRow): BindingMessage {
  return { ...present(rest), references: { stan, rrn, transmittedAt } } as BindingMessage
}

/** Messages with their bindings. */
export async function findMessages(
  database: Database,
  keys: readonly { merchantId: MerchantId; messageId: BindingMessageId }[],
): Promise<MessageOfBinding[]> {
  const rows = await database<Record<string, unknown>[]>`
    select ${bindingColumns(database)}, ${messageColumns(database)}
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb)
      as key("merchantId" text, "messageId" text)
    join binding_messages m
      on m.merchant_id = key."merchantId" and m.message_id = key."messageId"
    join bindings b on b.merchant_id = m.merchant_id and b.binding_id = m.binding_id`
  return rows.map((row) => {
    const parts = Object.entries(row)
    const ofMessage = parts.filter(([name]) => name.startsWith('m_'))
    const ofBinding = parts.filter(([name]) => !name.startsWith('m_'))
    const message = ofMessage.map(([name, value]) => [name.slice(2), value])
    return {
      binding: toBinding(Object.fromEntries(ofBinding) as BindingRow),
      message: toMessage(Object.fromEntries(message) as MessageRow),
    }
  })
}

/** The message that began a binding: the original of its one-time passwords. */
export async function findFirstMessage(
  database: Database,
  { merchantId, bindingId }: Pick<Binding, 'merchantId' | 'bindingId'>,
): Promise<BindingMessage['references'] | undefined> {
  const [row] = await database<BindingMessage['references'][]>`
    select stan, rrn, transmitted_at as "transmittedAt"
    from binding_messages
    where binding_id = ${bindingId} and merchant_id = ${merchantId} and kind = 'bind'`
  return row
}
