/**
 * The merchants of the sandbox: the one that every installation has, and those that
 * `POST /sandbox/merchants` makes. Their private keys are kept, sealed, because the sandbox shows
 * credentials again; a live gateway never has a merchant's private key.
 */
import type { AcquirerAccount, Merchant, Merchants } from '../../merchants/index.ts'
import type { Database } from '../../platform/database/index.ts'
import { makeRsaKeyPair } from '../../platform/generated-keys/index.ts'
import type { KeyRing, SealedColumn } from '../../platform/key-ring/index.ts'
import type { Ids } from '../../primitives/id.ts'
import { type Random, randomDigits } from '../../primitives/random.ts'
import { Secret } from '../../primitives/secret.ts'
import { findPrivateKey, keepPrivateKey } from './sandbox.store.ts'

/** Published in sandbox.md: they protect nothing real. */
export const sandboxClientId = 'MCH-0001-10791114622547'
const sandboxSecretKey = 'SK-GerbangSandbox0001'

/** sandbox.md, Instalment plans. */
const installmentPlans = [{ planId: '1232131', tenors: [3, 6, 12] }]

/** sandbox.md, Acquirers: none takes AMEX. */
const acquirerAccounts: readonly AcquirerAccount[] = [
  {
    acquirerId: 'BANK_MANDIRI',
    mid: '71003372992',
    tid: '73120903',
    takes: { bins: ['557338', '413719'] },
    installmentPlans,
  },
  { acquirerId: 'BANK_CIMB', mid: '018033035', tid: '01803503', takes: { bins: ['557692'] } },
  {
    acquirerId: 'BNI',
    mid: '000100012345',
    tid: '10001234',
    takes: { brands: ['VISA', 'MASTER', 'JCB'] },
    installmentPlans,
  },
  {
    acquirerId: 'ALTO',
    mid: '000360012345',
    tid: '36001234',
    takes: { channels: ['KARTU_KREDIT_INDONESIA'] },
  },
]

const settings = {
  notificationUrl: null,
  snapTokenUrl: null,
  snapNotificationUrl: null,
  threeDSecure: true,
  mpi: true,
  tokenization: true,
  descriptor: true,
  installment: true,
  authorize: true,
  moto: true,
  recurring: true,
  refusePaidInvoice: false,
}

export type SandboxMerchantsDeps = {
  readonly database: Database
  readonly merchants: Merchants
  readonly keyRing: KeyRing
  readonly ids: Ids
  readonly random: Random
}

/** What a rotation of the keys seals afresh. */
export const sealedPrivateKeys: SealedColumn = {
  name: 'private keys of sandbox merchants',
  table: 'sandbox.merchant_keys',
  column: 'sealed_private_key',
  key: ['merchant_id'],
  contextOf: ([merchantId = '']) => privateKeyContext(merchantId),
}

/** What a merchant needs to call the gateway. */
export type Credentials = {
  clientId: string
  secretKey: string
  privateKey: string
}

/** Makes the sandbox merchant where it is not there yet. */
export async function ensureSandboxMerchant(deps: SandboxMerchantsDeps): Promise<Merchant> {
  const kept = await deps.merchants.findByClientId(sandboxClientId)
  if (kept) return kept
  await make(deps, {
    clientId: sandboxClientId,
    name: 'Gerbang Sandbox Merchant',
    secretKey: sandboxSecretKey,
  })
  const made = await deps.merchants.findByClientId(sandboxClientId)
  if (!made) throw new Error('the sandbox merchant was not kept')
  return made
}

/** Makes another merchant with the same routes and all features. */
export function makeSandboxMerchant(
  deps: SandboxMerchantsDeps,
  name: string | undefined,
): Promise<Merchant> {
  const number = randomDigits(deps.random, 14)
  return make(deps, {
    clientId: `MCH-${number.slice(0, 4)}-${randomDigits(deps.random, 14)}`,
    name: name ?? `Sandbox Merchant ${number.slice(0, 4)}`,
    secretKey: `SK-${deps.random.bytes(15).toString('base64url')}`,
  })
}

export async function credentialsOf(
  deps: SandboxMerchantsDeps,
  merchant: Merchant,
): Promise<Credentials> {
  const sealed = await findPrivateKey(deps.database, merchant.merchantId)
  const privateKey = sealed
    ? await deps.keyRing.open(privateKeyContext(merchant.merchantId), sealed)
    : ''
  return {
    clientId: merchant.clientId,
    secretKey: merchant.secretKey.reveal((secret) => secret),
    privateKey: privateKey.toString(),
  }
}

async function make(
  deps: SandboxMerchantsDeps,
  who: { clientId: string; name: string; secretKey: string },
): Promise<Merchant> {
  const { privateKey, publicKey } = await makeRsaKeyPair()
  const merchantId = deps.ids.next('merchant')
  const sealed = privateKey.reveal((pem) =>
    deps.keyRing.seal(privateKeyContext(merchantId), Buffer.from(pem)),
  )
  // The key first: two processes that start at once make two, and the merchant names its own.
  await keepPrivateKey(deps.database, merchantId, sealed)
  const merchant: Merchant = {
    ...who,
    merchantId,
    secretKey: new Secret(who.secretKey),
    publicKey,
    settings,
    acquirerAccounts,
    screeningRules: {},
  }
  await deps.merchants.add(merchant)
  return merchant
}

const privateKeyContext = (merchantId: string) => `sandbox.merchant_keys:${merchantId}:private_key`
