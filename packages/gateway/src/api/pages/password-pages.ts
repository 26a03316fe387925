/**
 * Pages that ask a cardholder for a one-time password: one form with the field `otp` and the button
 * `cancel` (sandbox.md, The page). They end with a 303 to the merchant's URL.
 */
import type { FastifyInstance, FastifySchema } from 'fastify'
import { type Html, html } from '../../platform/html.ts'
import type { Log } from '../../platform/log/index.ts'
import { Secret } from '../../primitives/secret.ts'
import { cardholderHeaders } from './page.ts'
import { languageFor, openPages, type PageAnswer, sendAnswer } from './page-routes.ts'
import type { Language, PageTexts } from './page-texts.ts'

/** What is asked about the page of an id, and how its state is answered. */
export type PasswordPages<State> = {
  readonly path: string
  readonly open: (pageId: string) => Promise<State>
  readonly enter: (pageId: string, password: Secret<string>) => Promise<State>
  readonly cancel: (pageId: string) => Promise<State>
  readonly answer: (state: State, language: Language) => PageAnswer | Promise<PageAnswer>
}

type PageRoute = { Params: { '*': string } }

export async function registerPasswordPages<State>(
  server: FastifyInstance,
  log: Log,
  pages: PasswordPages<State>,
): Promise<void> {
  const headers = cardholderHeaders
  await openPages(server, { log, headers }, (scope) => {
    // Whatever stands in the place of the page id, a person gets a page.
    const url = `${pages.path}/*`
    const schema: FastifySchema = { hide: true }
    scope.get<PageRoute>(url, { schema }, async (request, reply) => {
      const state = await pages.open(request.params['*'])
      return sendAnswer(reply, await pages.answer(state, languageFor(request)), headers)
    })
    scope.post<PageRoute>(url, { schema }, async (request, reply) => {
      const pageId = request.params['*']
      const form = (request.body ?? {}) as { otp?: unknown; cancel?: unknown }
      const state =
        form.cancel === undefined
          ? await pages.enter(pageId, new Secret(String(form.otp ?? '').trim()))
          : await pages.cancel(pageId)
      return sendAnswer(reply, await pages.answer(state, languageFor(request)), headers)
    })
  })
}

/**
 * The form, and around it what became of the last try and what a tester may enter. A password manager
 * or SMS autofill finds the field by `autocomplete="one-time-code"`.
 */
export function passwordForm(
  texts: PageTexts & { readonly submit: string },
  view: { readonly notice: string | undefined; readonly testPassword: string | undefined },
): Html {
  const notice = view.notice ? html`<p class="alarm" role="alert">${view.notice}</p>` : html``
  const hint = view.testPassword
    ? html`<p class="hint">${texts.testHint(view.testPassword)}</p>`
    : html``
  return html`${notice}
<form method="post">
<label for="otp">${texts.passwordLabel}</label>
<input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code" maxlength="16" required autofocus>
<button type="submit">${texts.submit}</button>
<button type="submit" name="cancel" value="cancel" class="quiet" formnovalidate>${texts.cancel}</button>
</form>
${hint}`
}
