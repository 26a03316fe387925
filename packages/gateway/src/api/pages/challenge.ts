/**
 * GET and POST /three-d-secure/challenges/{page id}: what a cardholder's browser sees. It ends with
 * a 303 to the merchant's URL, exactly as the merchant gave it (sandbox.md, The page).
 */
import formbody from '@fastify/formbody'
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { Merchants } from '../../merchants/index.ts'
import { isDatabaseDown } from '../../platform/database/index.ts'
import type { UnservableRequest } from '../../platform/http/server.ts'
import type { Log } from '../../platform/log/index.ts'
import { wholeRupiah } from '../../primitives/money.ts'
import { Secret } from '../../primitives/secret.ts'
import type { Challenge, ThreeDSecure } from '../../three-d-secure/index.ts'
import { challengePage, messagePage, pageHeaders } from './challenge-page.ts'
import { type ChallengeTexts, textsFor } from './challenge-texts.ts'

export type ChallengeRouteDeps = {
  readonly threeDSecure: ThreeDSecure
  readonly merchants: Merchants
  readonly log: Log
  /** Shown in the sandbox only. */
  readonly testPassword: string | undefined
}

export const challengePath = '/three-d-secure/challenges'

type PageRoute = { Params: { '*': string } }

/** A form has one short field; anything larger is not ours. */
const formLimitBytes = 4_096

export async function registerChallenge(
  server: FastifyInstance,
  deps: ChallengeRouteDeps,
): Promise<void> {
  const { threeDSecure } = deps
  await server.register(async (scope) => {
    // Forms only: what another page's script may send without asking is none.
    scope.removeAllContentTypeParsers()
    await scope.register(formbody, { bodyLimit: formLimitBytes })
    scope.setErrorHandler((error, request, reply) => {
      const { status, message } = toMessage(deps, error)
      return say(status, message, request, reply)
    })
    // Whatever stands in the place of the page id, a person gets a page.
    const url = `${challengePath}/*`
    const schema: FastifySchema = { hide: true }
    scope.get<PageRoute>(url, { schema }, async (request, reply) =>
      show(deps, await threeDSecure.openChallenge(request.params['*']), request, reply),
    )
    scope.post<PageRoute>(url, { schema }, async (request, reply) => {
      const pageId = request.params['*']
      const form = (request.body ?? {}) as { otp?: unknown; cancel?: unknown }
      const challenge =
        form.cancel === undefined
          ? await threeDSecure.enterPassword(pageId, new Secret(String(form.otp ?? '').trim()))
          : await threeDSecure.cancelChallenge(pageId)
      return show(deps, challenge, request, reply)
    })
  })
}

/** Answers a request for a page that no route could serve rightly. */
export async function refusePage(
  request: FastifyRequest,
  reply: FastifyReply,
  { status }: UnservableRequest,
): Promise<void> {
  await say(status, 'notUnderstood', request, reply)
}

/** Whether a person asked, by a path that may not be valid. */
export function isForPage(request: FastifyRequest): boolean {
  return request.raw.url?.startsWith(`${challengePath}/`) ?? false
}

async function show(
  deps: ChallengeRouteDeps,
  challenge: Challenge,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (challenge.kind === 'not_found') return say(404, 'notFound', request, reply)
  if (challenge.kind === 'finished') {
    return reply
      .code(303)
      .headers({
        Location: challenge.redirectTo,
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
      })
      .send()
  }
  const { authentication } = challenge
  const texts = textsFor(request.headers['accept-language'])
  const merchant = await deps.merchants.find(authentication.merchantId)
  const view = {
    merchantName: merchant?.name ?? '',
    amount: wholeRupiah(authentication.amount),
    maskedCardNumber: authentication.card.masked,
    notice: noticeOf(texts, challenge),
    testPassword: deps.testPassword,
  }
  return reply.code(200).headers(pageHeaders).send(challengePage(texts, view).html)
}

function noticeOf(
  texts: ChallengeTexts,
  challenge: Extract<Challenge, { kind: 'open' }>,
): string | undefined {
  if (challenge.notice === undefined) return undefined
  const say = challenge.notice === 'wrong_password' ? texts.wrongPassword : texts.unreachable
  return say(challenge.triesLeft)
}

/** A page that says one thing and has no form. */
function say(
  status: number,
  message: 'notFound' | 'notUnderstood' | 'unavailable',
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const texts = textsFor(request.headers['accept-language'])
  return reply.code(status).headers(pageHeaders).send(messagePage(texts, texts[message]).html)
}

/** Only what the browser sent wrongly is told apart: everything else is ours, and may pass. */
function toMessage(deps: ChallengeRouteDeps, error: unknown) {
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode < 500) return { status: statusCode, message: 'notUnderstood' } as const
  const status = isDatabaseDown(error) ? 503 : 500
  if (status === 500) deps.log.error({ err: error }, 'challenge page crashed')
  return { status, message: 'unavailable' } as const
}
