/**
 * The shop's HTTP server. The browser goes: product page → POST /checkout → the bank's page →
 * /payment/success/{order} (the charge) → /orders/{order}. The gateway posts to /notifications.
 */
import formBody from '@fastify/formbody'
import { type Client, GerbangError, verifyNotification } from '@gerbang/client'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { products } from './catalogue.ts'
import { textOfRefusal, unreachable } from './customer-texts.ts'
import type { Orders } from './orders.ts'
import {
  authenticationFailedPage,
  checkoutPage,
  type Entered,
  orderPage,
  problemPage,
} from './pages.ts'
import { askStatus, type Card, chargeOrder, startPayment, takeNotification } from './payment.ts'
import { css } from './style.ts'
import { securityHeaders, sendPage } from './web.ts'

export type ShopDeps = {
  readonly client: Client
  readonly orders: Orders
  readonly credentials: { readonly clientId: string; readonly secretKey: string }
  /** Where the browser and the gateway reach the shop, without a slash at the end. */
  readonly shopUrl: () => string
  readonly now?: () => Date
  /** Told what the gateway refused, without any card data. */
  readonly log?: (line: string) => void
}

/** Builds the server without listening. Nothing is logged, so no card number is. */
export async function createShop(deps: ShopDeps): Promise<FastifyInstance> {
  const { client, orders } = deps
  const now = deps.now ?? (() => new Date())
  // A HEAD of the success page would charge: only what a browser opens does.
  const app = fastify({ bodyLimit: 64 * 1024, exposeHeadRoutes: false })
  await app.register(formBody)
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders)
  })
  app.setNotFoundHandler((_request, reply) => missing(reply))
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) console.error('The shop failed:', error)
    const text = 'Something is wrong on our side, or with what was sent. Nothing was charged here.'
    return sendPage(reply, problemPage('That did not work', text), status)
  })

  app.get('/', (_request, reply) => sendPage(reply, checkoutPage({ now: now() })))
  app.get('/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(css))

  app.post('/checkout', async (request, reply) => {
    const { product, card, entered } = readForm(request.body)
    const again = (problem: string, status: number) =>
      sendPage(reply, checkoutPage({ now: now(), problem, entered }), status)
    if (!product || !card) return again('Please fill in card number, expiry (MM/YY) and CVV.', 400)
    try {
      const order = orders.place(product)
      return reply.redirect(
        await startPayment(client, order, { card, shopUrl: deps.shopUrl() }),
        303,
      )
    } catch (error) {
      if (!(error instanceof Error && error.name.startsWith('Gerbang'))) throw error
      deps.log?.(`The check was refused: ${error.message}`)
      if (error instanceof GerbangError) return again(textOfRefusal(error), 400)
      return again(unreachable, 502)
    }
  })

  type OrderRequest = FastifyRequest<{ Params: { id: string } }>
  app.get('/payment/success/:id', async (request: OrderRequest, reply) => {
    const order = orders.find(request.params.id)
    if (!order) return missing(reply)
    await chargeOrder(client, order)
    return reply.redirect(`/orders/${order.id}`, 303)
  })

  app.get('/payment/failed/:id', async (request: OrderRequest, reply) => {
    const order = orders.find(request.params.id)
    if (!order) return missing(reply)
    // Anybody may open this URL: it says nothing about an order that has been charged.
    const isOpen = order.state.kind === 'awaiting-authentication'
    if (!isOpen) return reply.redirect(`/orders/${order.id}`, 303)
    return sendPage(reply, authenticationFailedPage(order))
  })

  app.get('/orders/:id', async (request: OrderRequest, reply) => {
    const order = orders.find(request.params.id)
    if (!order) return missing(reply)
    await askStatus(client, order)
    return sendPage(reply, orderPage(order, now()))
  })

  await app.register(async (scope) => {
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body)
    })
    scope.post('/notifications', (request, reply) => {
      const { headers, url: path } = request
      const body = request.body instanceof Buffer ? request.body : ''
      const result = verifyNotification({ headers, body, path, now, ...deps.credentials })
      if (!result.ok) return reply.code(401).send({ refused: result.reason })
      const order = orders.findByInvoice(result.notification.order.invoice_number)
      // An unknown invoice is acknowledged too: repeating it would not make it ours.
      const taken = order ? takeNotification(order, result.notification, now()) : false
      return reply.send({ taken })
    })
  })
  return app
}

/** The form, as far as it can be read; everything else about the card is the gateway's to judge. */
function readForm(body: unknown) {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name].trim() : '')
  const product = products.find(({ id }) => id === text('product'))
  const typed = text('card_number').replace(/[ -]/g, '')
  const testCard = text('test_card')
  const number = testCard || typed
  const expiry = text('expiry').replace('/', '')
  const cvv = text('cvv')
  const isComplete = /^\d+$/.test(number) && /^\d{4}$/.test(expiry) && /^\d{3,4}$/.test(cvv)
  const card: Card | undefined = isComplete ? { number, expiry, cvv } : undefined
  const entered: Entered = { product: product?.id, testCard, number: typed, expiry: text('expiry') }
  return { product, card, entered }
}

function missing(reply: FastifyReply) {
  const text = 'There is no such page, or the shop was restarted and has forgotten the order.'
  return sendPage(reply, problemPage('Not found', text), 404)
}
