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
    const host = hostOf(request.headers.host)
    const known = [...options.hosts, new URL(options.publicUrl()).hostname]
    if (host === undefined || !(isLoopback(host) || known.includes(host))) {
      throw new SandboxError(
        403,
        'FOREIGN_HOST',
        'This Host may not call /sandbox: name it in GERBANG_SANDBOX_HOSTS of the gateway',
      )
    }
    if (!isOwnOrigin(request, options)) {
      throw new SandboxError(403, 'FOREIGN_ORIGIN', 'A page of this Origin may not call /sandbox')
    }
    if (options.token !== undefined && !isToken(request.headers.authorization, options.token)) {
      throw new SandboxError(
        401,
        'TOKEN_REQUIRED',
        'Send Authorization: Bearer and the sandbox token: GERBANG_SANDBOX_TOKEN of the gateway, ' +
          'or else what it printed at start',
      )
    }
  })
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

function isToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
