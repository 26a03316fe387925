/**
 * A whole gateway in a test: the real app on a database of its own, the shipped simulators, and a
 * merchant who calls. Only the clock's offset, the merchant's server and the card networks are
 * ours. What the merchant sends in secret is noted for the scan in after/, which looks for it in
 * every log and table.
 */

import { createPublicKey, randomUUID } from 'node:crypto'
import { appendFileSync, createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { digestOf, formatTimestamp, sign, verifySignature } from '@gerbang/wire'
import {
  ensureSandboxMerchant,
  sandboxClientId,
} from '../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { type App, createApp } from '../../packages/gateway/src/app.ts'
import { type Config, readConfig } from '../../packages/gateway/src/config.ts'
import {
  type AcquirerSimulator,
  createAcquirerSimulator,
} from '../../packages/gateway/src/networks/card-acquirer/simulator/index.ts'
import {
  createKkiSimulator,
  type KkiSimulator,
} from '../../packages/gateway/src/networks/kki-switch/simulator/index.ts'
import { createThreeDSecureSimulator } from '../../packages/gateway/src/networks/three-d-secure-server/simulator/index.ts'
import {
  createSandboxClock,
  type SandboxClock,
} from '../../packages/gateway/src/platform/clock/sandbox-clock.ts'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'
import { openKeyRing } from '../../packages/gateway/src/platform/key-ring/index.ts'
import { createLog } from '../../packages/gateway/src/platform/log/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'
import { Secret } from '../../packages/gateway/src/primitives/secret.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export const secretKey = 'SK-GerbangSandbox0001'
const clientId = sandboxClientId

/** Protects nothing: all test worlds share it, so that two apps can share a database. */
export const testRootKey = new Secret(Buffer.alloc(32, 7))

const privateKey = readFileSync(new URL('./gateway-key.pem', import.meta.url), 'utf8')

/** Protects nothing; kept in a file, because making one takes longer than most tests. */
export const testGatewayKeys = {
  privateKey: new Secret(privateKey),
  publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
}

export type WorldOptions = {
  readonly config?: Partial<Config>
  /** Another app on the same database, as a second process would be. */
  readonly shares?: World
  readonly connections?: number
  /** Without the sandbox's control surface. */
  readonly live?: boolean
  /** Wanted under /sandbox, as where the gateway does not listen on loopback. */
  readonly sandboxToken?: string
}

export type Answer = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of many shapes.
  readonly body: any
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

export type World = {
  readonly app: App
  readonly database: Database
  readonly testDatabase: TestDatabase
  readonly clock: SandboxClock
  readonly acquirerSimulator: AcquirerSimulator
  readonly kkiSimulator: KkiSimulator
  /** What the app logged, one JSON line each. */
  readonly logLines: readonly string[]
  close(): Promise<void>
}

/** Makes a world; it closes itself after the tests of the file. */
/**
 * The cut-off of the tests' worlds, in Jakarta: half a day from now, so that no test that moves the clock
 * by some minutes or hours comes over it, at whatever time of the day it runs.
 */
export const cutOffOfTests = new Date(Date.now() + (12 + 7) * 3_600_000).toISOString().slice(11, 16)

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const testDatabase = options.shares?.testDatabase ?? (await createTestDatabase())
  const database = testDatabase.connect(options.connections ?? 4)
  const simulatorDatabase = testDatabase.connect(2)
  const logLines: string[] = []
  const log = createLog({ level: 'trace', destination: traceTo(testDatabase.name, logLines) })
  const random = systemRandom
  const clock = await createSandboxClock(database, systemRandom)
  const keyRing = await openKeyRing({
    database,
    rootKey: testRootKey,
    clock: systemClock(),
    random,
  })
  const simulators = { database: simulatorDatabase, clock, random }
  const acquirerSimulator = createAcquirerSimulator(simulators)
  const kkiSimulator = createKkiSimulator({ ...simulators, keyRing })
  const usual = { askDeadlineMs: 400, settlementCutOff: cutOffOfTests }
  const config = { ...readConfig({}), ...usual, ...options.config }
  const app = await createApp({
    config: options.live ? { ...config, mode: 'live' } : config,
    database,
    keyRing,
    clock,
    random,
    log,
    gatewayKeys: testGatewayKeys,
    acquirers: acquirerSimulator.acquirer,
    kkiSwitch: kkiSimulator.kkiSwitch,
    threeDSecureServer: createThreeDSecureSimulator(simulators),
    sandbox: options.live
      ? undefined
      : {
          clock,
          acquirerSimulator,
          kkiSimulator,
          token: options.sandboxToken,
          testPassword: '123456',
        },
    publicUrl: () => config.publicUrl ?? 'http://127.0.0.1:8080',
  })
  await ensureSandboxMerchant(app.sandboxMerchants)
  app.jobs.start()
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await app.close()
    clock.stop()
    if (!options.shares) await testDatabase.drop()
  }
  after(close)
  return { app, database, testDatabase, clock, acquirerSimulator, kkiSimulator, logLines, close }
}

export type CallOptions = {
  readonly requestId?: string
  readonly clientId?: string
  readonly secretKey?: string
  readonly timestamp?: string
  /** Replaces headers after signing; undefined removes one. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** The path to sign, where it is not the one that is called. */
  readonly signedPath?: string
}

/** A signed POST; a text or bytes are sent as they are, anything else as compact JSON. */
export function post(
  world: Pick<World, 'app'>,
  path: string,
  body: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : json(body)
  noteSecretsOf(bytes)
  return call(world, 'POST', path, bytes, options)
}

/** A signed GET. */
export function get(
  world: Pick<World, 'app'>,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  return call(world, 'GET', path, undefined, options)
}

/** The headers of a signed request. */
export function signedHeaders(
  method: string,
  path: string,
  body: Buffer | undefined,
  options: CallOptions = {},
): Record<string, string> {
  const parts = {
    clientId: options.clientId ?? clientId,
    requestId: options.requestId ?? randomUUID(),
    timestamp: options.timestamp ?? formatTimestamp(new Date()),
    requestTarget: options.signedPath ?? path,
    digest: method === 'POST' ? digestOf(body ?? '') : undefined,
  }
  const headers: Record<string, string | undefined> = {
    'Client-Id': parts.clientId,
    'Request-Id': parts.requestId,
    'Request-Timestamp': parts.timestamp,
    Signature: sign('request', parts, options.secretKey ?? secretKey),
    ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
    ...options.headers,
  }
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Record<string, string>
}

async function call(
  world: Pick<World, 'app'>,
  method: 'GET' | 'POST',
  path: string,
  body: Buffer | undefined,
  options: CallOptions,
): Promise<Answer> {
  const response = await world.app.server.inject({
    method,
    url: path,
    headers: signedHeaders(method, path, body, options),
    ...(body ? { payload: body } : {}),
  })
  const text = response.body
  return {
    status: response.statusCode,
    body: text === '' ? undefined : JSON.parse(text),
    text,
    headers: response.headers,
  }
}

/** Whether an answer's signature is right, as a merchant's client would check it. */
export function isSignedBy(answer: Answer, path: string, key = secretKey): boolean {
  const header = (name: string) => String(answer.headers[name] ?? '')
  const parts = {
    clientId: header('client-id'),
    requestId: header('request-id'),
    timestamp: header('response-timestamp'),
    requestTarget: path,
    digest: digestOf(answer.text),
  }
  return verifySignature('response', parts, header('signature'), key)
}

/** A call to the control surface. */
export async function control(
  world: Pick<World, 'app'>,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT',
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await world.app.server.inject({
    method,
    url: path,
    headers: { host: '127.0.0.1:8080' },
    ...(body ? { payload: body } : {}),
  })
  const text = response.body
  return {
    status: response.statusCode,
    body: text === '' ? undefined : JSON.parse(text),
    text,
    headers: response.headers,
  }
}

let lastInvoice = 0

/** An invoice number that no other test of this process uses. */
export function newInvoice(): string {
  lastInvoice += 1
  return `INV-${process.pid}-${lastInvoice}`
}

export const futureExpiry = `12${String((new Date().getUTCFullYear() + 3) % 100).padStart(2, '0')}`

/** Cards of sandbox.md by what they do at 3-D Secure. */
export const cards = {
  challenge: '5573381011111101',
  challengeVisa: '4761349999000039',
  frictionless: '4111111111111111',
  frictionlessMaster: '5200000000001005',
  attempted: '4000000000001000',
  notEnrolled: '4000000000000002',
  unreachable: '4000000000005001',
  notAuthenticated: '4000000000002008',
  unavailable: '4000000000003006',
  rejected: '4000000000004004',
  declined43: '4000000000043002',
  declined51: '5576920000000390',
  amex: '371449635398431',
} as const

export const paths = {
  check: '/credit-card/check-three-d-secure',
  charge: '/credit-card/charge',
  status: (identifier: string) => `/orders/v1/status/${encodeURIComponent(identifier)}`,
} as const

/** A right body for check-three-d-secure. */
export function checkBody(change: { number?: string; amount?: number; invoice?: string } = {}) {
  return {
    order: { amount: change.amount ?? 90000, invoice_number: change.invoice ?? newInvoice() },
    card: { number: change.number ?? cards.frictionless, expiry: futureExpiry },
    three_dsecure: {
      callback_url_success: 'https://www.merchant.com/success?order=1',
      callback_url_failed: 'https://www.merchant.com/failed',
    },
  }
}

/** A right body for a SALE. */
export function chargeBody(change: {
  authenticationId?: string
  number?: string
  amount?: number
  invoice?: string
}) {
  return {
    order: { amount: change.amount ?? 90000, invoice_number: change.invoice ?? newInvoice() },
    ...(change.authenticationId
      ? { three_dsecure: { authentication_id: change.authenticationId } }
      : {}),
    payment: { type: 'SALE' },
    card: { number: change.number ?? cards.frictionless, expiry: futureExpiry, cvv: '917' },
  }
}

/** A finished authentication of a card that needs no challenge. */
export async function authenticated(
  world: Pick<World, 'app'>,
  change: { number?: string; amount?: number; invoice?: string } = {},
): Promise<string> {
  const answer = await post(world, paths.check, checkBody(change))
  if (answer.status !== 200) throw new Error(`check answered ${answer.text}`)
  return answer.body.three_dsecure.authentication_id
}

/** Authenticates and charges at once; the answer of the charge. */
export async function pay(
  world: Pick<World, 'app'>,
  change: { number?: string; amount?: number; invoice?: string } = {},
  options: CallOptions = {},
): Promise<Answer> {
  const invoice = change.invoice ?? newInvoice()
  const authenticationId = await authenticated(world, { ...change, invoice })
  return post(world, paths.charge, chargeBody({ ...change, invoice, authenticationId }), options)
}

function json(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body))
}

/** Writes down what must never be found in a log or table, outside of what is scanned. */
export function noteSecret(
  kind: 'card-number' | 'cvv' | 'password' | 'digest' | 'token',
  value: string,
): void {
  const traces = process.env['GERBANG_TEST_TRACES']
  // One digit over and over is no card number, and stands in the largest amounts.
  const isNoNumber = kind === 'card-number' && /^(\d)\1*$/.test(value)
  if (traces === undefined || value === '' || isNoNumber) return
  appendFileSync(join(traces, 'sensitive.jsonl'), `${JSON.stringify({ kind, value })}\n`)
}

/** Notes the card data of a body. */
export function noteSecretsOf(body: Buffer): void {
  const text = body.toString('latin1')
  const number = /"number"\s*:\s*"?(\d{12,19})"?/.exec(text)?.[1]
  if (number === undefined) return
  noteSecret('card-number', number)
  noteSecret('cvv', /"cvv"\s*:\s*"?(\d{3,4})"?/.exec(text)?.[1] ?? '')
  // A plain digest of a body gives a CVV away in seconds: it must not be kept either.
  noteSecret('digest', digestOf(body))
  noteSecret('digest', Buffer.from(digestOf(body), 'base64').toString('hex'))
}

function traceTo(name: string, lines: string[]) {
  const traces = process.env['GERBANG_TEST_TRACES']
  const file =
    traces && createWriteStream(join(traces, `${name}-${process.pid}.log`), { flags: 'a' })
  return {
    write: (line: string) => {
      lines.push(line)
      if (file) file.write(line)
    },
  }
}
