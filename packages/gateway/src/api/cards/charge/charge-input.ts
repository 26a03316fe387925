/** Reading the body of a charge: what each payment type needs, may have, and refuses. */
import type { JsonValue } from '@gerbang/wire'
import { paymentTypes } from '@gerbang/wire/schemas'
import type { Merchant, MerchantFeature, PaymentType } from '../../../merchants/index.ts'
import type { ChargeCommand } from '../../../payments/index.ts'
import { keptOf } from '../additional-info.ts'
import { CardError } from '../card-error.ts'
import { bodyObject, type Members, memberOf, objectOf, requiredTextOf } from '../fields.ts'
import { type CardInput, cardInputOf } from './card-input.ts'
import { customerOf, notificationUrlOf, orderOf } from './order-input.ts'
import { ownAuthenticationOf } from './own-authentication.ts'
import { termsOf } from './terms-input.ts'

export type ChargeInputDeps = {
  /** Hosts to which a charge may redirect its notification; undefined: any (sandbox). */
  readonly notificationHosts: readonly string[] | undefined
}

type Context = {
  readonly merchant: Merchant
  readonly now: Date
  readonly deps: ChargeInputDeps
}

type ChargeInput = Omit<ChargeCommand, 'merchant' | 'claim'>

/** Raises the first row that applies. */
export function parseCharge(body: JsonValue, { merchant, now, deps }: Context): ChargeInput {
  const members = bodyObject(body)
  const { settings } = merchant
  const paymentMembers = objectOf(members, 'payment')
  const type = paymentTypeOf(paymentMembers)
  demandFeature(merchant, featureOfType[type], type)
  const order = orderOf(objectOf(members, 'order'), merchant)
  const customer = customerOf(objectOf(members, 'customer'))
  const givenInfo = memberOf(members, 'additional_info')
  const additionalInfo = givenInfo === undefined ? undefined : keptOf(givenInfo)
  const terms = termsOf(type, paymentMembers, objectOf(members, 'billing'), additionalInfo)
  const card = cardInputOf(objectOf(members, 'card'), now, { isCvvNeeded: isPresent(type) })
  demandCardFeatures(merchant, card, customer)
  return {
    type,
    terms,
    ...order,
    customer,
    additionalInfo,
    ...authenticationOf(members, merchant, type, card),
    ...card,
    notificationUrl: notificationUrlOf(additionalInfo, settings, deps.notificationHosts),
  }
}

const featureOfType: Record<PaymentType, MerchantFeature | undefined> = {
  SALE: undefined,
  AUTHORIZE: 'authorize',
  INSTALLMENT: 'installment',
  MOTO: 'moto',
  RECURRING: 'recurring',
}

function paymentTypeOf(payment: Members | undefined): PaymentType {
  const given = requiredTextOf(payment, 'payment.type', 20)
  const type = paymentTypes.find((known) => known === given)
  if (!type) throw new CardError('field_invalid', { field: 'payment.type' })
  return type
}

/** Whether the cardholder takes part: MOTO and RECURRING are without CVV and 3-D Secure. */
function isPresent(type: PaymentType): boolean {
  return type !== 'MOTO' && type !== 'RECURRING'
}

function demandFeature(
  merchant: Merchant,
  feature: MerchantFeature | undefined,
  name: string,
): void {
  if (feature && !merchant.settings[feature]) {
    throw new CardError('feature_not_active', { feature: name })
  }
}

/** A token is always tied to a customer (wire.md 4.7). */
function demandCardFeatures(
  merchant: Merchant,
  card: CardInput,
  customer: ChargeCommand['customer'],
): void {
  if (card.token !== undefined) demandFeature(merchant, 'tokenization', 'card.token')
  if (!card.saveCard) return
  demandFeature(merchant, 'tokenization', 'card.save')
  if (customer?.['id'] === undefined) throw new CardError('save_without_customer')
}

/** How the cardholder was authenticated: here, by the merchant (MPI), or not at all. */
function authenticationOf(
  members: Members,
  merchant: Merchant,
  type: PaymentType,
  card: CardInput,
): Pick<ChargeCommand, 'authenticationId' | 'ownAuthentication'> {
  const id = memberOf(objectOf(members, 'three_dsecure'), 'authentication_id')
  const own = ownAuthenticationOf(objectOf(members, 'authentication'))
  if (own && id !== undefined) throw new CardError('authentication_twice')
  if (own && isPresent(type)) demandFeature(merchant, 'mpi', 'authentication')
  const isNamed = card.card !== undefined || card.token !== undefined
  if (!isPresent(type)) {
    if (!isNamed) throw new CardError('field_required', { field: 'card.number or card.token' })
    // Nobody was there to be authenticated: what is sent all the same says nothing.
    return { authenticationId: undefined, ownAuthentication: undefined }
  }
  if (id !== undefined && (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id))) {
    throw new CardError('authentication_id_malformed')
  }
  if (id === undefined) {
    if (!own && merchant.settings.threeDSecure) throw new CardError('authentication_id')
    if (!isNamed) throw new CardError('field_required', { field: 'card.number' })
  }
  return { authenticationId: id, ownAuthentication: own }
}
