/** What a newcomer finds without knowing any path: the root, the reference, the guides. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, type World } from '../harness/world.ts'

const world = await createWorld()

const visit = (url: string, accept?: string, where: World = world) =>
  where.app.server.inject({ url, ...(accept ? { headers: { accept } } : {}) })

test('a browser at the root of a sandbox is led to the reference', async () => {
  const answer = await visit('/', 'text/html,application/xhtml+xml,*/*;q=0.8')
  assert.deepEqual([answer.statusCode, answer.headers.location], [302, 'docs'])
  assert.equal((await visit('/docs', 'text/html')).statusCode, 200)
})

test('a script at the root of a sandbox is told paths that are there', async () => {
  for (const accept of [undefined, '*/*', 'application/json']) {
    const answer = await visit('/', accept)
    assert.equal(answer.statusCode, 200)
    const { name, mode, ...ways } = answer.json()
    assert.deepEqual([name, mode], ['Gerbang', 'sandbox'])
    for (const path of Object.values<string>(ways)) {
      const headers = { host: '127.0.0.1:8080' }
      const there = await world.app.server.inject({ url: path, headers })
      assert.equal(there.statusCode, 200, path)
    }
  }
})

test('in live mode nothing stands at the root', async () => {
  const live = await createWorld({ live: true })
  assert.equal((await visit('/', 'text/html', live)).statusCode, 404)
})

test('every guide is listed and can be read, and nothing else of the disk', async () => {
  const list = await visit('/docs/guides')
  const links = [...list.body.matchAll(/href="(\/docs\/guides\/[^"]+)"/g)].map(
    ([, link = '']) => link,
  )
  assert.ok(links.length >= 4)
  for (const link of links) {
    const guide = await visit(link)
    assert.equal(guide.headers['content-type'], 'text/plain; charset=utf-8')
    assert.match(guide.body, /^# /)
  }
  for (const name of ['x.md', '..%2Foperating%2Frunning.md', '%2e%2e%2f%2e%2e%2fREADME.md']) {
    assert.equal((await visit(`/docs/guides/${name}`)).statusCode, 404)
  }
})
