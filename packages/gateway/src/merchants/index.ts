/**
 * Merchants: who may call the gateway, with which secret, features and acquirers. Secrets are
 * sealed under the key ring; a merchant is read from the database on every request, so that a
 * change is in force everywhere at once.
 */
import { batching, type Database } from '../platform/database/index.ts'
import type { KeyRing, SealedColumn } from '../platform/key-ring/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { MerchantId } from '../primitives/id.ts'
import { Secret } from '../primitives/secret.ts'
import { type Merchant, type MerchantSettings, merchantFeatures, merchantUrls } from './merchant.ts'
import {
  addMerchant,
  changeMerchantSettings,
  findMerchantById,
  findMerchantsByClientIds,
  findNewestMerchants,
  type MerchantRow,
  replaceScreeningRules,
} from './merchants.store.ts'
import type { ScreeningRules } from './screening-rules.ts'

export {
  type AcquirerAccount,
  type InstallmentPlan,
  type Merchant,
  type MerchantFeature,
  type MerchantSettings,
  merchantFeatures,
  merchantUrls,
  type PaymentType,
} from './merchant.ts'
export { type ScreeningRules, screeningRules, type Verdict } from './screening-rules.ts'

export type Merchants = {
  /** The merchant of a Client-Id (X-PARTNER-ID, X-CLIENT-KEY). */
  findByClientId(clientId: string): Promise<Merchant | undefined>
  find(merchantId: MerchantId): Promise<Merchant | undefined>
  /** Those that were added last, newest first: whose keys a sandbox tries on a wrong signature. */
  newest(limit: number): Promise<Merchant[]>
  /** Adds a merchant, without screening rules; false where the Client-Id is taken. */
  add(merchant: Omit<Merchant, 'screeningRules'>): Promise<boolean>
  /** Changes settings and returns the merchant as it is then. */
  changeSettings(
    merchantId: MerchantId,
    change: Partial<MerchantSettings>,
  ): Promise<Merchant | undefined>
  /** Replaces all screening rules of a merchant. */
  replaceScreeningRules(merchantId: MerchantId, rules: ScreeningRules): Promise<void>
}

const contextOf = (merchantId: string) => `merchants:${merchantId}:secret_key`

/** What a rotation of the keys seals afresh. */
export const sealedMerchantSecrets: SealedColumn = {
  name: 'merchant secrets',
  table: 'merchants',
  column: 'sealed_secret_key',
  key: ['merchant_id'],
  contextOf: ([merchantId = '']) => contextOf(merchantId),
}

export function createMerchants(deps: {
  database: Database
  keyRing: KeyRing
  clock: Clock
}): Merchants {
  const { database, keyRing, clock } = deps
  const toMerchant = async (row: MerchantRow | undefined): Promise<Merchant | undefined> => {
    if (!row) return undefined
    const secretKey = await keyRing.open(contextOf(row.merchantId), row.sealedSecretKey)
    return {
      merchantId: row.merchantId,
      clientId: row.clientId,
      name: row.name,
      secretKey: new Secret(secretKey.toString('utf8')),
      publicKey: row.publicKey,
      settings: toSettings(row),
      acquirerAccounts: row.acquirerAccounts,
      screeningRules: row.screeningRules,
    }
  }

  const findByClientId = batching<string, Merchant | undefined>({
    run: async (clientIds) => {
      const rows = await findMerchantsByClientIds(database, [...new Set(clientIds)])
      const merchants = await Promise.all(rows.map(toMerchant))
      return clientIds.map((id) => merchants.find((merchant) => merchant?.clientId === id))
    },
  })

  return {
    findByClientId,
    find: async (merchantId) => toMerchant(await findMerchantById(database, merchantId)),
    newest: async (limit) => {
      const rows = await findNewestMerchants(database, limit)
      const merchants = await Promise.all(rows.map(toMerchant))
      return merchants.filter((merchant) => merchant !== undefined)
    },
    add: ({ secretKey, settings, ...merchant }) => {
      const sealedSecretKey = secretKey.reveal((text) =>
        keyRing.seal(contextOf(merchant.merchantId), Buffer.from(text)),
      )
      const acquirerAccounts = [...merchant.acquirerAccounts]
      const row = { ...merchant, ...settings, acquirerAccounts, sealedSecretKey }
      return addMerchant(database, row, clock.realNow())
    },
    changeSettings: async (merchantId, change) =>
      toMerchant(await changeMerchantSettings(database, merchantId, change)),
    replaceScreeningRules: (merchantId, rules) =>
      replaceScreeningRules(database, merchantId, rules),
  }
}

function toSettings(row: MerchantRow): MerchantSettings {
  const names = [...merchantUrls, ...merchantFeatures]
  return Object.fromEntries(names.map((name) => [name, row[name]])) as MerchantSettings
}
