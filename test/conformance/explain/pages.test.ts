/** An explanation as a page, for who opens the address of the header in a browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { checkBody, control, createWorld, paths, post } from '../../harness/world.ts'

const world = await createWorld()
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const open = (path: string) => world.app.server.inject({ url: path, headers: browser })
const wrong = { secretKey: 'SK-WrongWrongWrong' }

async function refused(options: Parameters<typeof post>[3]) {
  const answer = await post(world, paths.check, checkBody(), options)
  assert.equal(answer.status, 400)
  return new URL(String(answer.headers['gerbang-explain'])).pathname
}

test('a browser is told by a page, a script by JSON', async () => {
  const path = await refused(wrong)
  const { statusCode, headers, body } = await open(path)
  assert.equal(statusCode, 200)
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(headers['cache-control'], 'no-store')
  assert.match(String(headers['content-security-policy']), /^default-src 'none'/)
  assert.match(body, /<strong>wrong-secret<\/strong>/)
  assert.match(body, /Client-Id:MCH-0001-10791114622547⏎\nRequest-Id:/)
  assert.doesNotMatch(body, /<script|<mark>/)
  assert.equal((await control(world, 'GET', path)).body.cause, 'wrong-secret')
})

test('what is first different is marked, where both texts are known', async () => {
  const at = (offsetMs: number) => formatTimestamp(new Date(Date.now() + offsetMs))
  const [signed, sent] = [at(0), at(5_000)]
  const path = await refused({ timestamp: signed, headers: { 'Request-Timestamp': sent } })
  const { body } = await open(path)
  assert.match(body, /<strong>timestamp-differs<\/strong>/)
  assert.match(body, /<dd>Request-Timestamp, after \d+ characters of the text<\/dd>/)
  const texts = [...body.matchAll(/<pre>(Client-Id:M[\s\S]*?)<\/pre>/g)].map(
    ([, text = '']) => text,
  )
  const timestamps = texts.map(
    (text) => /Request-Timestamp:(\S+)⏎/.exec(text.replaceAll(/<\/?mark>/g, ''))?.[1],
  )
  // What differs alone, not what is alike again behind it.
  for (const text of texts) assert.match(text, /<mark>[\d:]{1,8}<\/mark>[\d:]*Z⏎/)
  assert.deepEqual(timestamps, [sent, signed])
})

test('markup in what was sent is shown as text', async () => {
  const id = '"><script>alert(1)</script>'
  const path = await refused({ ...wrong, requestId: id })
  for (const page of [path, '/sandbox/explain']) {
    const { body } = await open(page)
    assert.match(body, /&quot;&gt;&lt;script&gt;alert\(1\)/)
    assert.doesNotMatch(body, /<script/)
  }
})

test('the list leads to each, and what is not known is said on a page', async () => {
  const path = await refused({ ...wrong, requestId: 'a/b?c#d' })
  const list = await open('/sandbox/explain')
  assert.equal(list.statusCode, 200)
  assert.match(list.body, /<a href="explain\/a%2Fb%3Fc%23d">a\/b\?c#d<\/a>/)
  const missing = await open('/sandbox/explain/nobody')
  assert.equal(missing.statusCode, 404)
  assert.match(missing.body, /the last refusal is a\/b\?c#d/)
  await control(world, 'POST', '/sandbox/reset')
  assert.match((await open('/sandbox/explain')).body, /No request was refused yet/)
  assert.equal((await open(path)).statusCode, 404)
})

test('in live mode there is no page', async () => {
  const live = await createWorld({ live: true })
  const { statusCode, body } = await live.app.server.inject({
    url: '/sandbox/explain',
    headers: browser,
  })
  assert.equal(statusCode, 404)
  assert.doesNotMatch(body, /<html/)
})
