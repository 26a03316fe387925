import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestText, sendRaw } from '../../../../../test/conformance/raw-http.ts'
import { sendKkiPayment } from '../../../../../test/harness/kki-payments.ts'
import { control, createWorld, type World } from '../../../../../test/harness/world.ts'
import { money, rupiah } from '../../primitives/money.ts'
import { issuerAppPath } from './issuer-app.ts'

const world = await createWorld()
const ownHost = { host: '127.0.0.1:8080' }

type Headers = Record<string, string>

const open = (path = issuerAppPath, headers: Headers = {}, where: World = world) =>
  where.app.server.inject({ url: path, headers: { ...ownHost, ...headers } })

const pathOf = (referenceNo: string) => `${issuerAppPath}/${referenceNo}`

const decide = (referenceNo: string, payload: string, headers: Headers = {}, where = world) =>
  where.app.server.inject({
    method: 'POST',
    url: pathOf(referenceNo),
    headers: {
      ...ownHost,
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    payload,
  })

const stateOf = async (referenceNo: string) =>
  (await world.kkiSimulator.findPayment(referenceNo))?.state

const formsOf = (body: string) =>
  [...body.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form)

test('where nothing waits the list says so, and looks again by itself', async () => {
  const { statusCode, body, headers } = await open()
  assert.equal(statusCode, 200)
  assert.match(body, /No payment waits/)
  assert.deepEqual(formsOf(body), [])
  assert.equal(headers['refresh'], '5')
})

test('the list shows each payment that waits, the newest first, with a form of its own', async () => {
  const older = await sendKkiPayment(world, { partnerReferenceNo: 'INV-OLDER' })
  const amount = money(1_234_567_900_250n, 'IDR')
  const newer = await sendKkiPayment(world, { partnerReferenceNo: 'INV-NEWER', amount })
  await sendKkiPayment(world, { partnerReferenceNo: 'INV-PAID', amount: rupiah(90_000n) })
  const { body } = await open()
  const forms = formsOf(body)
  assert.deepEqual(
    forms.map((form) => /action="(.*?)"/.exec(form)?.[1]),
    [`issuer-app/${newer.referenceNo}`, `issuer-app/${older.referenceNo}`],
  )
  for (const form of forms) {
    assert.match(form, /^<form method="post"/)
    assert.match(form, /name="decision" value="approve"[\s\S]*name="decision" value="decline"/)
  }
  assert.ok(body.indexOf('INV-NEWER') < body.indexOf('INV-OLDER'))
  assert.doesNotMatch(body, /INV-PAID|<script|https?:\/\/|9360001609987000000/)
  assert.match(body, /Gerbang Sandbox Merchant/)
  assert.match(body, /Rp 12\.345\.679\.002,50/)
  assert.match(body, /Rp 1\.259\.002</)
  assert.match(body, /936000\*{6}0000/)
  assert.match(body, /<dt>Time left<\/dt><dd>(5:00|4:5\d)<\/dd>/)
})

for (const [decision, state, title] of [
  ['approve', 'approved', 'Payment approved'],
  ['decline', 'declined', 'Payment declined'],
] as const) {
  test(`a payment is ${state} by its form, and its page then says so`, async () => {
    const { command, referenceNo } = await sendKkiPayment(world)
    const before = await open(pathOf(referenceNo))
    assert.match(before.body, /<h1>Confirm this payment\?<\/h1>/)
    assert.equal(before.headers['refresh'], '5')
    assert.equal(formsOf(before.body).length, 1)
    const answer = await decide(referenceNo, `decision=${decision}`)
    assert.deepEqual([answer.statusCode, answer.headers.location], [303, `./${referenceNo}`])
    const after = await open(pathOf(referenceNo))
    assert.match(after.body, new RegExp(`<h1>${title}</h1>`))
    assert.deepEqual(formsOf(after.body), [])
    assert.equal(after.headers['refresh'], undefined)
    const { kind } = await world.kkiSimulator.kkiSwitch.pay(command, AbortSignal.timeout(5_000))
    assert.equal(kind, state === 'approved' ? 'approved' : 'refused')
    assert.doesNotMatch((await open()).body, new RegExp(referenceNo))
  })
}

test('the first decision stands, and who decides again is shown it', async () => {
  const { referenceNo } = await sendKkiPayment(world)
  await decide(referenceNo, 'decision=decline')
  const again = await decide(referenceNo, 'decision=approve')
  assert.deepEqual([again.statusCode, again.headers.location], [303, `./${referenceNo}`])
  assert.match((await open(pathOf(referenceNo))).body, /Payment declined/)
})

test('decisions that come at once leave one', async () => {
  const { referenceNo } = await sendKkiPayment(world)
  const decisions = ['approve', 'decline', 'approve', 'decline']
  const answers = await Promise.all(decisions.map((it) => decide(referenceNo, `decision=${it}`)))
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [303, 303, 303, 303],
  )
  assert.match(String(await stateOf(referenceNo)), /^(approved|declined)$/)
})

test('what is no decision decides nothing', async () => {
  const { referenceNo } = await sendKkiPayment(world)
  for (const [payload, status] of [
    ['', 400],
    ['decision=', 400],
    ['decision=Approve', 400],
    ['decision=approve&decision=approve', 400],
    ['decision[]=approve', 400],
    ['approve=true', 400],
    [`decision=${'a'.repeat(5_000)}`, 413],
  ] as const) {
    const answer = await decide(referenceNo, payload)
    assert.equal(answer.statusCode, status, payload)
    assert.match(answer.body, /<h1>That did not work<\/h1>/)
  }
  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
    const answer = await decide(referenceNo, '{"decision":"approve"}', { 'content-type': type })
    assert.equal(answer.statusCode, 415, type)
  }
  assert.equal((await open(`${pathOf(referenceNo)}?decision=approve`)).statusCode, 200)
  assert.equal(await stateOf(referenceNo), 'waiting')
})

test('a payment that was paid at once, refused or taken back is shown as it stands', async () => {
  const paid = await sendKkiPayment(world, { amount: rupiah(90_000n) })
  assert.match((await open(pathOf(paid.referenceNo))).body, /Payment approved/)
  const refused = await sendKkiPayment(world, { amount: rupiah(9_051n) })
  assert.match((await open(pathOf(refused.referenceNo))).body, /Payment declined/)
  const { command, referenceNo } = await sendKkiPayment(world)
  const { kkiSwitch } = world.kkiSimulator
  await kkiSwitch.reverse(
    { ...command, original: { ...command, kind: 'pay' } },
    AbortSignal.timeout(5_000),
  )
  assert.match((await open(pathOf(referenceNo))).body, /Payment taken back/)
  assert.doesNotMatch((await open()).body, new RegExp(referenceNo))
})

const strangers = {
  'an unknown number': 'ref_unknown',
  'an empty one': '',
  'a huge one': 'a'.repeat(8_000),
  'a null byte': '%00',
  markup: '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  SQL: "'%20or%20'1'='1",
  'another path': '..%2F..%2Fdocs',
  'several segments': 'a/b/c',
}
for (const [name, number] of Object.entries(strangers)) {
  test(`${name} leads to the page of what is not found`, async () => {
    for (const answer of [await open(pathOf(number)), await decide(number, 'decision=approve')]) {
      assert.equal(answer.statusCode, 404)
      assert.match(answer.body, /<h1>Payment not found<\/h1>/)
      assert.doesNotMatch(answer.body, /<form|<script/)
    }
  })
}

test('a merchant and a number that are markup are shown as text', async () => {
  const name = `<img src=x onerror=alert(2)>"'&amp;`
  const { body: merchant } = await control(world, 'POST', '/sandbox/merchants', { name })
  const { referenceNo } = await sendKkiPayment(world, {
    subMerchantId: merchant.clientId,
    partnerReferenceNo: '"><script>alert(1)</script>',
  })
  for (const { body } of [await open(), await open(pathOf(referenceNo))]) {
    assert.doesNotMatch(body, /<script|<img/)
    assert.match(body, /<dd>&lt;img src=x onerror=alert\(2\)&gt;&quot;&#39;&amp;amp;</)
    assert.match(body, /<dd>&quot;&gt;&lt;script&gt;/)
  }
})

test('the pages speak Indonesian to those who ask for it first', async () => {
  const { referenceNo } = await sendKkiPayment(world)
  const indonesian = { 'accept-language': 'id-ID,id;q=0.9,en;q=0.8' }
  assert.match((await open(issuerAppPath, indonesian)).body, /<html lang="id">[\s\S]*Setujui/)
  await decide(referenceNo, 'decision=approve', indonesian)
  const { body } = await open(pathOf(referenceNo), indonesian)
  assert.match(body, /<h1>Pembayaran disetujui<\/h1>/)
})

test('every page is kept from caches, frames, scripts and other hosts', async () => {
  const { referenceNo } = await sendKkiPayment(world)
  for (const answer of [
    await open(),
    await open(pathOf(referenceNo)),
    await open(pathOf('ref_unknown')),
    await open(issuerAppPath, { host: 'evil.example' }),
    await decide(referenceNo, ''),
  ]) {
    const { headers } = answer
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    )
  }
})

test('a foreign Host or a page of another Origin sees and decides nothing', async () => {
  const { referenceNo } = await sendKkiPayment(world)
  const foreign: readonly Headers[] = [
    ...['evil.example', '127.0.0.1.evil.example', '192.168.1.9', '@'].map((host) => ({ host })),
    ...['https://evil.example', 'null', 'http://127.0.0.1:9999'].map((origin) => ({ origin })),
  ]
  for (const headers of foreign) {
    for (const answer of [
      await open(issuerAppPath, headers),
      await open(pathOf(referenceNo), headers),
      await decide(referenceNo, 'decision=approve', headers),
    ]) {
      assert.equal(answer.statusCode, 403, JSON.stringify(headers))
      assert.match(answer.body, /<h1>Not (under this host name|from this page)<\/h1>/)
      assert.doesNotMatch(answer.body, new RegExp(`<form|${referenceNo}`))
    }
  }
  assert.equal(await stateOf(referenceNo), 'waiting')
  const own = { origin: 'http://127.0.0.1:8080' }
  assert.equal((await decide(referenceNo, 'decision=approve', own)).statusCode, 303)
})

test('where a token is wanted, it is taken from the address once and kept in a cookie', async () => {
  const token = 'tok-0123456789&#%;'
  const guarded = await createWorld({ sandboxToken: token })
  const { referenceNo } = await sendKkiPayment(guarded)
  const withToken = (path: string, given: string) =>
    open(`${path}?token=${encodeURIComponent(given)}`, {}, guarded)
  for (const answer of [
    await open(issuerAppPath, {}, guarded),
    await open(pathOf(referenceNo), {}, guarded),
    await open(issuerAppPath, { cookie: 'gerbang_issuer_app=x' }, guarded),
    await open(issuerAppPath, { cookie: `gerbang_issuer_app=${token}` }, guarded),
    await withToken(issuerAppPath, 'tok-wrong'),
    await open(`${issuerAppPath}?token=a&token=b`, {}, guarded),
    await decide(referenceNo, 'decision=approve', {}, guarded),
  ]) {
    assert.equal(answer.statusCode, 401)
    assert.match(answer.body, /<h1>Token wanted<\/h1>/)
    assert.equal(answer.headers['set-cookie'], undefined)
  }
  assert.equal((await guarded.kkiSimulator.findPayment(referenceNo))?.state, 'waiting')

  const taken = await withToken(issuerAppPath, token)
  assert.equal(taken.headers['refresh'], '0; url=./issuer-app')
  const ofPayment = await withToken(pathOf(referenceNo), token)
  assert.equal(ofPayment.headers['refresh'], `0; url=./${referenceNo}`)
  const [cookie = '', ...attributes] = String(taken.headers['set-cookie']).split('; ')
  assert.deepEqual(attributes, ['Path=/issuer-app', 'HttpOnly', 'SameSite=Strict'])
  assert.doesNotMatch(`${cookie}${taken.body}`, /tok-0123456789/)
  const headers = { cookie: `other=1; ${cookie}; more=2` }
  assert.match((await open(issuerAppPath, headers, guarded)).body, new RegExp(referenceNo))
  const decided = await decide(referenceNo, 'decision=approve', headers, guarded)
  assert.equal(decided.statusCode, 303)
  const foreign = { ...headers, origin: 'https://evil.example' }
  assert.equal((await decide(referenceNo, 'decision=approve', foreign, guarded)).statusCode, 403)
  assert.ok(!guarded.logLines.some((line) => line.includes('tok-0123456789')))
})

test('behind a proxy the cookie is of the path there, and of https', async () => {
  const proxied = await createWorld({
    sandboxToken: 'tok-0123456789',
    config: { publicUrl: 'https://pay.example/gerbang' },
  })
  const path = `${issuerAppPath}?token=tok-0123456789`
  const answer = await open(path, { host: 'pay.example' }, proxied)
  assert.match(
    String(answer.headers['set-cookie']),
    /; Path=\/gerbang\/issuer-app; HttpOnly; SameSite=Strict; Secure$/,
  )
})

test('in live mode there is no issuer app, and nothing tells that there could be', async () => {
  const live = await createWorld({ live: true })
  for (const path of [issuerAppPath, pathOf('ref_x')]) {
    for (const method of ['GET', 'POST'] as const) {
      const at = (url: string) => live.app.server.inject({ method, url, headers: ownHost })
      const [answer, elsewhere] = [await at(path), await at('/nowhere')]
      assert.equal(answer.statusCode, 404)
      assert.equal(answer.body, elsewhere.body.replaceAll('/nowhere', path))
    }
  }
})

test('a path that is not valid is still a page for people', async () => {
  const { server } = world.app
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.addresses()[0] as { port: number }
  for (const rest of ['%ZZ', '%', 'ref_x#top']) {
    for (const method of ['GET', 'POST']) {
      const answer = await sendRaw(port, requestText(method, pathOf(rest), {}))
      assert.equal(answer.status, 400, `${method} ${rest}`)
      assert.match(answer.headers['content-type'] ?? '', /^text\/html/)
    }
  }
})

test('whoever waits too long finds that it is too late', async () => {
  const { referenceNo } = await sendKkiPayment(world)
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 300_000 })
  const late = await decide(referenceNo, 'decision=approve')
  assert.equal(late.statusCode, 303)
  const { body, headers } = await open(pathOf(referenceNo))
  assert.match(body, /<h1>Too late<\/h1>/)
  assert.equal(headers['refresh'], undefined)
  assert.match((await open()).body, /No payment waits/)
})

test('the list has no more payments than a screen can show', async () => {
  const sent = await Promise.all(Array.from({ length: 53 }, () => sendKkiPayment(world)))
  assert.equal(formsOf((await open()).body).length, 50)
  assert.equal(sent.length, 53)
})

test('nothing of all this crashed: no error was logged', () => {
  const errors = world.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))
  assert.deepEqual(errors, [])
})
