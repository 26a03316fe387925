/** What every page must do that asks a customer for a one-time password, wherever it leads then. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestText, sendRaw } from '../conformance/raw-http.ts'
import type { World } from './world.ts'

export type HostedPages = {
  readonly world: World
  /** Under which path they lie, each with its id. */
  readonly root: string
  /** Begins what the customer is asked about, and gives the path of its page. */
  readonly begin: () => Promise<string>
  readonly wrongPassword: string
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' }

/** A customer's browser: opens pages, submits their form. */
export function pageVisitor({ app: { server } }: World) {
  return {
    open: (path: string, headers: Record<string, string> = {}) =>
      server.inject({ url: path, headers }),
    submit: (path: string, fields: Record<string, string>, headers = {}) =>
      server.inject({
        method: 'POST',
        url: path,
        headers: { ...formType, ...headers },
        payload: new URLSearchParams(fields).toString(),
      }),
  }
}

const strangers = {
  'an unknown one': '0'.repeat(32),
  'an empty one': '',
  'a huge one': 'a'.repeat(8_000),
  'a null byte': '%00',
  markup: '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  SQL: "'%20or%20'1'='1",
  'another path': '..%2F..%2Fdocs',
  'several segments': 'a/b/c',
  'broken UTF-8, escaped twice': '%25ff',
}

export function testHostedPages(pages: HostedPages): void {
  testShell(pages)
  testStrangers(pages)
  testForms(pages)
}

function testShell({ world, root, begin }: HostedPages): void {
  const { open } = pageVisitor(world)

  test('the page has exactly one form, by POST, with the field otp and the button cancel', async () => {
    const { body, statusCode } = await open(await begin())
    assert.equal(statusCode, 200)
    const forms = [...body.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form)
    assert.equal(forms.length, 1)
    const [form = ''] = forms
    assert.match(form, /^<form method="post">/)
    assert.equal(form.match(/name="otp"/g)?.length, 1)
    assert.match(form, /autocomplete="one-time-code"/)
    assert.match(form, /<button type="submit" name="cancel"/)
    assert.match(body, /Gerbang Sandbox Merchant/)
    assert.doesNotMatch(body, /<script|https?:\/\//)
  })

  test('every page is kept from caches, referrers, scripts and other hosts', async () => {
    for (const { headers } of [await open(await begin()), await open(`${root}/unknown`)]) {
      assert.equal(headers['content-type'], 'text/html; charset=utf-8')
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.match(
        String(headers['content-security-policy']),
        /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self' https: http:; base-uri 'none'$/,
      )
    }
  })
}

function testStrangers({ world, root }: HostedPages): void {
  const { open, submit } = pageVisitor(world)
  const { server } = world.app

  for (const [name, id] of Object.entries(strangers)) {
    test(`${name} as a page id leads to the page of what is not found`, async () => {
      const before = world.logLines.length
      for (const { statusCode, body, headers } of [
        await open(`${root}/${id}`),
        await submit(`${root}/${id}`, { otp: '123456' }),
        await submit(`${root}/${id}`, { cancel: 'cancel' }),
      ]) {
        assert.equal(statusCode, 404)
        assert.match(body, /<h1>Page not found<\/h1>/)
        assert.doesNotMatch(body, /<form|<script/)
        assert.equal(headers['cache-control'], 'no-store')
      }
      const errors = world.logLines
        .slice(before)
        .filter((line) => /"level":"(error|fatal)"/.test(line))
      assert.deepEqual(errors, [])
    })
  }

  test('a path that is not valid is still a page for people', async () => {
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.addresses()[0] as { port: number }
    for (const rest of ['%ZZ', '%', '%ED%A0%80', `${'0'.repeat(32)}#top`]) {
      for (const method of ['GET', 'POST']) {
        const path = `${root}/${rest}`
        const answer = await sendRaw(port, requestText(method, path, { 'Accept-Language': 'id' }))
        assert.equal(answer.status, 400, `${method} ${path}`)
        assert.match(answer.headers['content-type'] ?? '', /^text\/html/)
        assert.match(answer.headers['content-security-policy'] ?? '', /default-src 'none'/)
        assert.match(answer.text, /<html lang="id">/)
      }
    }
  })
}

function testForms({ world, begin, wrongPassword }: HostedPages): void {
  const { submit } = pageVisitor(world)
  const { server } = world.app

  test('a form that is too large, or no form, is refused with a page, and counts no try', async () => {
    const path = await begin()
    assert.equal((await submit(path, { otp: '1'.repeat(5_000) })).statusCode, 413)
    const sent = { payload: '{"otp":"123456"}', method: 'POST', url: path } as const
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const answer = await server.inject({ ...sent, headers: { 'content-type': type } })
      assert.equal(answer.statusCode, 415, type)
      assert.match(answer.body, /<h1>That did not work<\/h1>/)
      assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
    }
    assert.match((await submit(path, { otp: wrongPassword })).body, /2 tries left/)
  })

  test('a field that is sent twice, or looks like an object, is a wrong password', async () => {
    const path = await begin()
    for (const [payload, left] of [
      ['otp=123456&otp=123456', /2 tries left/],
      ['otp[]=123456&__proto__[otp]=123456', /1 try left/],
    ] as const) {
      const answer = await server.inject({ method: 'POST', url: path, headers: formType, payload })
      assert.match(answer.body, left)
    }
  })

  test('HEAD tells the same as GET, and counts no try', async () => {
    const path = await begin()
    const head = await server.inject({ method: 'HEAD', url: path })
    assert.deepEqual([head.statusCode, head.body], [200, ''])
    assert.equal(head.headers['cache-control'], 'no-store')
    assert.match((await submit(path, { otp: wrongPassword })).body, /2 tries left/)
  })
}
