/**
 * The café's HTTP server. A card is bound by POST /card → the gateway's page → /card/back; a drink
 * is paid by one POST /orders. The gateway gets a token at /snap/token, for /snap/notifications.
 */
import formBody from '@fastify/formbody'
import {
  type Client,
  type KkiNotification,
  type MerchantTokens,
  type SnapClient,
  verifySnapNotification,
} from '@gerbang/client'
import { css } from '@gerbang/example-shop/style'
import { securityHeaders, sendPage } from '@gerbang/example-shop/web'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { askForToken, bindCard, takeBinding, unbindCard } from './cards.ts'
import { type Customer, type Customers, place } from './customers.ts'
import { homePage, orderPage, problemPage } from './pages.ts'
import { askStatus, payOrder, refundOrder, takePayment } from './payments.ts'

export type CafeDeps = {
  readonly gerbang: SnapClient
  /** Tells a customer's tokens, where a notification is late. */
  readonly cards: Client
  readonly customers: Customers
  readonly credentials: { readonly clientId: string; readonly secretKey: string }
  /** Given to the gateway, and taken from it. */
  readonly tokens: MerchantTokens
  /** Where browser and gateway reach the café, without a slash at the end. */
  readonly cafeUrl: () => string
  readonly issuerAppUrl: string
  readonly now?: () => Date
}

const cookieName = 'gerbang_cafe'

/** Builds the server without listening. Nothing is logged, so no card number is. */
export async function createCafe(deps: CafeDeps): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: 64 * 1024, exposeHeadRoutes: false })
  await app.register(formBody)
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders)
  })
  app.setNotFoundHandler((_request, reply) => missing(reply))
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) console.error('The café failed:', error)
    const text = 'Something is wrong on our side, or with what was sent.'
    return sendPage(reply, problemPage('That did not work', text), status)
  })
  app.get('/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(css))
  openForCustomers(app, deps)
  await app.register((scope) => openForGateway(scope, deps))
  return app
}

type OrderRequest = FastifyRequest<{ Params: { id: string } }>

function openForCustomers(app: FastifyInstance, deps: CafeDeps): void {
  const { gerbang, cards, customers, issuerAppUrl } = deps
  const now = deps.now ?? (() => new Date())
  const customerOf = (request: FastifyRequest) => customers.find(keyIn(request))

  app.get('/', async (request, reply) => {
    const known = customerOf(request)
    const customer = known ?? customers.welcome()
    if (!known) reply.header('Set-Cookie', cookieOf(customer))
    await askForToken(cards, customer)
    return sendPage(reply, homePage(customer))
  })

  app.post('/card', async (request, reply) => {
    const customer = customerOf(request)
    if (!customer) return missing(reply)
    const cpan = fieldOf(request, 'cpan').replace(/[ -]/g, '')
    return reply.redirect(
      (await bindCard(gerbang, customer, { cpan, cafeUrl: deps.cafeUrl() })) ?? '/',
      303,
    )
  })
  // Where the gateway's page leads back to. Its query is not signed, so nothing of it is believed.
  app.get('/card/back', (_request, reply) => reply.redirect('/', 303))
  app.post('/card/unbind', async (request, reply) => {
    const customer = customerOf(request)
    if (customer) await unbindCard(gerbang, customer)
    return reply.redirect('/', 303)
  })

  app.post('/orders', async (request, reply) => {
    const customer = customerOf(request)
    const order = customer && place(customer, fieldOf(request, 'order'), now())
    if (!order) return missing(reply)
    await payOrder(gerbang, customer, order)
    return reply.redirect(`/orders/${order.id}`, 303)
  })
  const findOrder = (request: OrderRequest) =>
    customerOf(request)?.orders.find(({ id }) => id === request.params.id)
  app.get('/orders/:id', async (request: OrderRequest, reply) => {
    const order = findOrder(request)
    if (!order) return missing(reply)
    await askStatus(gerbang, order)
    return sendPage(reply, orderPage(order, { now: now(), issuerAppUrl }))
  })
  app.post('/orders/:id/refund', async (request: OrderRequest, reply) => {
    const order = findOrder(request)
    if (!order) return missing(reply)
    await refundOrder(gerbang, order)
    return reply.redirect(`/orders/${order.id}`, 303)
  })
}

async function openForGateway(scope: FastifyInstance, deps: CafeDeps): Promise<void> {
  const { tokens, credentials } = deps
  const now = deps.now ?? (() => new Date())
  // The signature is over the bytes as they came.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  scope.post('/snap/token', ({ headers }, reply) => {
    const { status, headers: answered, body } = tokens.answer({ headers })
    return reply.code(status).headers(answered).send(body)
  })
  scope.post('/snap/notifications', ({ headers, url: path, body: sent }, reply) => {
    const body = sent instanceof Buffer ? sent : ''
    const result = verifySnapNotification({ headers, body, path, now, tokens, ...credentials })
    // An unknown number is acknowledged too: repeating it would not make it ours.
    if (result.ok) take(deps.customers, result.notification, now())
    const { answer } = result
    return reply.code(answer.status).headers(answer.headers).send(answer.body)
  })
}

function take(customers: Customers, notification: KkiNotification, now: Date): void {
  const { additionalInfo, originalPartnerReferenceNo } = notification
  const order = customers.findOrder(originalPartnerReferenceNo)
  if (order) takePayment(order, notification, now)
  const customer = customers.findByName(additionalInfo.custIdMerchant)
  if (customer && additionalInfo.status !== undefined) takeBinding(customer, notification)
}

function keyIn(request: FastifyRequest): string | undefined {
  const cookies = request.headers.cookie?.split(';').map((cookie) => cookie.trim()) ?? []
  return cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.split('=')[1]
}

/** Lax: it must come along when the bank's page leads back, and with no form of another site. */
function cookieOf({ key }: Customer): string {
  return `${cookieName}=${key}; Path=/; HttpOnly; SameSite=Lax`
}

function fieldOf({ body }: FastifyRequest, name: string): string {
  const value = (body as Readonly<Record<string, unknown>> | null | undefined)?.[name]
  return typeof value === 'string' ? value.trim() : ''
}

function missing(reply: FastifyReply) {
  const text = 'There is no such page, or the café was restarted and has forgotten you.'
  return sendPage(reply, problemPage('Not found', text), 404)
}
