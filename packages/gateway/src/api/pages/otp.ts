/**
 * GET and POST /kki/bindings/{page id}: where a cardholder enters the one-time password that binds a
 * card. It ends with a 303 to the merchant's URL or, where he gave none, says how it ended.
 */
import type { FastifyInstance } from 'fastify'
import type { Bindings, OtpPage } from '../../bindings/index.ts'
import type { Merchants } from '../../merchants/index.ts'
import { html } from '../../platform/html.ts'
import type { Log } from '../../platform/log/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import { otpTexts } from './otp-texts.ts'
import { type Detail, detailList, messagePage, page } from './page.ts'
import { type PageAnswer, say } from './page-routes.ts'
import type { Language } from './page-texts.ts'
import { passwordForm, registerPasswordPages } from './password-pages.ts'

export type OtpPageDeps = {
  readonly bindings: Pick<Bindings, 'openPage' | 'enterOtp' | 'cancel'>
  readonly merchants: Pick<Merchants, 'find'>
  readonly clock: Clock
  readonly log: Log
  /** Shown in the sandbox only. */
  readonly testOtp: string | undefined
}

export const otpPath = '/kki/bindings'

/** Soon enough for a person who waits, and few questions while a switch is silent. */
const waitingSeconds = 3

export async function registerOtpPage(server: FastifyInstance, deps: OtpPageDeps): Promise<void> {
  const { bindings } = deps
  await registerPasswordPages<OtpPage>(server, deps.log, {
    path: otpPath,
    open: (pageId) => bindings.openPage(pageId),
    enter: (pageId, otp) => bindings.enterOtp(pageId, otp),
    cancel: (pageId) => bindings.cancel(pageId),
    answer: (state, language) => answer(deps, state, language),
  })
}

async function answer(deps: OtpPageDeps, state: OtpPage, language: Language): Promise<PageAnswer> {
  const texts = otpTexts[language]
  switch (state.kind) {
    case 'not_found':
      return say(404, 'notFound', language)
    case 'waiting':
      return {
        page: messagePage(language, texts.waiting),
        refresh: { seconds: waitingSeconds },
      }
    case 'finished':
      return state.redirectTo === undefined
        ? { page: messagePage(language, state.isBound ? texts.bound : texts.notBound) }
        : { redirectTo: state.redirectTo }
    case 'open':
      return passwordPage(deps, state, language)
  }
}

async function passwordPage(
  { merchants, clock, testOtp }: OtpPageDeps,
  { binding, triesLeft, notice }: Extract<OtpPage, { kind: 'open' }>,
  language: Language,
): Promise<PageAnswer> {
  const texts = otpTexts[language]
  const merchant = await merchants.find(binding.merchantId)
  const details: Detail[] = [
    { label: texts.merchant, value: merchant?.name ?? '' },
    { label: texts.card, value: binding.maskedCpan },
    { label: texts.issuer, value: binding.issuer },
  ]
  const secondsLeft = secondsUntil(binding.otpExpiresAt, clock)
  if (secondsLeft !== undefined) {
    details.push({ label: texts.validFor, value: texts.minutes(Math.floor(secondsLeft / 60)) })
  }
  const form = passwordForm(texts, {
    notice: notice && texts.wrongPassword(triesLeft),
    testPassword: testOtp,
  })
  const content = html`<p>${texts.intro}</p>
${detailList(details)}
${form}`
  const shown = page(language, texts.title, content)
  // When its time is over the page leads on by itself.
  return secondsLeft === undefined
    ? { page: shown }
    : { page: shown, refresh: { seconds: secondsLeft + 1 } }
}

function secondsUntil(instant: Date | undefined, clock: Clock): number | undefined {
  return instant && Math.max(Math.ceil((instant.getTime() - clock.now().getTime()) / 1_000), 0)
}
