/** Every link between the pages of the project leads somewhere. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const root = new URL('../../', import.meta.url).pathname
const pages = globSync('{*.md,{docs,packages,examples,bench}/**/*.md}', {
  cwd: root,
  exclude: (name) => name === 'node_modules',
})

/** As GitHub makes them of a heading. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').match(/^#+ .+$/gm) ?? []
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('there are pages to look at', () => assert.ok(pages.length > 20))

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, () => {
    const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '')
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? join(root, page) : join(root, dirname(page), path)
      assert.ok(existsSync(target), link)
      if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), link)
    }
  })
}

for (const name of ['settings', 'errors', 'response-codes', 'states']) {
  test(`the list of ${name} can be reached from the README`, () => {
    assert.ok(readFileSync(join(root, 'README.md'), 'utf8').includes(`docs/reference/${name}.md`))
  })
}
