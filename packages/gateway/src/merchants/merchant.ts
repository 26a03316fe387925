/** A merchant as the gateway knows it. */
import type { MerchantId } from '../primitives/id.ts'
import type { Secret } from '../primitives/secret.ts'

/** What DOKU switches on for a merchant (seed: "consult DOKU team first"). */
export const merchantFeatures = [
  'threeDSecure',
  'mpi',
  'tokenization',
  'descriptor',
  'installment',
  'authorize',
  'moto',
  'recurring',
  'refusePaidInvoice',
] as const
export type MerchantFeature = (typeof merchantFeatures)[number]

export const merchantUrls = ['notificationUrl', 'snapTokenUrl', 'snapNotificationUrl'] as const
export type MerchantUrl = (typeof merchantUrls)[number]

export type MerchantSettings = Readonly<
  Record<MerchantFeature, boolean> & Record<MerchantUrl, string | null>
>

/** Which cards an account takes: by the first digits of the card number, or by brand. */
export type AcquirerAccount = {
  readonly acquirerId: string
  readonly mid: string
  readonly tid: string
  readonly takes: { readonly bins: readonly string[] } | { readonly brands: readonly string[] }
}

export type Merchant = {
  readonly merchantId: MerchantId
  readonly clientId: string
  readonly name: string
  readonly secretKey: Secret<string>
  readonly publicKey: string | null
  readonly settings: MerchantSettings
  /** In order of preference. */
  readonly acquirerAccounts: readonly AcquirerAccount[]
}
