/**
 * GET /issuer-app, GET and POST /issuer-app/{referenceNo}: where a person decides the payments that
 * wait for their cardholder. It stands in for the apps of the issuers, which the sandbox simulates; in
 * live mode it is not even registered.
 */
import type { FastifyInstance, FastifyReply, FastifySchema } from 'fastify'
import type { Merchants } from '../../merchants/index.ts'
import type { Log } from '../../platform/log/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import type { GuardOptions } from '../sandbox/guard.ts'
import { guardIssuerApp } from './issuer-app-guard.ts'
import {
  type IssuerPayment,
  listPage,
  type PaymentView,
  paymentPage,
  unknownPaymentPage,
} from './issuer-app-page.ts'
import { headersOf } from './page.ts'
import { languageFor, openPages, type PageAnswer, say, sendAnswer } from './page-routes.ts'
import type { Language } from './page-texts.ts'

/** A payment of a merchant, whom the issuers know by his Client-Id. */
type MerchantsPayment = IssuerPayment & { readonly subMerchantId: string }

/** The issuers behind the switch. */
export type Issuers = {
  /** Newest first. */
  pendingPayments(): Promise<readonly MerchantsPayment[]>
  findPayment(referenceNo: string): Promise<MerchantsPayment | undefined>
  /** The first decision stands. */
  confirm(
    referenceNo: string,
    approve: boolean,
  ): Promise<'confirmed' | 'not_found' | 'already_decided'>
}

export type IssuerAppDeps = {
  readonly issuers: Issuers
  readonly merchants: Pick<Merchants, 'findByClientId'>
  readonly clock: Clock
  readonly log: Log
  readonly guard: GuardOptions
}

export const issuerAppPath = '/issuer-app'

/**
 * Its forms lead here only, and no other site may put it in a frame and have it clicked. A browser
 * tells the Origin of a form, which the guard wants, only where the page may refer to its own site.
 */
const headers = headersOf({
  content: `form-action 'self'; frame-ancestors 'none'`,
  referrer: 'same-origin',
})

/** Long enough to aim at a button: what comes moves the rest of the list down. */
const refresh = { seconds: 5 } as const

const send = (reply: FastifyReply, answer: PageAnswer) => sendAnswer(reply, answer, headers)

export async function registerIssuerApp(
  server: FastifyInstance,
  deps: IssuerAppDeps,
): Promise<void> {
  type PaymentRoute = { Params: { '*': string } }
  const { issuers, log } = deps
  await openPages(server, { log, headers }, (scope) => {
    guardIssuerApp(scope, { path: issuerAppPath, options: deps.guard }, send)
    const schema: FastifySchema = { hide: true }
    scope.get(issuerAppPath, { schema }, async (request, reply) =>
      send(reply, await list(deps, languageFor(request))),
    )
    // Whatever stands in the place of the number, a person gets a page.
    const url = `${issuerAppPath}/*`
    scope.get<PaymentRoute>(url, { schema }, async (request, reply) =>
      send(reply, await show(deps, request.params['*'], languageFor(request))),
    )
    scope.post<PaymentRoute>(url, { schema }, async (request, reply) => {
      const referenceNo = request.params['*']
      const language = languageFor(request)
      const { decision } = (request.body ?? {}) as { decision?: unknown }
      if (decision !== 'approve' && decision !== 'decline') {
        return send(reply, say(400, 'notUnderstood', language))
      }
      const outcome = isNumber(referenceNo)
        ? await issuers.confirm(referenceNo, decision === 'approve')
        : 'not_found'
      return outcome === 'not_found'
        ? send(reply, notFound(language))
        : // Decided before or now: its page says how.
          send(reply, { redirectTo: `./${encodeURIComponent(referenceNo)}` })
    })
  })
}

async function list(deps: IssuerAppDeps, language: Language): Promise<PageAnswer> {
  const payments = await deps.issuers.pendingPayments()
  const views = await Promise.all(payments.map((payment) => viewOf(deps, payment)))
  return { page: listPage(language, views), refresh }
}

async function show(
  deps: IssuerAppDeps,
  referenceNo: string,
  language: Language,
): Promise<PageAnswer> {
  const payment = isNumber(referenceNo) ? await deps.issuers.findPayment(referenceNo) : undefined
  if (!payment) return notFound(language)
  const shown = paymentPage(language, await viewOf(deps, payment))
  return payment.state === 'waiting' ? { page: shown, refresh } : { page: shown }
}

function notFound(language: Language): PageAnswer {
  return { status: 404, page: unknownPaymentPage(language) }
}

/** What cannot be a number, such as a text that PostgreSQL refuses to read, is not looked for. */
function isNumber(referenceNo: string): boolean {
  return /^[\w-]{1,64}$/.test(referenceNo)
}

async function viewOf(deps: IssuerAppDeps, payment: MerchantsPayment): Promise<PaymentView> {
  const merchant = await deps.merchants.findByClientId(payment.subMerchantId)
  return { payment, merchantName: merchant?.name ?? '', now: deps.clock.now() }
}
