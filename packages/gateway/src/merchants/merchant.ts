/** A merchant as the gateway knows it. */
import type { MerchantId } from '../primitives/id.ts'
import type { Secret } from '../primitives/secret.ts'
import type { ScreeningRules } from './screening-rules.ts'

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

/** How a card is charged (wire.md 4.2, 4.4). */
export type PaymentType = 'SALE' | 'AUTHORIZE' | 'INSTALLMENT' | 'MOTO' | 'RECURRING'

/** A bank's instalment plan (promotion): what it is called there, and over how many months. */
export type InstallmentPlan = { readonly planId: string; readonly tenors: readonly number[] }

export type AcquirerAccount = {
  readonly acquirerId: string
  readonly mid: string
  readonly tid: string
  /** The cards it takes, by their first digits or their brand; all payment types, or only these. */
  readonly takes: {
    readonly bins?: readonly string[]
    readonly brands?: readonly string[]
    readonly paymentTypes?: readonly PaymentType[]
    /** Not cards by their number, but a channel of its own. */
    readonly channels?: readonly 'KARTU_KREDIT_INDONESIA'[]
  }
  /** The plans that INSTALLMENT may name; none where there are none. */
  readonly installmentPlans?: readonly InstallmentPlan[]
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
  /** Empty where the merchant has none. */
  readonly screeningRules: ScreeningRules
}
