/** The real program as a child process, called over real HTTP, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { type Answer, type CallOptions, signedHeaders } from './world.ts'

const root = new URL('../../', import.meta.url).pathname

export type GatewayProcess = {
  readonly url: string
  /** Everything that it printed. */
  output(): string
  /** Sends a signal and waits for the end; its exit code, or null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** How a start ended that did not get ready. */
export class NotStarted extends Error {}

/** Starts `main.ts` and waits until it says where it listens. */
export function startProcess(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['packages/gateway/src/main.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  after(() => child.kill('SIGTERM'))
  const traces = process.env['GERBANG_TEST_TRACES']
  const trace = traces && createWriteStream(join(traces, `process-${randomUUID()}.log`))
  let text = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk
      // The welcome shows the published sandbox secret; what is scanned are the log lines.
      if (trace)
        trace.write(
          String(chunk)
            .split('\n')
            .filter((line) => line.startsWith('{'))
            .join('\n'),
        )
      const url = /ready at (http\S+)/.exec(text)?.[1]
      if (url) resolve({ url, output: () => text, end: (signal) => end(child, signal) })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new NotStarted(`exit ${code}: ${text}`)))
  })
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode)
    child.once('exit', (code) => resolve(code))
    child.kill(signal)
  })
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
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: signedHeaders(method, path, bytes, options),
      ...(bytes ? { body: bytes } : {}),
    })
    return await toAnswer(response)
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

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const headers = Object.fromEntries(response.headers)
  return { status: response.status, text, headers, body: text ? JSON.parse(text) : undefined }
}
