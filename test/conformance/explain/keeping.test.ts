/** What is kept of explanations, for how long, what stands in none of them, and live mode. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { digestOf, formatTimestamp, sign } from '@gerbang/wire'
import {
  cards,
  chargeBody,
  checkBody,
  control,
  createWorld,
  get,
  noteSecretsOf,
  paths,
  post,
  secretKey,
} from '../../harness/world.ts'
import { explanationOf, logLineOf } from './explained.ts'

const world = await createWorld()
const wrong = { secretKey: 'SK-WrongWrongWrong' }
const skewed = { timestamp: '2020-01-01T00:00:00Z' }

beforeEach(async () => {
  await control(world, 'POST', '/sandbox/reset')
})

const listed = async () => (await control(world, 'GET', '/sandbox/explain')).body.explanations

test('of a Request-Id the last refusal is explained', async () => {
  const requestId = randomUUID()
  const first = await post(world, paths.check, checkBody(), { ...skewed, requestId })
  await post(world, paths.check, checkBody(), { ...wrong, requestId: 'another' })
  await post(world, paths.check, checkBody(), { ...wrong, requestId })
  assert.equal((await explanationOf(world, first)).cause, 'wrong-secret')
  const list = await listed()
  assert.deepEqual(
    list.map(({ id, cause }: { id: string; cause: string }) => [id, cause]),
    [
      [requestId, 'wrong-secret'],
      ['another', 'wrong-secret'],
    ],
  )
  assert.match(list[0].at, /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/)
})

test('a Request-Id of any characters leads to its explanation', async () => {
  for (const requestId of ['a/b?c=%2F&d#e', ' %', '"><script>', '+', 'x'.repeat(128)]) {
    const answer = await post(world, paths.check, checkBody(), { ...wrong, requestId })
    assert.equal((await explanationOf(world, answer)).cause, 'wrong-secret', requestId)
  }
})

test('a request without a usable Request-Id is explained under an id that its answer names', async () => {
  for (const requestId of [undefined, 'x'.repeat(129), 'caf\u00e9']) {
    const headers = { 'Request-Id': requestId }
    const answer = await post(world, paths.check, checkBody(), { headers })
    assert.equal(answer.status, 400)
    assert.match(String(answer.headers['gerbang-explain']), /\/no-id-[0-9a-f]{20}$/)
    assert.match((await explanationOf(world, answer)).cause, /^(missing-header|header-)/)
  }
})

test('an id that was not refused is not found, and it is said which one was', async () => {
  const none = await control(world, 'GET', '/sandbox/explain/nobody')
  assert.deepEqual([none.status, none.body.error.code], [404, 'NOT_FOUND'])
  assert.match(none.body.error.message, /none was refused yet/)
  const requestId = randomUUID()
  await post(world, paths.check, checkBody(), { ...wrong, requestId })
  const other = await control(world, 'GET', '/sandbox/explain/nobody')
  assert.match(other.body.error.message, new RegExp(`the last refusal is ${requestId}`))
})

test('a reset empties the explanations', async () => {
  const answer = await post(world, paths.check, checkBody(), wrong)
  await explanationOf(world, answer)
  await control(world, 'POST', '/sandbox/reset')
  assert.deepEqual(await listed(), [])
})

test('the newest thousand are kept', async () => {
  await world.database`
    insert into sandbox.explanations (request_id, cause, refused_at, sealed_explanation)
    select 'old-' || i, 'clock-skew', to_timestamp(0), '\\x01' from generate_series(1, 1000) as i`
  for (const requestId of ['new-1', 'new-2']) {
    await post(world, paths.check, checkBody(), { ...wrong, requestId })
  }
  const rows = await world.database<{ requestId: string }[]>`
    select request_id as "requestId" from sandbox.explanations order by explanation_number desc`
  assert.equal(rows.length, 1_000)
  assert.deepEqual(
    [rows[0], rows[1], rows[999]].map((row) => row?.requestId),
    ['new-2', 'new-1', 'old-3'],
  )
  assert.equal((await listed()).length, 20)
})

test('of a body that held a card no digest stands in a table or a log', async () => {
  const body = chargeBody({ number: cards.challenge })
  const bytes = Buffer.from(JSON.stringify(body))
  noteSecretsOf(bytes)
  const requestId = randomUUID()
  const wrongDigest = { requestId, secretKey, signedPath: paths.check }
  const answer = await post(world, paths.charge, body, wrongDigest)
  const explained = await explanationOf(world, answer)
  const digest = digestOf(bytes)
  assert.ok(explained.expected.stringToSign.endsWith(`Digest:${digest}`), 'shown to who asks')
  const [row] = await world.database<{ json: string; sealed: Buffer }[]>`
    select to_jsonb(e)::text as json, sealed_explanation as sealed from sandbox.explanations e`
  assert.ok(row && !row.json.includes(digest) && !row.sealed.includes(digest))
  const line = await logLineOf(world, requestId)
  assert.equal(line['cause'], 'wrong-path')
  assert.match(String(line['firstDifference']), /^Request-Target, after \d+ characters: /)
  assert.ok(!world.logLines.join('').includes(digest.slice(0, 12)))
})

test('where only a digest differs, the log says that it does and not which', async () => {
  const requestId = randomUUID()
  const body = JSON.stringify(checkBody())
  const parts = {
    clientId: 'MCH-0001-10791114622547',
    requestId,
    timestamp: formatTimestamp(new Date()),
    requestTarget: paths.check,
    digest: digestOf(`${body}\n`),
  }
  const headers = { Signature: sign('request', parts, secretKey) }
  await post(world, paths.check, body, { requestId, timestamp: parts.timestamp, headers })
  const line = await logLineOf(world, requestId)
  assert.equal(line['cause'], 'digest-of-other-ends')
  assert.match(String(line['firstDifference']), /^Digest, after \d+ characters$/)
})

test('a card number, a secret key or a token that was sent in a wrong place is shown nowhere', async () => {
  const number = cards.challengeVisa
  const answer = await get(world, `/orders/v1/status/${number}`, { ...wrong })
  const explained = await explanationOf(world, answer)
  assert.ok(!JSON.stringify(explained).includes(number))
  assert.match(
    explained.expected.stringToSign,
    /Request-Target:\/orders\/v1\/status\/476134\*{6}0039$/,
  )

  const sent = { headers: { Signature: `HMACSHA256=${secretKey}` } }
  const second = await explanationOf(world, await post(world, paths.check, checkBody(), sent))
  assert.equal(second.cause, 'secret-key-sent')
  assert.ok(!JSON.stringify(second).includes(secretKey))
})

test('a refusal goes out as it is where it cannot be explained', async () => {
  const broken = await createWorld()
  await broken.database`drop table sandbox.explanations`
  const answer = await post(broken, paths.check, checkBody(), wrong)
  assert.deepEqual([answer.status, answer.body.error.code], [400, 'invalid_signature'])
  assert.equal(answer.headers['gerbang-explain'], undefined)
  await logLineOf(broken, 'a refusal could not be explained')
})

test('in live mode a refusal is the same, and nothing of an explanation exists', async () => {
  const live = await createWorld({ live: true })
  for (const options of [wrong, skewed, { headers: { 'Client-Id': undefined } }]) {
    const requestId = randomUUID()
    const body = checkBody()
    const inLive = await post(live, paths.check, body, { ...options, requestId })
    const inSandbox = await post(world, paths.check, body, { ...options, requestId })
    assert.deepEqual([inLive.status, inLive.text], [inSandbox.status, inSandbox.text])
    const names = Object.keys(inSandbox.headers).filter((name) => name !== 'gerbang-explain')
    assert.deepEqual(Object.keys(inLive.headers).toSorted(), names.toSorted())
    assert.equal((await logLineOf(live, requestId))['cause'], undefined)
    for (const path of ['/sandbox/explain', `/sandbox/explain/${requestId}`]) {
      assert.equal((await get(live, path)).status, 404)
    }
  }
  const [kept] = await live.database`select count(*)::integer as count from sandbox.explanations`
  assert.equal(kept?.['count'], 0)
})
