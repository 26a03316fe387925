/**
 * Who may call /sandbox: a person or script on this machine, never a web page of somebody else. The
 * Host must be loopback or configured (against DNS rebinding), a foreign Origin is refused (against
 * cross-site requests), bodies are JSON, and a token is wanted off loopback or where one is set.
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isLoopback } from '../../primitives/loopback.ts'
import { SandboxError } from './sandbox-error.ts'

export type GuardOptions = {
  /** Host names besides loopback. */
  readonly hosts: readonly string[]
  readonly publicUrl: () => string
  /** Wanted as a bearer token; undefined where it is not set and only loopback is listened on. */
  readonly token: string | undefined
}

export function guardSandbox(scope: FastifyInstance, options: GuardOptions): void {
  scope.addHook('onRequest', async (request) => {
    const foreign = whyForeign(request, options)
    if (foreign) throw new SandboxError(403, foreign, refusals[foreign])
    const { token } = options
    const { authorization } = request.headers
    if (token !== undefined && !isSameSecret(authorization, `Bearer ${token}`)) {
      throw new SandboxError(
        401,
        'TOKEN_REQUIRED',
        'Send Authorization: Bearer and the sandbox token: GERBANG_SANDBOX_TOKEN of the gateway, ' +
          'or else what it printed at start',
      )
    }
  })
}

const refusals = {
  FOREIGN_HOST: 'This Host may not call /sandbox: name it in GERBANG_SANDBOX_HOSTS of the gateway',
  FOREIGN_ORIGIN: 'A page of this Origin may not call /sandbox',
} as const

/** What shows that a web page of somebody else may have sent a request; undefined where nothing does. */
export function whyForeign(
  request: FastifyRequest,
  options: GuardOptions,
): keyof typeof refusals | undefined {
  const host = hostOf(request.headers.host)
  const known = [...options.hosts, new URL(options.publicUrl()).hostname]
  if (host === undefined || !(isLoopback(host) || known.includes(host))) return 'FOREIGN_HOST'
  return isOwnOrigin(request, options) ? undefined : 'FOREIGN_ORIGIN'
}

/** Compares without telling by its time how much is right. */
export function isSameSecret(given: string | undefined, wanted: string): boolean {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function hostOf(header: string | undefined): string | undefined {
  if (header === undefined || !URL.canParse(`http://${header}`)) return undefined
  return new URL(`http://${header}`).hostname.toLowerCase()
}

function isOwnOrigin(request: FastifyRequest, options: GuardOptions): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  const own = [`http://${host}`, `https://${host}`, new URL(options.publicUrl()).origin]
  return own.includes(origin.toLowerCase())
}
