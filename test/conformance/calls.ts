/**
 * Calls of the cards dialect as the conformance tests make them. Every answer that is seen is held
 * against its schema, its headers and its signature, whatever else the test asks of it.
 */
import assert from 'node:assert/strict'
import {
  chargeConflict,
  chargeResponse,
  checkThreeDSecureConflict,
  checkThreeDSecureResponse,
  errorEnvelope,
  transactionReport,
} from '@gerbang/wire/schemas'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import {
  type Answer,
  type CallOptions,
  control,
  get,
  isSignedBy,
  noteSecret,
  paths,
  post,
  secretKey,
  type World,
} from '../harness/world.ts'

export type SeenOptions = CallOptions & {
  /** Key of the answer's signature where the request's is another; null: it has none. */
  readonly answerKey?: string | null
}

export async function check(world: World, body: unknown, options: SeenOptions = {}) {
  const answer = await post(world, paths.check, body, options)
  const schema = answer.status === 409 ? checkThreeDSecureConflict : checkThreeDSecureResponse
  return seen(answer, paths.check, schema, options)
}

export async function charge(world: World, body: unknown, options: SeenOptions = {}) {
  const answer = await post(world, paths.charge, body, options)
  const schema = answer.status === 409 ? chargeConflict : chargeResponse
  return seen(answer, paths.charge, schema, options)
}

export async function orderStatus(world: World, identifier: string, options: SeenOptions = {}) {
  return statusAt(world, paths.status(identifier), options)
}

/** Order status by a path that is already encoded. */
export async function statusAt(world: World, path: string, options: SeenOptions = {}) {
  const answer = await get(world, path, options)
  return seen(answer, options.signedPath ?? path, transactionReport, options)
}

export function seen(answer: Answer, path: string, schema: TSchema, options: SeenOptions): Answer {
  const expected = answer.status === 200 || answer.status === 409 ? schema : errorEnvelope
  assertShape(expected, answer.body)
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  const key = options.answerKey === undefined ? (options.secretKey ?? secretKey) : options.answerKey
  if (key === null) {
    for (const name of ['signature', 'client-id', 'request-id', 'response-timestamp']) {
      assert.equal(answer.headers[name], undefined, `an unknown client is told ${name}`)
    }
  } else assert.ok(isSignedBy(answer, path, key), `not signed: ${answer.text}`)
  return answer
}

export function assertShape(schema: TSchema, value: unknown): void {
  const wrong = Value.Errors(schema, value).map((e) => `${e.instancePath} ${e.message}`)
  assert.ok(Value.Check(schema, value), `${wrong.join(', ')} in ${JSON.stringify(value)}`)
}

/** A refusal in the envelope, which tells nothing of the inside. */
export function assertHarmless(status: number, text: string): void {
  assert.ok(status >= 400 && status < 500, `${status} ${text}`)
  assertShape(errorEnvelope, JSON.parse(text))
  assert.doesNotMatch(text, /node_modules|\.ts:\d+|\bat \w+ \(|fastify|FST_|postgres|sql/i)
}

export type Refusal = { readonly status: number; readonly code: string; readonly message: string }

const types: Readonly<Record<string, string>> = {
  INVALID_PARAMETER: 'Invalid Parameter',
  invalid_header_request: 'invalid_request_error',
  invalid_client_id: 'invalid_request_error',
  invalid_signature: 'invalid_request_error',
}

/** The answer is this refusal and says nothing else. */
export function assertRefused(answer: Answer, refusal: Refusal): void {
  const { code, message } = refusal
  assert.deepEqual(answer.body, { error: { code, message, type: types[code] ?? code } })
  assert.equal(answer.status, refusal.status)
}

/** `{ status: 400, code: 'INVALID_PARAMETER', message }`: most refusals are this one. */
export const parameter = (message: string): Refusal => ({
  status: 400,
  code: 'INVALID_PARAMETER',
  message,
})

export const refusals = {
  conflict: { status: 409, code: 'INVALID_PARAMETER', message: 'Conflict' },
  otherBody: { status: 412, code: 'INVALID_PARAMETER', message: 'Precondition failed' },
  requestIdUsed: parameter('REQUEST ID IS NOT VALID'),
  signature: { status: 400, code: 'invalid_signature', message: 'Invalid Header Signature' },
  authenticationId: parameter('Invalid Authentication Id'),
  amount: parameter('Invalid amount'),
  double: {
    status: 400,
    code: 'DOUBLE_REQUEST_DETECTED',
    message: 'Your transaction is detected to be concurrent, please create another transaction',
  },
  notFound: { status: 400, code: 'TRANSACTION_NOT_FOUND', message: 'Failed Get Transaction' },
} as const satisfies Record<string, Refusal>

/** Kinds of the messages that the acquirer received for an invoice. */
export async function messagesOf(
  world: World,
  invoice: string,
  clientId?: string,
): Promise<{ kind: string; responseCode: string }[]> {
  const query = new URLSearchParams({ invoiceNumber: invoice, ...(clientId && { clientId }) })
  return (await control(world, 'GET', `/sandbox/acquirer/messages?${query}`)).body.messages
}

/** Another merchant of the gateway, as options of its calls. */
export async function anotherMerchant(
  world: World,
  settings: Readonly<Record<string, boolean | string | null>> = {},
): Promise<{ clientId: string; secretKey: string }> {
  const { clientId, secretKey } = (await control(world, 'POST', '/sandbox/merchants')).body
  await changeSettings(world, settings, clientId)
  return { clientId, secretKey }
}

export async function changeSettings(
  world: World,
  settings: Readonly<Record<string, boolean | string | null>>,
  clientId?: string,
): Promise<void> {
  const query = clientId ? `?clientId=${clientId}` : ''
  const answer = await control(world, 'PATCH', `/sandbox/merchant${query}`, settings)
  assert.equal(answer.status, 200, answer.text)
}

export async function advance(world: World, hours: number): Promise<void> {
  const body = { advanceMs: Math.round(hours * 3_600_000) }
  assert.equal((await control(world, 'POST', '/sandbox/clock', body)).status, 200)
}

/** What the challenge page answers to a password, or to `cancel`. */
export async function answerChallenge(world: World, url: string, form: string) {
  noteSecret('password', new URLSearchParams(form).get('otp') ?? '')
  return world.app.server.inject({
    method: 'POST',
    url: new URL(url).pathname,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: form,
  })
}
