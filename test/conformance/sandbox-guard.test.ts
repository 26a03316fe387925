/** Who may call /sandbox (design.md 6): nobody's web page, nobody from outside without the token. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorEnvelope } from '@gerbang/wire/schemas'
import { createWorld, type World } from '../harness/world.ts'
import { assertShape } from './calls.ts'

const world = await createWorld()
await world.app.server.ready()

type Call = {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  headers?: Record<string, string>
  body?: string
}

async function call({ method, path, headers, body }: Call, where: World = world) {
  const answer = await where.app.server.inject({
    method,
    url: path,
    headers: { host: '127.0.0.1:8080', ...headers },
    ...(body === undefined ? {} : { payload: body }),
  })
  if (answer.statusCode >= 400) assertShape(errorEnvelope, answer.json())
  return answer
}

/** Every route of the control surface, from the API's own description. */
function sandboxRoutes(): Call[] {
  return Object.entries(world.app.server.swagger().paths ?? {}).flatMap(([path, operations]) =>
    Object.entries(operations as Record<string, { tags?: string[] }>)
      .filter(([, { tags }]) => tags?.includes('Sandbox'))
      .map(([method]) => ({
        method: method.toUpperCase() as Call['method'],
        path: `${path.replace(/\{[^}]*\}/g, 'x')}?invoiceNumber=x`,
      })),
  )
}
const routes = sandboxRoutes()
const json = { 'content-type': 'application/json' }

test('the list of sandbox routes is not empty', () => assert.ok(routes.length >= 10))

for (const { method, path } of routes) {
  const name = `${method} ${path.split('?')[0]}`

  test(`${name}: a foreign Host is refused, before anything else is read`, async () => {
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example',
      '192.168.1.9',
      'localhost.evil',
      '@',
    ]) {
      const answer = await call({ method, path, headers: { host, ...json }, body: '{' })
      assert.equal(answer.statusCode, 403, `${host}: ${answer.body}`)
      assert.equal(answer.json().error.code, 'FOREIGN_HOST')
    }
  })

  test(`${name}: a page of another Origin is refused`, async () => {
    const origins = [
      'https://evil.example',
      'null',
      'http://127.0.0.1:9999',
      'http://127.0.0.1:8080.evil',
    ]
    for (const origin of origins) {
      const answer = await call({ method, path, headers: { origin, ...json }, body: '{}' })
      assert.deepEqual([answer.statusCode, answer.json().error.code], [403, 'FOREIGN_ORIGIN'])
    }
  })

  if (method === 'GET') continue

  test(`${name}: what an HTML form can send is not read`, async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]
    for (const type of types) {
      const answer = await call({ method, path, headers: { 'content-type': type }, body: '{}' })
      assert.equal(answer.statusCode, 415, answer.body)
    }
  })

  test(`${name}: a broken or hostile body is refused`, async () => {
    for (const body of ['{', '[]', '"x"', '{"__proto__":{"a":1}}', '['.repeat(60_000), '{"x":1']) {
      const answer = await call({ method, path, headers: json, body })
      assert.ok(answer.statusCode < 500, `${body.slice(0, 20)}: ${answer.body}`)
      assert.doesNotMatch(answer.body, /node_modules|\.ts:\d+|FST_/)
    }
  })
}

test('loopback names and the configured ones may call', async () => {
  const configured = await createWorld({
    config: { sandboxHosts: ['gerbang'], publicUrl: 'https://pay.example' },
  })
  const hosts = [
    '127.0.0.1',
    'localhost:8080',
    'LOCALHOST',
    '[::1]:80',
    '127.8.9.1',
    'gerbang:8080',
  ]
  for (const host of [...hosts, 'pay.example']) {
    const get = { method: 'GET', path: '/sandbox/clock', headers: { host } } as const
    assert.equal((await call(get, configured)).statusCode, 200, host)
  }
})

test('a page of the gateway itself may call', async () => {
  const headers = { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }
  assert.equal((await call({ method: 'GET', path: '/sandbox/clock', headers })).statusCode, 200)
})

test('where the gateway does not listen on loopback the printed token is wanted', async () => {
  const guarded = await createWorld({ sandboxToken: 'tok-0123456789' })
  const wrong = [
    '',
    'Bearer',
    'Bearer x',
    'Bearer tok-012345678',
    'tok-0123456789',
    'Basic tok-0123456789',
  ]
  for (const { method, path } of routes) {
    for (const authorization of wrong) {
      const headers = authorization === '' ? {} : { authorization }
      const answer = await call({ method, path, headers }, guarded)
      assert.deepEqual([answer.statusCode, answer.json().error.code], [401, 'TOKEN_REQUIRED'])
    }
  }
  const headers = { authorization: 'Bearer tok-0123456789' }
  const right = await call({ method: 'GET', path: '/sandbox/clock', headers }, guarded)
  assert.equal(right.statusCode, 200)
  assert.ok(!guarded.logLines.some((line) => line.includes('tok-0123456789')))
})

test('in live mode there is no /sandbox, and nothing tells that there could be', async () => {
  const live = await createWorld({ live: true })
  for (const { method, path } of routes) {
    const answer = await call({ method, path, headers: json }, live)
    const elsewhere = await call({ method, path: '/nowhere', headers: json }, live)
    assert.equal(answer.statusCode, 404)
    const told = elsewhere.body.replaceAll('/nowhere', path.split('?')[0] ?? '')
    assert.equal(answer.body, told)
  }
  const { paths } = live.app.server.swagger()
  assert.deepEqual(
    Object.keys(paths ?? {}).filter((path) => path.startsWith('/sandbox')),
    [],
  )
})

test('an unknown setting, merchant or wish is refused and named', async () => {
  const wishes: readonly (readonly [Call['method'], string, object, number])[] = [
    ['PATCH', '/sandbox/merchant', { notificationURL: 'http://x.y' }, 400],
    ['PATCH', '/sandbox/merchant', { notificationUrl: 'ftp://x.y' }, 400],
    ['PATCH', '/sandbox/merchant', { notificationUrl: 'http://' }, 400],
    ['PATCH', '/sandbox/merchant', { threeDSecure: 'maybe' }, 400],
    ['PATCH', '/sandbox/merchant', { threeDSecure: null }, 400],
    ['PATCH', '/sandbox/merchant', { threeDSecure: 'false' }, 400],
    ['PATCH', '/sandbox/merchant', { threeDSecure: 0 }, 400],
    ['PATCH', '/sandbox/merchant', { notificationUrl: 5 }, 400],
    ['PATCH', '/sandbox/merchant', { notificationUrl: ['http://x.y'] }, 400],
    ['PATCH', '/sandbox/merchant?clientID=nobody', { mpi: true }, 400],
    ['GET', '/sandbox/clock?clientId=nobody', {}, 400],
    ['POST', '/sandbox/reset?clientId=nobody', {}, 400],
    ['PATCH', '/sandbox/merchant?clientId=nobody', { mpi: true }, 404],
    ['POST', '/sandbox/clock', {}, 400],
    ['POST', '/sandbox/clock', { advanceMs: -1 }, 400],
    ['POST', '/sandbox/clock', { advanceMs: 1e18 }, 400],
    ['POST', '/sandbox/clock', { advanceMs: null }, 400],
    ['POST', '/sandbox/clock', { advanceMs: '1' }, 400],
    ['POST', '/sandbox/clock', { advanceMs: true }, 400],
    ['POST', '/sandbox/clock', { advanceMs: [1] }, 400],
    ['POST', '/sandbox/acquirer/next', {}, 400],
    ['POST', '/sandbox/acquirer/next', { lose: 'everything' }, 400],
    ['POST', '/sandbox/acquirer/next', { responseCode: '123' }, 400],
    ['POST', '/sandbox/merchants', { nmae: 'x' }, 400],
    ['POST', '/sandbox/merchants', { name: ['x'] }, 400],
    ['POST', '/sandbox/merchants', { name: 'a\0b' }, 400],
  ]
  for (const [method, path, body, status] of wishes) {
    const answer = await call({ method, path, headers: json, body: JSON.stringify(body) })
    assert.equal(answer.statusCode, status, `${path} ${JSON.stringify(body)} → ${answer.body}`)
    assert.ok(answer.json().error.message.length > 0)
  }
})

test('who says JSON of no body wishes for nothing, and gets what needs no wish', async () => {
  const statuses = [
    ['/sandbox/merchants', 201],
    ['/sandbox/reset', 200],
    ['/sandbox/notifications/ntf_unknown/resend', 404],
    ['/sandbox/clock', 400],
  ] as const
  for (const [path, status] of statuses) {
    const answer = await call({ method: 'POST', path, headers: json, body: '' })
    assert.equal(answer.statusCode, status, `${path} → ${answer.body}`)
  }
})

test('null is no body, and wishes for nothing', async () => {
  for (const path of ['/sandbox/merchants', '/sandbox/clock', '/sandbox/acquirer/next']) {
    const answer = await call({ method: 'POST', path, headers: json, body: 'null' })
    assert.equal(answer.statusCode, 400, `${path} → ${answer.body}`)
  }
  assert.equal((await call({ method: 'POST', path: '/sandbox/merchants' })).statusCode, 201)
})

test('what is refused changes no setting', async () => {
  const merchant = { method: 'GET', path: '/sandbox/merchant' } as const
  const before = (await call(merchant)).body
  for (const body of ['{"threeDSecure":null}', '{"notificationUrl":"http://u:p@x.y"}']) {
    await call({ ...merchant, method: 'PATCH', headers: json, body })
  }
  assert.equal((await call(merchant)).body, before)
})

test('a query member that the call does not know is named', async () => {
  const answer = await call({ method: 'GET', path: '/sandbox/merchant?clientid=x' })
  assert.match(answer.json().error.message, /clientid/)
})

test('a URL with a user name or password is refused, and not repeated', async () => {
  for (const name of ['notificationUrl', 'snapTokenUrl', 'snapNotificationUrl']) {
    for (const url of ['http://u:secretpw@127.0.0.1:1/x', 'https://u@x.y/', 'https://:p@x.y/']) {
      const body = JSON.stringify({ [name]: url })
      const answer = await call({ method: 'PATCH', path: '/sandbox/merchant', headers: json, body })
      assert.equal(answer.statusCode, 400)
      assert.match(answer.body, new RegExp(`${name} must hold no user name and no password`))
    }
  }
  assert.ok(!world.logLines.some((line) => line.includes('secretpw')))
})

for (const { method, path } of routes) {
  test(`${method} ${path.split('?')[0]}: a NUL character or half a pair crashes nothing`, async () => {
    const place = path.split('?')[0] ?? ''
    const paths = [
      `${place}?clientId=%00`,
      `${place}?invoiceNumber=a%00b`,
      `${place}?invoiceNumber=x&clientId=%00`,
      `${place}?%00=x`,
      ...(place.includes('/x') ? [place.replace('/x', '/%00')] : []),
    ]
    const bodies = ['{"name":"a\\u0000b"}', '{"\\u0000":1}', '{"name":"\\ud800"}', '{"x":"\0"}']
    const withBody = method === 'GET' ? [] : bodies.map((body) => ({ path: place, body }))
    for (const sent of [...paths.map((it) => ({ path: it })), ...withBody]) {
      const answer = await call({ method, headers: 'body' in sent ? json : {}, ...sent })
      if (place === '/sandbox/reset' && 'body' in sent && answer.statusCode === 200) continue
      assert.ok([400, 404].includes(answer.statusCode), `${JSON.stringify(sent)} → ${answer.body}`)
    }
  })
}

test('nothing of all this crashed: no error was logged', () => {
  const errors = world.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))
  assert.deepEqual(errors, [])
})
