/**
 * What the control surface reads: JSON bodies by the rules of the cards dialect's, and nothing that
 * PostgreSQL cannot store or that no call knows. A wish that is not understood is refused, never
 * guessed at: a `null` is no `false`, and a misspelt `clientId` is not the default merchant.
 */
import { parseJsonText } from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'
import { SandboxError } from './sandbox-error.ts'

export function readStrictly(scope: FastifyInstance): void {
  // Only application/json has a parser, so that no HTML form of another page can call.
  scope.removeAllContentTypeParsers()
  const parse = scope.getDefaultJsonParser('error', 'error')
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body)
    const json = parseJsonText(bytes)
    if (!json.ok) return done(invalid(json.reason))
    parse(request, bytes.toString(), done)
  })
  scope.addHook('preValidation', async (request) => {
    // A call without a body means one without wishes; one with null does not.
    if (request.body === undefined) request.body = {}
    for (const text of textsOf(request.params, request.query)) {
      if (text.includes('\0') || !text.isWellFormed()) {
        throw invalid('a parameter has a character that cannot be stored')
      }
    }
  })
}

/** What a schema refused, with the name of the member that it does not know. */
export function describeInvalid(error: {
  message: string
  validation?: readonly { params?: { additionalProperty?: unknown } }[]
}): string {
  const unknown = error.validation?.[0]?.params?.additionalProperty
  return unknown === undefined ? error.message : `${error.message}: ${String(unknown).slice(0, 64)}`
}

function invalid(reason: string): SandboxError {
  return new SandboxError(400, 'INVALID_PARAMETER', `Invalid request: ${reason}`)
}

/** Names and values of what came in the path and after it. */
function textsOf(...members: readonly unknown[]): string[] {
  return members
    .flatMap((given) => Object.entries(given ?? {}))
    .flat(2)
    .filter((text) => typeof text === 'string')
}
