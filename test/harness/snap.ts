/** A merchant who calls over SNAP: gets tokens, signs, and sends what it is told to. */
import { createHash, randomUUID } from 'node:crypto'
import {
  canonicalBodies,
  digestOf,
  formatSnapTimestamp,
  signSnapCall,
  signSnapToken,
} from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'
import { type Answer, control, noteSecret, type World } from './world.ts'

export type SnapMerchant = {
  readonly clientId: string
  readonly secretKey: string
  readonly privateKey: string
}

export const snapPaths = {
  b2b: '/authorization/v1/access-token/b2b',
  b2b2c: '/authorization/v1/access-token/b2b2c',
  pay: '/direct-debit/core/v1/debit/payment-host-to-host',
} as const

export type Headers = Readonly<Record<string, string | undefined>>

export async function sandboxSnapMerchant(world: Pick<World, 'app'>): Promise<SnapMerchant> {
  return (await control(world, 'GET', '/sandbox/credentials')).body
}

export async function anotherSnapMerchant(world: Pick<World, 'app'>): Promise<SnapMerchant> {
  return (await control(world, 'POST', '/sandbox/merchants')).body
}

export function snapNow(offsetMs = 0): string {
  return formatSnapTimestamp(new Date(Date.now() + offsetMs))
}

/** The headers of a token call; `change` replaces some after signing, undefined removes one. */
export function tokenHeaders(
  merchant: SnapMerchant,
  options: { readonly timestamp?: string; readonly change?: Headers } = {},
): Record<string, string> {
  const { clientId, privateKey } = merchant
  const timestamp = options.timestamp ?? snapNow()
  return present({
    'Content-Type': 'application/json',
    'X-CLIENT-KEY': clientId,
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': signSnapToken({ clientId, timestamp }, privateKey),
    ...options.change,
  })
}

export async function accessToken(
  server: FastifyInstance,
  merchant: SnapMerchant,
): Promise<string> {
  const body = { grantType: 'client_credentials' }
  const answer = await sendSnap(server, snapPaths.b2b, { headers: tokenHeaders(merchant), body })
  if (answer.status !== 200) throw new Error(`the token call answered ${answer.text}`)
  return answer.body.accessToken
}

export type SnapCallOptions = {
  readonly token: string
  readonly timestamp?: string
  readonly externalId?: string
  /** The text that is hashed, where it is not the body to the letter. */
  readonly hashed?: string
  readonly signedPath?: string
  readonly change?: Headers
}

/** The headers of a call with a token; `change` replaces some after signing. */
export function callHeaders(
  merchant: SnapMerchant,
  path: string,
  body: string | Buffer,
  options: SnapCallOptions,
): Record<string, string> {
  const { token, timestamp = snapNow(), externalId = randomUUID() } = options
  const parts = {
    method: 'POST',
    path: options.signedPath ?? path,
    accessToken: token,
    timestamp,
  }
  return present({
    'Content-Type': 'application/json',
    'X-PARTNER-ID': merchant.clientId,
    'X-EXTERNAL-ID': externalId,
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': signSnapCall(parts, options.hashed ?? body, merchant.secretKey),
    Authorization: `Bearer ${token}`,
    ...options.change,
  })
}

/** Sends a POST as it is told; a text or bytes go as they are. */
export async function sendSnap(
  server: FastifyInstance,
  path: string,
  sent: {
    readonly headers: Record<string, string>
    readonly body?: unknown
    readonly method?: 'GET'
  },
): Promise<Answer> {
  const { body } = sent
  const isText = typeof body === 'string' || Buffer.isBuffer(body)
  const response = await server.inject({
    method: sent.method ?? 'POST',
    url: path,
    headers: sent.headers,
    ...(body === undefined ? {} : { payload: isText ? body : JSON.stringify(body) }),
  })
  return {
    status: response.statusCode,
    body: response.json(),
    text: response.body,
    headers: response.headers,
  }
}

/** Notes what a merchant sends in secret: CPANs, OTTs and one-time passwords. */
export function noteSentSecrets(body: string): void {
  const notes = [
    ['card-number', /"chargeToken"\s*:\s*"?(\d{16,20})(?!\d)/g],
    ['password', /"otp"\s*:\s*"?(\d+)"?/g],
  ] as const
  const found = notes.flatMap(([kind, pattern]) =>
    [...body.matchAll(pattern)].map(([, value = '']) => ({ kind, value })),
  )
  for (const { kind, value } of found) noteSecret(kind, value)
  if (found.length === 0) return
  noteSecret('digest', digestOf(body))
  // As a signature has it (wire.md 6.4): they are soon undone, and must not be kept either.
  for (const form of canonicalBodies(Buffer.from(body))) {
    noteSecret('digest', createHash('sha256').update(form).digest('hex'))
  }
}

/** Notes what a merchant is told in secret: bankCardTokens, and the authCodes of sessions. */
export function noteToldSecrets(text: string): void {
  for (const [, token = ''] of text.matchAll(
    /"(?:bankCardToken|authCode)"\s*:\s*"([0-9a-f]{32})"/g,
  )) {
    noteSecret('token', token)
  }
}

function present(headers: Headers): Record<string, string> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Record<string, string>
}
