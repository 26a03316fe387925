/**
 * GET and POST /three-d-secure/challenges/{page id}: what a cardholder's browser sees. It ends with
 * a 303 to the merchant's URL, exactly as the merchant gave it (sandbox.md, The page).
 */
import formbody from '@fastify/formbody'
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { Merchants } from '../../merchants/index.ts'
import type { Log } from '../../platform/log/index.ts'
import { wholeRupiah } from '../../primitives/money.ts'
import { Secret } from '../../primitives/secret.ts'
import type { Challenge, ThreeDSecure } from '../../three-d-secure/index.ts'
import { challengePage, notFoundPage, pageHeaders } from './challenge-page.ts'
import { type ChallengeTexts, textsFor } from './challenge-texts.ts'

export type ChallengeRouteDeps = {
  readonly threeDSecure: ThreeDSecure
  readonly merchants: Merchants
  readonly log: Log
  /** Shown in the sandbox only. */
  readonly testPassword: string | undefined
}

export const challengePath = '/three-d-secure/challenges'

/** A form has one short field; anything larger is not ours. */
const formLimitBytes = 4_096

export async function registerChallenge(
  server: FastifyInstance,
  deps: ChallengeRouteDeps,
): Promise<void> {
  const { threeDSecure } = deps
  await server.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: formLimitBytes })
    const url = `${challengePath}/:pageId`
    const schema: FastifySchema = { hide: true }
    scope.setErrorHandler((error, request, reply) => {
      const status = (error as { statusCode?: number }).statusCode ?? 500
      if (status >= 500) deps.log.error({ err: error }, 'challenge page crashed')
      const texts = textsFor(request.headers['accept-language'])
      return reply.code(status).headers(pageHeaders).send(notFoundPage(texts).html)
    })
    scope.get<{ Params: { pageId: string } }>(url, { schema }, async (request, reply) =>
      show(deps, await threeDSecure.openChallenge(request.params.pageId), request, reply),
    )
    scope.post<{ Params: { pageId: string } }>(url, { schema }, async (request, reply) => {
      const { pageId } = request.params
      const form = (request.body ?? {}) as { otp?: unknown; cancel?: unknown }
      const challenge =
        form.cancel === undefined
          ? await threeDSecure.enterPassword(pageId, new Secret(String(form.otp ?? '').trim()))
          : await threeDSecure.cancelChallenge(pageId)
      return show(deps, challenge, request, reply)
    })
  })
}

async function show(
  deps: ChallengeRouteDeps,
  challenge: Challenge,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const texts = textsFor(request.headers['accept-language'])
  if (challenge.kind === 'not_found') {
    return reply.code(404).headers(pageHeaders).send(notFoundPage(texts).html)
  }
  if (challenge.kind === 'finished') {
    return reply
      .code(303)
      .headers({ Location: challenge.redirectTo, 'Cache-Control': 'no-store' })
      .send()
  }
  const { authentication } = challenge
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
