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

const html = 'text/html,application/xhtml+xml,*/*;q=0.8'

/** The addresses that a page links to here, as a browser would open them. */
const linksOf = (page: string, at: string) =>
  [...page.matchAll(/href="([^"]+)"/g)]
    .map(([, href = '']) => new URL(href.replaceAll('&amp;', '&'), `http://127.0.0.1${at}`))
    .filter(({ host }) => host === '127.0.0.1')

test('every document is listed, as a page for browsers and as text for others', async () => {
  const list = await visit('/docs/guides', html)
  assert.match(String(list.headers['content-security-policy']), /^default-src 'none'/)
  const paths = linksOf(list.body, '/docs/guides').map(({ pathname }) => pathname)
  assert.equal(
    paths.find((path) => path.endsWith('.md')),
    '/docs/guides/first-payment.md',
  )
  assert.ok(paths.length >= 30, String(paths.length))
  for (const path of paths.filter((one) => one.endsWith('.md'))) {
    const [text, page] = [await visit(path), await visit(path, html)]
    assert.equal(text.headers['content-type'], 'text/plain; charset=utf-8')
    assert.match(text.body, /^(<!--.*-->\n+)?# /)
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
    assert.deepEqual([text.headers.vary, page.headers.vary], ['Accept', 'Accept'])
    const [, title = ''] = /^# (.+)$/m.exec(text.body) ?? []
    assert.ok(page.body.includes('<h1>') && page.body.includes('</title>'), title)
    assert.doesNotMatch(page.body, /<script|<img/)
  }
})

test('every link of every document leads to something that is there, and to its part of it', async () => {
  const seen = new Map<string, string>()
  const open = async (path: string) => {
    if (!seen.has(path)) {
      const { statusCode, body } = await visit(path, html)
      assert.equal(statusCode, 200, path)
      seen.set(path, body)
      if (path.endsWith('.md') || path === '/docs/guides') await follow(path, body)
    }
    return seen.get(path) ?? ''
  }
  const follow = async (at: string, page: string): Promise<void> => {
    for (const { pathname, hash } of linksOf(page, at)) {
      const there = await open(pathname)
      const id = decodeURIComponent(hash.slice(1))
      if (id !== '') assert.ok(there.includes(`id="${id}"`), `${at} leads to ${pathname}${hash}`)
    }
  }
  await open('/docs/guides')
  assert.ok(seen.size >= 30, String(seen.size))
})

test('nothing else of the disk is served among the documents', async () => {
  for (const path of [
    'guides/x.md',
    'guides/..%2F..%2FREADME.md',
    'guides/%2e%2e%2f%2e%2e%2fREADME.md',
    'reference/openapi.json',
  ]) {
    assert.equal((await visit(`/docs/${path}`, html)).statusCode, 404, path)
  }
})

test('examples name the gateway that shows them', async () => {
  const publicUrl = 'https://pay.example.com'
  const elsewhere = await createWorld({ config: { publicUrl } })
  for (const accept of [undefined, html]) {
    const { body } = await visit('/docs/guides/notifications.md', accept, elsewhere)
    assert.match(body, /https:\/\/pay\.example\.com\/sandbox\/clock/)
    assert.doesNotMatch(body, /127\.0\.0\.1:8080/)
  }
})

test('the AsyncAPI document is served, where a program and where a reader looks for it', async () => {
  for (const path of ['/docs/asyncapi.json', '/docs/reference/asyncapi.json']) {
    const { statusCode, body } = await visit(path)
    assert.equal(statusCode, 200)
    const { asyncapi, channels } = JSON.parse(body)
    assert.equal(asyncapi, '3.0.0')
    assert.equal(channels.payments.address, 'gerbang.payments')
  }
})
