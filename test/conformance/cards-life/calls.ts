/** Calls of what follows a charge, and bodies of every payment type. */
import {
  captureConflict,
  captureResponse,
  deleteTokenResponse,
  getTokensResponse,
  refundConflict,
  refundResponse,
} from '@gerbang/wire/schemas'
import {
  type Answer,
  authenticated,
  cards,
  chargeBody,
  futureExpiry,
  newInvoice,
  post,
  type World,
} from '../../harness/world.ts'
import { charge, type SeenOptions, seen } from '../calls.ts'

const followUpPaths = {
  capture: '/credit-card/capture',
  refund: '/cancellation/credit-card/refund',
  olderRefund: '/credit-card/v1/cancellation/credit-card/refund',
  getTokens: '/tokenization/v2/get-token',
  legacyTokens: '/tokenization/v1/tokens',
  deleteToken: '/tokenization/v2/delete-token',
} as const

export async function capture(world: World, body: unknown, options: SeenOptions = {}) {
  const path = followUpPaths.capture
  const answer = await post(world, path, body, options)
  return seen(answer, path, answer.status === 409 ? captureConflict : captureResponse, options)
}

export async function captureOf(
  world: World,
  authorizeId: string,
  amount?: number | string,
  options: SeenOptions = {},
) {
  const payment = { authorize_id: authorizeId, ...(amount && { capture_amount: amount }) }
  return capture(world, { payment }, options)
}

export async function refund(
  world: World,
  body: unknown,
  options: SeenOptions & { path?: string } = {},
) {
  const path = options.path ?? followUpPaths.refund
  const answer = await post(world, path, body, options)
  return seen(answer, path, answer.status === 409 ? refundConflict : refundResponse, options)
}

/** Gives money of a charge (or capture) back. */
export async function refundOf(
  world: World,
  of: { invoice: string; requestId: string },
  amount: number | string,
  options: SeenOptions = {},
) {
  const body = {
    order: { invoice_number: of.invoice },
    payment: { original_request_id: of.requestId },
    refund: { amount },
  }
  return refund(world, body, options)
}

export async function getTokens(world: World, body: unknown, options: SeenOptions = {}) {
  const answer = await post(world, followUpPaths.getTokens, body, options)
  return seen(answer, followUpPaths.getTokens, getTokensResponse, options)
}

export async function legacyTokens(world: World, body: unknown, options: SeenOptions = {}) {
  const answer = await post(world, followUpPaths.legacyTokens, body, options)
  return seen(answer, followUpPaths.legacyTokens, getTokensResponse, options)
}

export async function deleteToken(world: World, body: unknown, options: SeenOptions = {}) {
  const answer = await post(world, followUpPaths.deleteToken, body, options)
  return seen(answer, followUpPaths.deleteToken, deleteTokenResponse, options)
}

export type Wish = { amount?: number; number?: string; invoice?: string }

/** The body of a type that needs the cardholder, authenticated. */
export async function presentBody(world: World, type: string, wish: Wish = {}) {
  const invoice = wish.invoice ?? newInvoice()
  const authenticationId = await authenticated(world, { ...wish, invoice })
  const body = chargeBody({ ...wish, invoice, authenticationId })
  return { ...body, payment: { type } }
}

/** The body of a MOTO or RECURRING: no CVV, no authentication. */
export function absentBody(type: string, wish: Wish = {}) {
  return {
    order: { amount: wish.amount ?? 90_000, invoice_number: wish.invoice ?? newInvoice() },
    payment: { type },
    card: { number: wish.number ?? cards.frictionless, expiry: futureExpiry },
  }
}

/** An approved AUTHORIZE: its answer. */
export async function authorize(world: World, wish: Wish = {}, options: SeenOptions = {}) {
  return charge(world, await presentBody(world, 'AUTHORIZE', wish), options)
}

/** What `refundOf` needs of a charge's answer. */
export const chargedBy = (answer: Answer) => ({
  invoice: answer.body.order.invoice_number as string,
  requestId: answer.body.payment.request_id as string,
})
