import type { Database } from '../platform/database/index.ts'
import { sealedInTime } from '../platform/key-ring/index.ts'
import type { MerchantId } from '../primitives/id.ts'
import type { AcquirerAccount, MerchantSettings } from './merchant.ts'
import type { ScreeningRules } from './screening-rules.ts'

export type MerchantRow = {
  merchantId: MerchantId
  clientId: string
  name: string
  sealedSecretKey: Buffer
  publicKey: string | null
  acquirerAccounts: AcquirerAccount[]
  screeningRules: ScreeningRules
} & MerchantSettings

const columns = (database: Database) => database`
  merchant_id as "merchantId", client_id as "clientId", name,
  sealed_secret_key as "sealedSecretKey", public_key as "publicKey",
  notification_url as "notificationUrl", snap_token_url as "snapTokenUrl",
  snap_notification_url as "snapNotificationUrl",
  three_d_secure as "threeDSecure", mpi, tokenization, descriptor, installment, authorize, moto,
  recurring, refuse_paid_invoice as "refusePaidInvoice",
  acquirer_accounts as "acquirerAccounts",
  coalesce((
    select rules from screening_rules r where r.merchant_id = merchants.merchant_id
  ), '{}') as "screeningRules"`

export async function findMerchantsByClientIds(
  database: Database,
  clientIds: readonly string[],
): Promise<MerchantRow[]> {
  return database<MerchantRow[]>`
    select ${columns(database)} from merchants where client_id = any(${clientIds as string[]})`
}

/** The merchants that were added last, newest first. */
export async function findNewestMerchants(
  database: Database,
  limit: number,
): Promise<MerchantRow[]> {
  return database<MerchantRow[]>`
    select ${columns(database)} from merchants order by created_at desc, merchant_id limit ${limit}`
}

export async function findMerchantById(
  database: Database,
  merchantId: MerchantId,
): Promise<MerchantRow | undefined> {
  const [row] = await database<MerchantRow[]>`
    select ${columns(database)} from merchants where merchant_id = ${merchantId}`
  return row
}

/** Adds a merchant unless its Client-Id is taken; whether it was added. */
export async function addMerchant(
  database: Database,
  row: Omit<MerchantRow, 'screeningRules'>,
  createdAt: Date,
): Promise<boolean> {
  const added = await database`
    insert into merchants (
      merchant_id, client_id, name, sealed_secret_key, public_key,
      notification_url, snap_token_url, snap_notification_url,
      three_d_secure, mpi, tokenization, descriptor, installment, authorize, moto, recurring,
      refuse_paid_invoice, acquirer_accounts, created_at
    ) values (
      ${row.merchantId}, ${row.clientId}, ${row.name},
      ${sealedInTime(database, database`${row.sealedSecretKey}::bytea`)}, ${row.publicKey},
      ${row.notificationUrl}, ${row.snapTokenUrl}, ${row.snapNotificationUrl},
      ${row.threeDSecure}, ${row.mpi}, ${row.tokenization}, ${row.descriptor},
      ${row.installment}, ${row.authorize}, ${row.moto}, ${row.recurring},
      ${row.refusePaidInvoice}, ${database.json(row.acquirerAccounts)}, ${createdAt}
    )
    on conflict (client_id) do nothing`
  return added.count === 1
}

/** Writes the whole settings; `change` is applied to the row as it stands, in one statement. */
export async function changeMerchantSettings(
  database: Database,
  merchantId: MerchantId,
  change: Partial<MerchantSettings>,
): Promise<MerchantRow | undefined> {
  const sets = { ...change }
  if (Object.keys(sets).length === 0) return findMerchantById(database, merchantId)
  const byColumn = Object.fromEntries(
    Object.entries(sets).map(([name, value]) => [
      settingColumns[name as keyof MerchantSettings],
      value,
    ]),
  )
  const [row] = await database<MerchantRow[]>`
    update merchants
    set ${database(byColumn)}
    where merchant_id = ${merchantId}
    returning ${columns(database)}`
  return row
}

const settingColumns: Record<keyof MerchantSettings, string> = {
  notificationUrl: 'notification_url',
  snapTokenUrl: 'snap_token_url',
  snapNotificationUrl: 'snap_notification_url',
  threeDSecure: 'three_d_secure',
  mpi: 'mpi',
  tokenization: 'tokenization',
  descriptor: 'descriptor',
  installment: 'installment',
  authorize: 'authorize',
  moto: 'moto',
  recurring: 'recurring',
  refusePaidInvoice: 'refuse_paid_invoice',
}

export async function replaceScreeningRules(
  database: Database,
  merchantId: MerchantId,
  rules: ScreeningRules,
): Promise<void> {
  await database`
    insert into screening_rules (merchant_id, rules)
    values (${merchantId}, ${database.json(rules)})
    on conflict (merchant_id) do update set rules = excluded.rules`
}
