/**
 * The two OpenAPI documents that the seed holds (binding and unbinding, to the letter but for their
 * whitespace), as JSON Schema over requests and answers.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { snapServices } from '@gerbang/wire'
import { Ajv } from 'ajv'

const names = { 'bind-card': 'binding', 'unbind-card': 'unbinding' } as const

export type SeedService = keyof typeof names

type Content = { readonly content: unknown }
type Operation = {
  readonly requestBody: Content
  readonly responses: Readonly<Record<string, Content>>
}
type SeedDocument = { readonly paths: Readonly<Record<string, { readonly post: Operation }>> }

// Keywords of OpenAPI are none of JSON Schema, and what an e-mail address is matters to no test.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
const documents = Object.fromEntries(
  Object.entries(names).map(([service, name]) => {
    const file = new URL(`./seed/${name}.openapi.json`, import.meta.url)
    const document: SeedDocument = JSON.parse(readFileSync(file, 'utf8'))
    ajv.addSchema(document, service)
    return [service, document]
  }),
)

export function isInSeed(service: string): service is SeedService {
  return service in names
}

/** An answer is what the seed says of its status; of a status that it does not list, a refusal. */
export function assertAnswerOfSeed(service: SeedService, status: number, body: unknown): void {
  const { path } = snapServices[service]
  const listed = documents[service]?.paths[path]?.post.responses
  assert.ok(listed?.['200'], `the seed does not know ${path}`)
  const known = Object.hasOwn(listed, String(status)) ? status : 400
  assertValid(service, `responses/${known}`, body)
}

/** A request is what the seed says of it. */
export function assertRequestOfSeed(service: SeedService, body: unknown): void {
  assertValid(service, 'requestBody', body)
}

function assertValid(service: SeedService, of: string, value: unknown): void {
  const path = snapServices[service].path.replaceAll('/', '~1')
  const pointer = `${service}#/paths/${path}/post/${of}/content/application~1json/schema`
  const validate = ajv.getSchema(pointer)
  assert.ok(validate, `the seed has no ${pointer}`)
  assert.ok(validate(value), `${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`)
}
