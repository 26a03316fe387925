/** A client of the cards dialect that signs by hand, and makes whatever mistake it is told to. */
import { createHash, createHmac, randomUUID } from 'node:crypto'
import {
  type Answer,
  checkBody,
  noteSecretsOf,
  paths,
  secretKey,
  type World,
} from '../../harness/world.ts'

export const clientId = 'MCH-0001-10791114622547'

export type Lines = {
  clientId: string
  requestId: string
  timestamp: string
  target: string
  digest: string | undefined
}

/** How a client goes about it, where it does not do as the documents say. */
export type Client = {
  readonly method?: 'GET'
  readonly path?: string
  /** Its digest is signed, unless the client signs another. */
  readonly body?: string | Buffer
  /** Headers as they are sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly timestamp?: string
  readonly clientId?: string
  /** What stands in the text, in another way than it should. */
  readonly signs?: (lines: Lines, body: string) => Partial<Lines>
  readonly joins?: (lines: readonly string[]) => string
  readonly key?: string | Buffer
  readonly hash?: string
  readonly writes?: (mac: Buffer, text: string) => string
}

export const usualBody = () => JSON.stringify(checkBody())
export const sha256 = (text: string | Buffer) => createHash('sha256').update(text)
export const digest = (text: string | Buffer) => sha256(text).digest('base64')
export const base64 = (mac: Buffer) => `HMACSHA256=${mac.toString('base64')}`
export const utc = (offsetMs = 0) =>
  `${new Date(Date.now() + offsetMs).toISOString().slice(0, 19)}Z`

/** Sends one request; its explanation is for the caller to ask. */
export async function send(world: World, client: Client): Promise<Answer & { requestId: string }> {
  const { method = 'POST', path = paths.check } = client
  const body = Buffer.from(method === 'POST' ? (client.body ?? usualBody()) : '')
  noteSecretsOf(body)
  const right: Lines = {
    clientId: client.clientId ?? clientId,
    requestId: randomUUID(),
    timestamp: client.timestamp ?? utc(),
    target: path.split('?')[0] ?? '',
    digest: method === 'POST' ? digest(body) : undefined,
  }
  const signed = { ...right, ...client.signs?.(right, body.toString()) }
  const lines = [
    `Client-Id:${signed.clientId}`,
    `Request-Id:${signed.requestId}`,
    `Request-Timestamp:${signed.timestamp}`,
    `Request-Target:${signed.target}`,
    ...(signed.digest === undefined ? [] : [`Digest:${signed.digest}`]),
  ]
  const text = client.joins ? client.joins(lines) : lines.join('\n')
  const mac = createHmac(client.hash ?? 'sha256', client.key ?? secretKey)
    .update(text)
    .digest()
  const headers = {
    'Client-Id': right.clientId,
    'Request-Id': right.requestId,
    'Request-Timestamp': right.timestamp,
    Signature: (client.writes ?? base64)(mac, text),
    ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
    ...client.headers,
  }
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  const response = await world.app.server.inject({
    method,
    url: path,
    headers: Object.fromEntries(given) as Record<string, string>,
    ...(method === 'POST' ? { payload: body } : {}),
  })
  const answer = { status: response.statusCode, body: response.json(), text: response.body }
  return { ...answer, headers: response.headers, requestId: right.requestId }
}
