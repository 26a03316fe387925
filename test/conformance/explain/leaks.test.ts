/** Whatever was sent and in which place: nothing that must not be seen is explained, listed or logged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sandboxSnapMerchant, sendSnap, snapNow, snapPaths } from '../../harness/snap.ts'
import {
  type Answer,
  cards,
  chargeBody,
  control,
  createWorld,
  secretKey,
} from '../../harness/world.ts'
import { base64, type Client, clientId, send } from './card-client.ts'
import { explanationOf, logLineOf } from './explained.ts'

const world = await createWorld()
const snapMerchant = await sandboxSnapMerchant(world)
const number = cards.challengeVisa
const groups = number.match(/.{4}/g) ?? []
const cpan = '9360001609987000000'
const status = '/orders/v1/status/'

/** All that there is to be read of a refusal. */
async function seenOf(answer: Answer): Promise<string> {
  const explained = await explanationOf(world, answer)
  const list = await control(world, 'GET', '/sandbox/explain')
  const id = String(answer.headers['gerbang-explain']).split('/').at(-1) ?? ''
  await logLineOf(world, explained.cause)
  return [JSON.stringify(explained), JSON.stringify(list.body), id, world.logLines.join('\n')].join(
    '\n',
  )
}

/** Random ids and signatures hold any four digits now and then. */
const random = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[\w+/]{43}=/gi

async function assertUnseen(answer: Answer, texts: readonly string[]): Promise<void> {
  const seen = (await seenOf(answer)).toLowerCase()
  const made = seen.replaceAll(random, '')
  for (const text of texts) {
    const where = text.length < 8 ? made : seen
    assert.ok(!where.includes(text.toLowerCase()), `${text} in ${where}`)
  }
}

const inGroups = (between: string) => groups.join(between)
for (const [what, written] of [
  ['with dots', inGroups('.')],
  ['with low lines', inGroups('_')],
  ['with plus signs', inGroups('+')],
  ['with slashes', inGroups('/')],
  ['with two dashes', inGroups('--')],
  ['with encoded spaces', inGroups('%20')],
  ['with encoded dashes', inGroups('%2D')],
  ['in encoded digits', [...number].map((digit) => `%3${digit}`).join('')],
  ['behind a date', `20261121${number}`],
  ['behind zeros', `00${number}`],
  ['before its expiry and CVV', `${number}1229739`],
  ['of KKI', cpan],
] as const) {
  test(`a card number ${what} in a path is masked, by the host in front of it too`, async () => {
    const path = `${status}${written}`
    const host = 'https://api.doku.com'
    const client: Client = { method: 'GET', path, signs: () => ({ target: `${host}${path}` }) }
    await assertUnseen(await send(world, client), [written, '9739'])
  })
}

test('the values of a query are not shown', async () => {
  const path = `${status}INV-1?cvv=739&otp=123456&expiry=1229`
  const answer = await send(world, { method: 'GET', path, signs: () => ({ target: path }) })
  await assertUnseen(answer, ['=739', '123456', '=1229'])
})

const pem = snapMerchant.privateKey
const oneLine = pem.replaceAll('\n', '')
const naked = oneLine.replaceAll(/-----[A-Z ]+-----/g, '')

for (const [what, signature, cause] of [
  ['in base64', `HMACSHA256=${Buffer.from(secretKey).toString('base64')}`, 'secret-key-sent'],
  ['in hexadecimal', `HMACSHA256=${Buffer.from(secretKey).toString('hex')}`, 'secret-key-sent'],
  ['in lower case', `HMACSHA256=${secretKey.toLowerCase()}`, 'secret-key-sent'],
  ['with an encoded dash', `HMACSHA256=${secretKey.replace('-', '%2D')}`, 'secret-key-sent'],
  ['as it is', secretKey, 'secret-key-sent'],
] as const) {
  test(`a Secret Key ${what} as the signature is named, and not repeated`, async () => {
    const answer = await send(world, { writes: () => signature })
    const { cause: named, hint } = await explanationOf(world, answer)
    assert.equal(named, cause)
    assert.match(hint, /revoke it/)
    await assertUnseen(answer, [signature.replace('HMACSHA256=', ''), 'GerbangSandbox0001'])
  })
}

for (const [what, key] of [
  ['in one line', oneLine],
  ['without its first and last line', naked],
  ['in base64 once more', Buffer.from(pem).toString('base64')],
] as const) {
  test(`a private key ${what} as X-SIGNATURE is named, and not repeated`, async () => {
    const headers = {
      'Content-Type': 'application/json',
      'X-CLIENT-KEY': snapMerchant.clientId,
      'X-TIMESTAMP': snapNow(),
      'X-SIGNATURE': key,
    }
    const body = { grantType: 'client_credentials' }
    const answer = await sendSnap(world.app.server, snapPaths.b2b, { headers, body })
    assert.equal((await explanationOf(world, answer)).cause, 'private-key-sent')
    await assertUnseen(answer, [key.slice(60, 100), naked.slice(60, 100)])
  })
}

test('what stands in the place of a digest is shown only where it is one', async () => {
  const body = Buffer.from(JSON.stringify(chargeBody({ number })))
  const texts = [body.toString(), body.toString('base64'), secretKey, oneLine.slice(0, 900)]
  for (const instead of texts) {
    const answer = await send(world, {
      path: '/credit-card/charge',
      body,
      headers: { Digest: instead },
      signs: () => ({ digest: instead }),
    })
    assert.match((await explanationOf(world, answer)).cause, /^digest-/)
    await assertUnseen(answer, [instead, number])
  }
})

test('a key in a path is masked, however it is written', async () => {
  const writings = [
    secretKey.replace('-', '%2D'),
    secretKey.toLowerCase(),
    Buffer.from(secretKey).toString('base64'),
    'sk-another-environment',
  ]
  for (const written of writings) {
    const path = `${status}${written}`
    const answer = await send(world, { method: 'GET', path, key: 'SK-WrongWrongWrong' })
    await assertUnseen(answer, [written])
  }
})

for (const id of [number, cpan, secretKey, inGroups(' ')]) {
  test(`a Request-Id ${id.slice(0, 4)}… of ${id.length} characters is kept and logged under another`, async () => {
    const client = { signs: () => ({ requestId: id }), headers: { 'Request-Id': id } }
    const answer = await send(world, { ...client, key: 'SK-WrongWrongWrong' })
    assert.match(String(answer.headers['gerbang-explain']), /\/no-id-[0-9a-f]{20}$/)
    await assertUnseen(answer, [id])
    const rows = await world.database`select request_id from sandbox.explanations`
    assert.ok(!JSON.stringify(rows).includes(id))
  })
}

test('a Request-Id of digits or a UUID is its own, and shown', async () => {
  const uuid = '19f6dbe3-7259-4865-9631-66500f693db6'
  for (const id of [uuid, '2026112114300000001', '41807553358950093184162180797837']) {
    const client = { signs: () => ({ requestId: id }), headers: { 'Request-Id': id } }
    const answer = await send(world, { ...client, key: 'SK-WrongWrongWrong' })
    assert.ok(String(answer.headers['gerbang-explain']).endsWith(`/${id}`))
    const { expected } = await explanationOf(world, answer)
    assert.ok(expected.stringToSign.includes(`\nRequest-Id:${id}\n`))
  }
})

test('a Request-Id that a client of HTTP takes for a path leads to its explanation', async () => {
  for (const id of ['.', '..']) {
    const headers = { 'Request-Id': id }
    const answer = await send(world, { headers, key: 'SK-WrongWrongWrong' })
    assert.match(String(answer.headers['gerbang-explain']), /\/no-id-[0-9a-f]{20}$/)
  }
})

test('only the client ids of merchants that there are pass for one', async () => {
  const shaped = `AB-${number.slice(0, 4)}-${number.slice(4)}00`
  const answer = await send(world, { clientId: shaped })
  assert.equal((await explanationOf(world, answer)).cause, 'client-of-other-environment')
  await assertUnseen(answer, [shaped, number.slice(4)])
  const usual = await explanationOf(world, await send(world, { writes: () => 'none' }))
  assert.ok(usual.expected.stringToSign.startsWith(`Client-Id:${clientId}\n`))
})

test('a CPAN as a timestamp or an X-EXTERNAL-ID is masked', async () => {
  await assertUnseen(await send(world, { timestamp: cpan }), [cpan])
  const headers = {
    'Content-Type': 'application/json',
    'X-PARTNER-ID': snapMerchant.clientId,
    'X-EXTERNAL-ID': cpan,
    'X-TIMESTAMP': cpan,
    'X-SIGNATURE': base64(Buffer.alloc(64, 200)),
    Authorization: 'Bearer none',
  }
  const answer = await sendSnap(world.app.server, '/orders/v1.0/debit/status', {
    headers,
    body: {},
  })
  await assertUnseen(answer, [cpan])
})

test('the log names the place that the explanation names', async () => {
  const path = `${status}${number}`
  const target = `https://api.doku.com${path}`
  const answer = await send(world, { method: 'GET', path, signs: () => ({ target }) })
  const { firstDifference } = await explanationOf(world, answer)
  const line = await logLineOf(world, answer.requestId)
  const place = `${firstDifference?.in}, after ${firstDifference?.position} characters`
  assert.ok(String(line['firstDifference']).startsWith(place), String(line['firstDifference']))
})
