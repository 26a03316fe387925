/** What the pages share at the edge of HTTP: forms come in, pages go out, and an error is a page too. */
import formbody from '@fastify/formbody'
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDatabaseDown } from '../../platform/database/index.ts'
import type { Html } from '../../platform/html.ts'
import type { UnservableRequest } from '../../platform/http/server.ts'
import type { Log } from '../../platform/log/index.ts'
import { cardholderHeaders, messagePage, type PageHeaders } from './page.ts'
import { type Language, languageOf, type PageTexts, pageTexts } from './page-texts.ts'

/** What a visitor is answered. */
export type PageAnswer =
  | {
      readonly page: Html
      readonly status?: number
      /** When the browser asks for the page again by itself, and where, if not here. */
      readonly refresh?: { readonly seconds: number; readonly to?: string }
    }
  | { readonly redirectTo: string }

/** A form has one short field; anything larger is not ours. */
const formLimitBytes = 4_096

/** Opens a scope whose routes answer people. */
export async function openPages(
  server: FastifyInstance,
  deps: { readonly log: Log; readonly headers: PageHeaders },
  register: (scope: FastifyInstance) => void,
): Promise<void> {
  await server.register(async (scope) => {
    // Forms only: what another page's script may send without asking is none.
    scope.removeAllContentTypeParsers()
    await scope.register(formbody, { bodyLimit: formLimitBytes })
    scope.setErrorHandler((error, request, reply) => {
      const { status, message } = toMessage(deps.log, error)
      return sendAnswer(reply, say(status, message, languageFor(request)), deps.headers)
    })
    register(scope)
  })
}

/** Answers a request for a page that no route could serve rightly. */
export async function refusePage(
  request: FastifyRequest,
  reply: FastifyReply,
  { status }: UnservableRequest,
): Promise<void> {
  await sendAnswer(reply, say(status, 'notUnderstood', languageFor(request)), cardholderHeaders)
}

/** Whether a person asked for a page below one of these paths, by a path that may not be valid. */
export function isForPage(request: FastifyRequest, paths: readonly string[]): boolean {
  return paths.some((path) => request.raw.url?.startsWith(`${path}/`))
}

/** Whether it is a browser that asks where scripts are answered as well. */
export function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') ?? false
}

export function languageFor(request: FastifyRequest): Language {
  return languageOf(request.headers['accept-language'])
}

/** A page that says one thing and has no form. */
export function say(
  status: number,
  message: keyof Pick<PageTexts, 'notFound' | 'notUnderstood' | 'unavailable'>,
  language: Language,
): PageAnswer {
  return { status, page: messagePage(language, pageTexts[language][message]) }
}

export function sendAnswer(
  reply: FastifyReply,
  answer: PageAnswer,
  headers: PageHeaders,
): FastifyReply {
  if ('redirectTo' in answer) {
    return reply
      .code(303)
      .headers({
        Location: answer.redirectTo,
        'Cache-Control': 'no-store',
        'Referrer-Policy': headers['Referrer-Policy'],
      })
      .send()
  }
  const { page, status = 200, refresh } = answer
  if (refresh) reply.header('Refresh', refreshText(refresh))
  return reply.code(status).headers(headers).send(page.html)
}

function refreshText({ seconds, to }: { seconds: number; to?: string }): string {
  return to === undefined ? String(seconds) : `${seconds}; url=${to}`
}

/** Only what the browser sent wrongly is told apart: everything else is ours, and may pass. */
function toMessage(log: Log, error: unknown) {
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode < 500) return { status: statusCode, message: 'notUnderstood' } as const
  const status = isDatabaseDown(error) ? 503 : 500
  if (status === 500) log.error({ err: error }, 'page crashed')
  return { status, message: 'unavailable' } as const
}
