/**
 * What the control surface reads: JSON bodies by the rules of the cards dialect's, and nothing that
 * PostgreSQL cannot store or that no call knows. A wish that is not understood is refused, never
 * guessed at: a `null` is no `false`, and a misspelt `clientId` is not the default merchant.
 */
import { parseJsonText } from '@gerbang/wire'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { SandboxError } from './sandbox-error.ts'

export function readStrictly(scope: FastifyInstance): void {
  // Only application/json has a parser, so that no HTML form of another page can call.
  scope.removeAllContentTypeParsers()
  const parse = scope.getDefaultJsonParser('error', 'error')
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body)
    // Clients that always say application/json say it of no body too.
    if (bytes.length === 0) return done(null, undefined)
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

type Invalid = {
  readonly message: string
  readonly validationContext?: string
  readonly validation?: readonly {
    readonly keyword: string
    readonly instancePath: string
    readonly message?: string
    readonly params?: Readonly<Record<string, unknown>>
  }[]
}

/**
 * What a schema refused: with the name of the member that it does not know, or with what stands there
 * as its title or an example in the schema of the call, which say more than a regular expression.
 */
export function describeInvalid(error: Invalid, schema: FastifySchema | undefined): string {
  const [first] = error.validation ?? []
  const unknown = first?.params?.['additionalProperty']
  if (unknown !== undefined) return `${error.message}: ${String(unknown).slice(0, 64)}`
  const context = error.validationContext ?? ''
  if (!first || first.keyword === 'maxLength') {
    return first ? `${context}${first.instancePath} ${first.message}` : error.message
  }
  const member = schemaAt(Reflect.get(schema ?? {}, context), first.instancePath)
  const title = memberOf(member, 'title')
  if (typeof title === 'string') return `${context}${first.instancePath} must be ${title}`
  const examples = memberOf(member, 'examples')
  if (!Array.isArray(examples)) return error.message
  const shown = examples.map((example) => JSON.stringify(example)).join(' or ')
  return `${context}${first.instancePath} must be like ${shown}`
}

/** The schema of a member, by its path in what was given. */
function schemaAt(schema: unknown, instancePath: string): unknown {
  let found = schema
  for (const name of instancePath.split('/').slice(1)) {
    found = memberOf(found, 'items') ?? memberOf(memberOf(found, 'properties'), name)
  }
  return found
}

function memberOf(given: unknown, name: string): unknown {
  return given !== null && typeof given === 'object' && Object.hasOwn(given, name)
    ? Reflect.get(given, name)
    : undefined
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
