/** The real program as a child process, called over real HTTP, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import type { TestDatabase } from './database.ts'
import { type Answer, type CallOptions, noteSecretsOf, signedHeaders } from './world.ts'

const root = new URL('../../', import.meta.url).pathname

export type GatewayProcess = {
  readonly url: string
  /** From the spawning to the line that says where it listens. */
  readonly readyAfterMs: number
  /** Everything that it printed. */
  output(): string
  readonly pid: number
  /** Sends a signal and waits for the end; its exit code, or null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Resolves when it ended, of itself too. */
  readonly ended: Promise<number | null>
}

/** How a start ended that did not get ready. */
export class NotStarted extends Error {}

/** Starts `main.ts` and waits until it says where it listens. */
export function startProcess(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  return start('packages/gateway/src/main.ts', env)
}

/** Starts the gateway of dying-gateway.ts on a test's database. */
export function startDyingProcess(
  { connection }: TestDatabase,
  die: string,
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  const database = JSON.stringify(connection)
  const more = { GERBANG_DIE: die, GERBANG_TEST_DATABASE: database, ...env }
  return start('test/harness/dying-gateway.ts', more)
}

function start(program: string, env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const start = performance.now()
  const child = spawn(process.execPath, [program], {
    cwd: root,
    env: { ...process.env, PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  after(() => child.kill('SIGTERM'))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const trace = traceLines()
  let text = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk
      trace(String(chunk))
      const url = /ready at (http\S+)/.exec(text)?.[1]
      if (!url) return
      const readyAfterMs = Math.round(performance.now() - start)
      const end = (signal: NodeJS.Signals) => endProcess(child, signal, ended)
      resolve({ url, pid: child.pid ?? 0, readyAfterMs, output: () => text, end, ended })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new NotStarted(`exit ${code}: ${text}`)))
  })
}

function endProcess(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<number | null>) {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  return ended
}

/**
 * Writes what was printed for the scan in after/, line by line. The welcome shows the published
 * sandbox secret; what is scanned are the log lines.
 */
function traceLines(): (chunk: string) => void {
  const traces = process.env['GERBANG_TEST_TRACES']
  if (traces === undefined) return () => {}
  const file = createWriteStream(join(traces, `process-${randomUUID()}.log`))
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('{')) file.write(`${line}\n`)
  }
}

/** A signed call over HTTP; undefined where no answer came. */
export async function callProcess(
  url: string,
  path: string,
  body?: object,
  options: CallOptions = {},
): Promise<Answer | undefined> {
  const method = body ? 'POST' : 'GET'
  const bytes = body && Buffer.from(JSON.stringify(body))
  if (bytes) noteSecretsOf(bytes)
  const headers = signedHeaders(method, path, bytes, options)
  return sendToProcess(`${url}${path}`, { method, headers, ...(bytes ? { body: bytes } : {}) })
}

/** Sends what is given as it is; undefined where no answer came. */
export async function sendToProcess(url: string, sent: RequestInit): Promise<Answer | undefined> {
  try {
    return await toAnswer(await fetch(url, sent))
  } catch {
    return undefined
  }
}

/** A call to the control surface. */
export async function controlProcess(url: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: body ? 'POST' : 'GET',
    ...(body
      ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
      : {}),
  })
  return toAnswer(response)
}

export type BookMessage = {
  readonly kind: string
  readonly responseCode: string
  readonly approvalCode: string | null
}

/** What the simulated acquirer received for an invoice. */
export async function messagesOf(url: string, invoice: string): Promise<BookMessage[]> {
  const path = `/sandbox/acquirer/messages?invoiceNumber=${encodeURIComponent(invoice)}`
  return (await controlProcess(url, path)).body.messages
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const headers = Object.fromEntries(response.headers)
  return { status: response.status, text, headers, body: text ? JSON.parse(text) : undefined }
}
