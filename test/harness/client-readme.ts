/** Runs what the client's README shows, as it stands there, against a gateway that listens. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
