/**
 * GET and POST /three-d-secure/challenges/{page id}: what a cardholder's browser sees. It ends with
 * a 303 to the merchant's URL, exactly as the merchant gave it (sandbox.md, The page).
 */
import type { FastifyInstance } from 'fastify'
import type { Merchants } from '../../merchants/index.ts'
import { html } from '../../platform/html.ts'
import type { Log } from '../../platform/log/index.ts'
import type { Challenge, ThreeDSecure } from '../../three-d-secure/index.ts'
import { type ChallengeTexts, challengeTexts } from './challenge-texts.ts'
import { detailList, page } from './page.ts'
import { type PageAnswer, say } from './page-routes.ts'
import type { Language } from './page-texts.ts'
import { passwordForm, registerPasswordPages } from './password-pages.ts'
import { rupiahText } from './rupiah-text.ts'

export type ChallengeRouteDeps = {
  readonly threeDSecure: ThreeDSecure
  readonly merchants: Merchants
  readonly log: Log
  /** Shown in the sandbox only. */
  readonly testPassword: string | undefined
}

export const challengePath = '/three-d-secure/challenges'

export async function registerChallenge(
  server: FastifyInstance,
  deps: ChallengeRouteDeps,
): Promise<void> {
  const { threeDSecure } = deps
  await registerPasswordPages<Challenge>(server, deps.log, {
    path: challengePath,
    open: (pageId) => threeDSecure.openChallenge(pageId),
    enter: (pageId, password) => threeDSecure.enterPassword(pageId, password),
    cancel: (pageId) => threeDSecure.cancelChallenge(pageId),
    answer: (challenge, language) => answer(deps, challenge, language),
  })
}

async function answer(
  deps: ChallengeRouteDeps,
  challenge: Challenge,
  language: Language,
): Promise<PageAnswer> {
  if (challenge.kind === 'not_found') return say(404, 'notFound', language)
  if (challenge.kind === 'finished') return { redirectTo: challenge.redirectTo }
  const { merchantId, amount, card } = challenge.authentication
  const texts = challengeTexts[language]
  const merchant = await deps.merchants.find(merchantId)
  const details = detailList([
    { label: texts.merchant, value: merchant?.name ?? '' },
    { label: texts.amount, value: rupiahText(amount), isAmount: true },
    { label: texts.card, value: card.masked },
  ])
  const form = passwordForm(texts, {
    notice: noticeOf(texts, challenge),
    testPassword: deps.testPassword,
  })
  const content = html`<p>${texts.intro}</p>
${details}
${form}`
  return { page: page(language, texts.title, content) }
}

function noticeOf(
  texts: ChallengeTexts,
  challenge: Extract<Challenge, { kind: 'open' }>,
): string | undefined {
  if (challenge.notice === undefined) return undefined
  const notice = challenge.notice === 'wrong_password' ? texts.wrongPassword : texts.unreachable
  return notice(challenge.triesLeft)
}
