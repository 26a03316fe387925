/**
 * What a merchant sends. The gateway ignores members that it does not know, and a merchant may send
 * some that these types do not name (`payment.tenor`): every object takes more.
 */
import type {
  ChargeRequest as KnownChargeRequest,
  CheckThreeDSecureRequest as KnownCheckThreeDSecureRequest,
} from '@gerbang/wire'

type WithMore<Value> = Value extends readonly (infer Item)[]
  ? readonly WithMore<Item>[]
  : Value extends object
    ? { readonly [Member in keyof Value]: WithMore<Value[Member]> } & {
        readonly [member: string]: unknown
      }
    : Value

export type CheckThreeDSecureRequest = WithMore<KnownCheckThreeDSecureRequest>
export type ChargeRequest = WithMore<KnownChargeRequest>
