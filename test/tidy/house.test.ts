/** Rules of the house that no linter knows (ARCHITECTURE.md, CONTRIBUTING.md). */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../', import.meta.url).pathname

// Not by git: the tests also run where the sources came without it.
const files = globSync('{packages,examples,test,bench,scripts}/**/*.{ts,mjs,sql}', {
  cwd: root,
  exclude: (name) => name === 'node_modules',
}).map((name) => ({ name, isSource: /^(packages|examples)\/.*\.ts$/.test(name) }))
const read = (name: string) => readFileSync(`${root}${name}`, 'utf8')
const product = files.filter(({ name, isSource }) => isSource && !name.endsWith('.test.ts'))

const offenders = (pattern: RegExp, names: readonly string[]) =>
  names.filter((name) => pattern.test(read(name)))

test('there is a house to look at', () => {
  assert.ok(product.length > 50)
})

test('only config.ts and the process itself read the environment of the gateway', () => {
  const gateway = product.map(({ name }) => name).filter((name) => name.includes('gateway/src/'))
  const allowed = ['packages/gateway/src/main.ts']
  const found = offenders(/process\.env/, gateway).filter((name) => !allowed.includes(name))
  // config.ts names it in its opening comment and is handed the values.
  assert.deepEqual(found, ['packages/gateway/src/config.ts'])
})

test('SQL is written in stores and in platform/database only', () => {
  const elsewhere = product
    .map(({ name }) => name)
    .filter((name) => !/\.store\.ts$|platform\/database\//.test(name))
  assert.deepEqual(
    offenders(
      /\b(select|insert into|update|delete from) \w+[\s\S]{0,200}\b(from|values|set|where)\b.*`/,
      elsewhere,
    ),
    [],
  )
})

test('no file is longer than 400 lines and no folder of source has more than 15 files', () => {
  const long = product.filter(({ name }) => read(name).split('\n').length > 400)
  assert.deepEqual(long, [])
  const folders = new Map<string, number>()
  for (const { name } of product) {
    const folder = name.slice(0, name.lastIndexOf('/'))
    folders.set(folder, (folders.get(folder) ?? 0) + 1)
  }
  assert.deepEqual(
    [...folders].filter(([, count]) => count > 15),
    [],
  )
})

test('names say what a thing is', () => {
  const vague = /(^|[/-])(utils?|helpers?|common|manager|processor|handler|impl|base|misc)[.\-/]/
  assert.deepEqual(
    product.filter(({ name }) => vague.test(name)),
    [],
  )
})

test('nothing is left to do in a comment', () => {
  const names = files.map(({ name }) => name)
  const self = 'test/tidy/house.test.ts'
  assert.deepEqual(
    offenders(
      /\b(TODO|FIXME|XXX|HACK)\b/,
      names.filter((name) => name !== self),
    ),
    [],
  )
})

test('the lock file names no registry', () => {
  const resolved = read('package-lock.json').match(/"resolved": "http[^"]*"/g)
  assert.equal(resolved, null)
})
