/**
 * Who may use the issuer's app: whoever may call /sandbox. A person's browser sends no token by
 * itself, so it is taken from the address once and then known by a cookie, which holds its digest.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathOf } from '../../platform/http/server.ts'
import { type GuardOptions, isSameSecret, whyForeign } from '../sandbox/guard.ts'
import { issuerAppTexts } from './issuer-app-texts.ts'
import { messagePage } from './page.ts'
import { languageFor, type PageAnswer } from './page-routes.ts'

const cookieName = 'gerbang_issuer_app'

/** Lets nobody else pass; `send` answers those who do not. */
export function guardIssuerApp(
  scope: FastifyInstance,
  guarded: { readonly path: string; readonly options: GuardOptions },
  send: (reply: FastifyReply, answer: PageAnswer) => FastifyReply,
): void {
  const { path, options } = guarded
  scope.addHook('onRequest', async (request, reply) => {
    const language = languageFor(request)
    const texts = issuerAppTexts[language]
    const foreign = whyForeign(request, options)
    if (foreign) {
      const message = foreign === 'FOREIGN_HOST' ? texts.foreignHost : texts.foreignOrigin
      return send(reply, { status: 403, page: messagePage(language, message) })
    }
    const { token } = options
    if (token === undefined) return
    if (isSameSecret(tokenInAddress(request), token)) {
      reply.header('Set-Cookie', cookieFor(token, path, options.publicUrl()))
      // Not by a redirect: one that follows a link of another site would come without the cookie.
      const to = `./${pathOf(request).split('/').at(-1)}`
      return send(reply, {
        page: messagePage(language, texts.opening),
        refresh: { seconds: 0, to },
      })
    }
    if (isSameSecret(cookieOf(request), digestOf(token))) return
    return send(reply, { status: 401, page: messagePage(language, texts.tokenWanted) })
  })
}

function tokenInAddress(request: FastifyRequest): string | undefined {
  const { token } = request.query as { token?: unknown }
  return typeof token === 'string' ? token : undefined
}

function cookieOf(request: FastifyRequest): string | undefined {
  const cookies = request.headers.cookie?.split(';').map((cookie) => cookie.trim()) ?? []
  return cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.split('=')[1]
}

/** Where it is reached by https, it is sent by https only. */
function cookieFor(token: string, path: string, publicUrl: string): string {
  const { protocol, pathname } = new URL(publicUrl)
  const cookie = `${cookieName}=${digestOf(token)}; Path=${pathname.replace(/\/$/, '')}${path}`
  return `${cookie}; HttpOnly; SameSite=Strict${protocol === 'https:' ? '; Secure' : ''}`
}

function digestOf(token: string): string {
  return createHash('sha256').update(`${cookieName} ${token}`).digest('hex')
}
