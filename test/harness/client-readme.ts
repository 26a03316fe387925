/** Runs what the client's README shows, as it stands there, against a gateway that listens. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'

const packageRoot = new URL('../../packages/client/', import.meta.url)
const readme = readFileSync(new URL('README.md', packageRoot), 'utf8')

export const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)

/** Runs the snippet that shows something, and gives what it exports and printed. */
export function snippetRunner(gatewayUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-readme-'))
  after(() => rmSync(folder, { recursive: true }))
  return async (t: TestContext, shows: string, change = (code: string) => code) => {
    const found = snippets.filter((snippet) => snippet.includes(shows))
    assert.equal(found.length, 1, `one snippet shows ${shows}`)
    const code = change(found[0] ?? '')
      .replaceAll(`'@gerbang/client'`, `'${new URL('src/index.ts', packageRoot).href}'`)
      .replaceAll(`'@gerbang/client/testing'`, `'${new URL('src/testing.ts', packageRoot).href}'`)
      .replaceAll('http://127.0.0.1:8080', gatewayUrl)
    const file = join(folder, `${snippets.indexOf(found[0] ?? '')}.ts`)
    writeFileSync(file, code)
    const printed: string[] = []
    t.mock.method(console, 'log', (...words: unknown[]) => printed.push(words.join(' ')))
    return { exports: await import(pathToFileURL(file).href), printed }
  }
}

/** Runs the snippet whose server listens on a port, on a port of its own, and gives where that is. */
export async function runServer(
  t: TestContext,
  run: ReturnType<typeof snippetRunner>,
  port: number,
) {
  const { exports, printed } = await run(t, `.listen(${port})`, (code) =>
    code
      .replace('createServer(async', 'export const server = createServer(async')
      .replace(`.listen(${port})`, `.listen(0, '127.0.0.1')`),
  )
  const server: Server = exports.server
  t.after(() => server.close())
  if (!server.listening) await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, printed }
}

type Send = () => Promise<Response>

/** What can become of a request on its way; the snippets about lost answers must bear each. */
export const lines = {
  'that is answered is believed': (send: Send) => send(),
  'whose answer is lost is asked for': async (send: Send) => {
    await send()
    throw new TypeError('fetch failed')
  },
  'that never arrives is sent again': () => Promise.reject(new TypeError('fetch failed')),
}

/** The first of the requests that are meant goes over that line; all others arrive and are answered. */
export function firstOver(
  line: (send: Send) => Promise<Response>,
  isMeant: (path: string) => boolean = () => true,
): typeof fetch {
  let isFirst = true
  return (...request) => {
    if (!isFirst || !isMeant(String(request[0]))) return fetch(...request)
    isFirst = false
    return line(() => fetch(...request))
  }
}
