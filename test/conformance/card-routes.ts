/**
 * Every route of the cards door, as the server registers it, and a right call of each. Whoever adds a
 * route is told by the battery to say here what a right call of it is.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import {
  authenticated,
  chargeBody,
  checkBody,
  newInvoice,
  paths,
  pay,
  post,
  type World,
} from '../harness/world.ts'

export type CardRoute = { readonly method: 'GET' | 'POST'; readonly path: string }

const registered: CardRoute[] = []
/** Doors of other dialects and people; what is under none of these is a call of the cards dialect. */
const otherDoors =
  /^\/((sandbox|docs|health|metrics|three-d-secure|kki|issuer-app|authorization|direct-debit|orders\/v1\.0)(\/|$)|$)/

// Fastify tells of each server that it makes, before any route: nothing has to be asked of the app.
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    if (otherDoors.test(url)) return
    for (const one of [method].flat()) {
      // Every GET has a HEAD, which the battery tries by itself.
      if (one === 'HEAD') continue
      const path = url.replace('*', 'INV-1')
      registered.push({ method: one as CardRoute['method'], path })
    }
  })
})

/** The routes of all worlds made so far; to be asked when a world is there. */
export function cardRoutes(): CardRoute[] {
  const byName = new Map(registered.map((route) => [`${route.method} ${route.path}`, route]))
  return [...byName.values()]
}

export type RightCall = {
  /** Where it is not the route's, as an identifier stands in it. */
  readonly path?: string
  readonly body?: object
}

export type RightCalls = {
  /** Makes what the call is about, for the sandbox merchant. */
  readonly prepare: (world: World) => Promise<RightCall>
  /** Whether its Request-Id is claimed once. */
  readonly claims: boolean
  /** What another merchant gets for it: a refusal, an empty list, or an object of their own. */
  readonly toOthers: 'refusal' | 'empty' | 'their own'
}

const refund: RightCalls = {
  prepare: async (world) => {
    const invoice = newInvoice()
    const { payment } = (await pay(world, { invoice })).body
    return {
      body: {
        order: { invoice_number: invoice },
        payment: { original_request_id: payment.request_id },
        refund: { amount: 90000, reason: 'returned' },
      },
    }
  },
  claims: true,
  toOthers: 'refusal',
}
const getTokens: RightCalls = {
  prepare: async (world) => {
    const { customer } = await savedCard(world)
    return { body: { customer: { id: customer }, channel: { id: 'CREDIT_CARD' } } }
  },
  claims: false,
  toOthers: 'empty',
}

export const rightCalls: Readonly<Record<string, RightCalls>> = {
  'POST /credit-card/check-three-d-secure': {
    prepare: async () => ({ body: checkBody() }),
    claims: true,
    toOthers: 'their own',
  },
  'POST /credit-card/charge': {
    prepare: async (world) => {
      const invoice = newInvoice()
      const authenticationId = await authenticated(world, { invoice })
      return { body: chargeBody({ invoice, authenticationId }) }
    },
    claims: true,
    toOthers: 'refusal',
  },
  'POST /credit-card/capture': {
    prepare: async (world) => {
      const invoice = newInvoice()
      const authenticationId = await authenticated(world, { invoice })
      const body = { ...chargeBody({ invoice, authenticationId }), payment: { type: 'AUTHORIZE' } }
      const { payment } = (await post(world, paths.charge, body)).body
      return { body: { payment: { authorize_id: payment.authorize_id, capture_amount: 80000 } } }
    },
    claims: true,
    toOthers: 'refusal',
  },
  'POST /cancellation/credit-card/refund': refund,
  'POST /credit-card/v1/cancellation/credit-card/refund': refund,
  'GET /orders/v1/status/INV-1': {
    prepare: async (world) => {
      const invoice = newInvoice()
      await pay(world, { invoice })
      return { path: paths.status(invoice) }
    },
    claims: false,
    toOthers: 'refusal',
  },
  'POST /tokenization/v2/get-token': getTokens,
  'GET /tokenization/v2/get-token': getTokens,
  'POST /tokenization/v1/tokens': {
    ...getTokens,
    prepare: async (world) => ({ body: { customer: { id: (await savedCard(world)).customer } } }),
  },
  'POST /tokenization/v2/delete-token': {
    prepare: async (world) => ({ body: { token: { id: (await savedCard(world)).token } } }),
    claims: false,
    toOthers: 'refusal',
  },
}

/** A card of a new customer that is saved. */
async function savedCard(world: World): Promise<{ customer: string; token: string }> {
  const invoice = newInvoice()
  const authenticationId = await authenticated(world, { invoice })
  const body = chargeBody({ invoice, authenticationId })
  const card = { ...body.card, save: true }
  const saving = { ...body, card, customer: { id: `CUST-${invoice}` } }
  const answer = await post(world, paths.charge, saving)
  if (answer.status !== 200) throw new Error(`charge answered ${answer.text}`)
  return { customer: `CUST-${invoice}`, token: answer.body.card.token }
}
